package io.coreaudit.format;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.OriginTag;
import java.util.Arrays;

/// What the tags of a frame say of its event: the node, the parent, names of accounts, where its
/// process belongs. Nothing is copied; everything is good as long as the frame is.
final class EventTags {
  private static final int ACCOUNT_HEAD = 5; // kind and number stand before the name

  private final OriginView origin = new OriginView();
  private long node;
  private int nodeLength;
  private boolean own;
  private long parentName;
  private int parentNameLength;
  private long parentExecutable;
  private int parentExecutableLength;
  private long[] account = new long[16]; // address of the tag's value
  private int[] accountLength = new int[16];
  private int accounts;

  /// Reads the tags of a frame.
  void read(FrameFlyweight frame) {
    origin.clear();
    nodeLength = 0;
    own = false;
    parentNameLength = 0;
    parentExecutableLength = 0;
    accounts = 0;
    frame.rewindTags();
    while (frame.nextTag()) {
      switch (frame.tag()) {
        case OriginTag.NODE -> {
          node = frame.tagValue();
          nodeLength = frame.tagLength();
        }
        case OriginTag.PARENT_NAME -> {
          parentName = frame.tagValue();
          parentNameLength = frame.tagLength();
        }
        case OriginTag.PARENT_EXECUTABLE -> {
          parentExecutable = frame.tagValue();
          parentExecutableLength = frame.tagLength();
        }
        case OriginTag.ACCOUNT -> addAccount(frame);
        case OriginTag.OWN -> own = true;
        default -> origin.take(frame);
      }
    }
  }

  private void addAccount(FrameFlyweight frame) {
    if (frame.tagLength() < ACCOUNT_HEAD) {
      return;
    }
    if (accounts == account.length) {
      account = Arrays.copyOf(account, accounts * 2);
      accountLength = Arrays.copyOf(accountLength, accounts * 2);
    }
    account[accounts] = frame.tagValue();
    accountLength[accounts++] = frame.tagLength();
  }

  /// The place of an account's name, -1 when it is unknown.
  ///
  /// @param kind 0 for a user, 1 for a group
  int account(int kind, long id) {
    for (int i = 0; i < accounts; i++) {
      if (Memory.byteAt(account[i]) == kind && Memory.intAt(account[i] + 1) == (int) id) {
        return i;
      }
    }
    return -1;
  }

  /// Where the name of the account at a place begins.
  long accountName(int place) {
    return account[place] + ACCOUNT_HEAD;
  }

  /// Length of the name of the account at a place.
  int accountNameLength(int place) {
    return accountLength[place] - ACCOUNT_HEAD;
  }

  /// What is known of its process.
  OriginView origin() {
    return origin;
  }

  /// Whether it is the agent's own doing.
  boolean own() {
    return own;
  }

  long node() {
    return node;
  }

  int nodeLength() {
    return nodeLength;
  }

  long parentName() {
    return parentName;
  }

  int parentNameLength() {
    return parentNameLength;
  }

  long parentExecutable() {
    return parentExecutable;
  }

  int parentExecutableLength() {
    return parentExecutableLength;
  }
}
