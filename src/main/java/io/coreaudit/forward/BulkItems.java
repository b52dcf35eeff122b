package io.coreaudit.forward;

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
  static BulkItems of(Object json, int count) {
    BulkItems read = new BulkItems(count);
    boolean clean = Boolean.FALSE.equals(JsonAnswer.at(json, "errors"));
    List<?> items = JsonAnswer.at(json, "items") instanceof List<?> list ? list : List.of();
    if (!clean && items.size() != count) {
      return null;
    }
    for (int i = 0; i < count; i++) {
      Object item = clean ? null : JsonAnswer.at(items.get(i), "create");
      read.item(i, clean ? 201 : JsonAnswer.number(JsonAnswer.at(item, "status"), 500), item);
    }
    return read;
  }

  private void item(int i, long status, Object item) {
    // a conflict: it is there already
    verdicts[i] = status == 409 ? HttpVerdict.TAKEN : HttpVerdict.of(status);
    if (verdicts[i] == HttpVerdict.TAKEN) {
      good++;
      return;
    }
    Object type = JsonAnswer.at(item, "error", "type");
    said[i] = status + " " + type + ": " + JsonAnswer.at(item, "error", "reason");
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
