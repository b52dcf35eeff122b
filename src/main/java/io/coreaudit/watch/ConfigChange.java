package io.coreaudit.watch;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.rule.AuditRuleData;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/// One change of rules or settings, as the kernel tells it: `auid=0 ses=3 op=remove_rule key="k"
/// list=4 res=1`, and whose doing it was.
///
/// A change that somebody asked for names auid and ses. One that the kernel makes by itself,
/// because a watched directory goes, does not; the event's SYSCALL record names the process in
/// whose call it came about, if there was one.
///
/// @param stamp of the event: `audit(1795380006.301:16298460)`
/// @param fields of the CONFIG_CHANGE record; a value that the kernel calls `(null)` is left out
/// @param call of the SYSCALL record of the same event; empty when it has none
record ConfigChange(String stamp, Map<String, String> fields, Map<String, String> call) {
  /// Who it was where no process asked for it.
  static final String KERNEL = "kernel";

  private static final String NONE = "(null)";
  private static final String SYSCALL_BEGINS = "arch=";

  /// Reads a CONFIG_CHANGE record, a byte a character.
  static ConfigChange of(String text) {
    return new ConfigChange(stamp(text), fields(text), Map.of());
  }

  /// Whether a text is that of a SYSCALL record, and not of a change.
  static boolean isCall(String text) {
    return text.startsWith(SYSCALL_BEGINS, body(text));
  }

  /// The same change with the SYSCALL record of its event.
  ConfigChange with(String callText) {
    return new ConfigChange(stamp, fields, fields(callText));
  }

  /// The stamp that a record's text begins with; empty when it has none.
  static String stamp(String text) {
    return text.substring(0, text.indexOf(')') + 1);
  }

  /// Where the text goes on behind `audit(…): `.
  private static int body(String text) {
    int end = text.indexOf("): ");
    return end < 0 ? 0 : end + 3;
  }

  private static Map<String, String> fields(String text) {
    Map<String, String> fields = new HashMap<>();
    int at = body(text);
    while (at < text.length()) {
      int equals = text.indexOf('=', at);
      if (equals < 0) {
        break;
      }
      String name = text.substring(at, equals).strip();
      int from = equals + 1;
      boolean quoted = from < text.length() && text.charAt(from) == '"';
      int end = quoted ? text.indexOf('"', from + 1) : text.indexOf(' ', from);
      end = end < 0 ? text.length() : end;
      String value = text.substring(quoted ? from + 1 : from, end);
      if (quoted || !value.equals(NONE)) {
        fields.putIfAbsent(name, quoted || !isName(name) ? value : decoded(value));
      }
      at = end + 1;
    }
    return fields;
  }

  private static boolean isName(String field) {
    return switch (field) {
      case "key", "dir", "path", "old", "new", "exe", "comm" -> true;
      default -> false;
    };
  }

  /// A text that holds odd characters stands in hex.
  private static String decoded(String value) {
    try {
      return new String(HexFormat.of().parseHex(value), StandardCharsets.ISO_8859_1);
    } catch (IllegalArgumentException notHex) {
      return value;
    }
  }

  String op() {
    return fields.getOrDefault("op", "");
  }

  /// Whether this rule may have gone by it.
  boolean took(AuditRuleData rule) {
    return switch (op()) {
      case "remove_rule", "autoremove_rule", "updated_rules" -> isAbout(rule);
      default -> false;
    };
  }

  /// Whether this rule may have come by it.
  boolean brought(AuditRuleData rule) {
    return op().equals("add_rule") && isAbout(rule);
  }

  /// Whether something was done to such a rule.
  private boolean isAbout(AuditRuleData rule) {
    String said = fields.get("dir") == null ? fields.get("path") : fields.get("dir");
    String list = fields.get("list");
    return !refused()
        && (list == null || list.equals(Integer.toString(RulePlan.list(rule))))
        && rule.textOf(AuditConstants.AUDIT_FILTERKEY).equals(fields.getOrDefault("key", ""))
        && (said == null || said.equals(RulePlan.place(rule)) || op().equals("updated_rules"));
  }

  /// Whether the kernel did not do it; it tells of that as of what it did.
  boolean refused() {
    return "0".equals(fields.get("res"));
  }

  /// Whether it dropped what was attached to directories.
  boolean trims() {
    return op().equals("trim");
  }

  /// Whether it is about audit's being on.
  boolean switches() {
    return fields.containsKey("audit_enabled") && op().equals("set");
  }

  /// Whether a process did it.
  boolean isOf(long pid) {
    String number = Long.toString(pid);
    return number.equals(call.get("pid")) || number.equals(fields.get("pid"));
  }

  /// Whether it says which process it was.
  boolean namesProcess() {
    return call.containsKey("pid") || fields.containsKey("pid");
  }

  /// Who it was, in an event; `unknown` where the record of it never came.
  static OwnEvent.Fields tell(ConfigChange by, OwnEvent.Fields event) {
    return by == null ? event.with("by", "unknown") : by.tell(event);
  }

  /// Who it was, in an event: auid, ses and subj as the change names them, pid and exe by the
  /// SYSCALL record.
  OwnEvent.Fields tell(OwnEvent.Fields event) {
    boolean asked = fields.containsKey("auid");
    event.with("by", asked || namesProcess() ? "process" : KERNEL);
    event.with("op", op().isEmpty() ? null : op());
    for (String name : new String[] {"auid", "ses", "subj"}) {
      event.with(name, fields.getOrDefault(name, call.get(name)));
    }
    event.with("pid", call.getOrDefault("pid", fields.get("pid")));
    event.with("comm", call.get("comm"));
    return event.with("exe", call.get("exe"));
  }

  /// Who it was, in a few words.
  String who() {
    if (call.containsKey("exe")) {
      return call.get("exe") + " (pid " + call.get("pid") + ", auid " + auid() + ")";
    }
    return fields.containsKey("auid") ? "auid " + auid() : "the kernel";
  }

  private String auid() {
    String auid = fields.getOrDefault("auid", call.get("auid"));
    return "4294967295".equals(auid) ? "unset" : auid;
  }
}
