package io.coreaudit.interpret;

import static io.coreaudit.interpret.Interpretation.bytes;

/// Users and groups by number.
final class Accounts {
  private static final byte[] UNSET = bytes("unset");
  private static final byte[] ROOT = bytes("root");
  private static final byte[] UNKNOWN = bytes("unknown(");

  private final AccountNames users;
  private final AccountNames groups;

  Accounts(AccountNames users, AccountNames groups) {
    this.users = users;
    this.groups = groups;
  }

  void putUser(Interpretation out, int id, boolean signed) {
    put(out, users, id, signed);
  }

  void putGroup(Interpretation out, int id, boolean signed) {
    put(out, groups, id, signed);
  }

  private static void put(Interpretation out, AccountNames names, int id, boolean signed) {
    byte[] name = id == -1 ? UNSET : id == 0 ? ROOT : names.name(id);
    if (name != null) {
      out.put(name);
      return;
    }
    out.put(UNKNOWN);
    out.putDecimal(signed ? id : id & 0xffffffffL);
    out.put(')');
  }
}
