package io.coreaudit.forward;

import io.coreaudit.json.Json;
import java.util.List;

/// What `_bulk` answered for each event of a request.
final class BulkItems {
  private final HttpVerdict[] verdicts;
  private final String[] said;
  private int good;
  private int worst = -1;

  private BulkItems(int count) {
    verdicts = new HttpVerdict[count];
    said = new String[count];
  }

  /// Null: that is no answer for so many.
  static BulkItems of(Json json, int count) {
    BulkItems read = new BulkItems(count);
    boolean clean = json.at("errors").isFalse();
    List<Json> items = json.at("items").elements();
    if (!clean && items.size() != count) {
      return null;
    }
    for (int i = 0; i < count; i++) {
      Json item = clean ? Json.NONE : items.get(i).at("create");
      read.item(i, clean ? 201 : item.at("status").number(500), item);
    }
    return read;
  }

  private void item(int i, long status, Json item) {
    // a conflict: it is there already
    verdicts[i] = status == 409 ? HttpVerdict.TAKEN : HttpVerdict.of(status);
    if (verdicts[i] == HttpVerdict.TAKEN) {
      good++;
      return;
    }
    Json error = item.at("error");
    said[i] = status + " " + error.at("type").text() + ": " + error.at("reason").text();
    if (worst < 0 || verdicts[i] == HttpVerdict.MEND) {
      worst = i;
    }
  }

  HttpVerdict verdict(int item) {
    return verdicts[item];
  }

  /// Why one was not taken.
  String said(int item) {
    return said[item];
  }

  /// Number of those that were taken.
  int good() {
    return good;
  }

  /// The one that tells best what is wrong, -1: none.
  int worst() {
    return worst;
  }
}
