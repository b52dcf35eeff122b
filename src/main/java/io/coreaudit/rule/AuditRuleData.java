package io.coreaudit.rule;

import static io.coreaudit.kernel.AuditConstants.AUDIT_BITMASK_SIZE;
import static io.coreaudit.kernel.AuditConstants.AUDIT_FILTER_PREPEND;
import static io.coreaudit.kernel.AuditConstants.AUDIT_MAX_FIELDS;
import static io.coreaudit.kernel.AuditConstants.AUDIT_SYSCALL_CLASSES;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_RULE_DATA_ACTION;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_RULE_DATA_BUFLEN;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_RULE_DATA_FIELDFLAGS;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_RULE_DATA_FIELDS;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_RULE_DATA_FIELD_COUNT;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_RULE_DATA_FLAGS;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_RULE_DATA_MASK;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_RULE_DATA_VALUES;
import static io.coreaudit.kernel.AuditConstants.SIZEOF_AUDIT_RULE_DATA;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A rule as it goes over netlink: `struct audit_rule_data`.
///
/// Equal are two rules that the kernel takes for equal: it forgets that a rule was put in front,
/// clears the mask's bits for classes of syscalls, and nothing counts behind the last field and the
/// last text.
public final class AuditRuleData {
  private static final int WORD_BYTES = 4;

  private final int flags;
  private final int action;
  private final int[] mask;
  private final List<Field> fields;

  private AuditRuleData(int flags, int action, int[] mask, List<Field> fields) {
    this.flags = flags;
    this.action = action;
    this.mask = mask;
    this.fields = List.copyOf(fields);
  }

  /// One condition of a rule.
  ///
  /// @param number which field: AUDIT_DIR, AUDIT_PERM, …
  /// @param operator AUDIT_EQUAL, AUDIT_NOT_EQUAL, …
  /// @param value the number to compare with; of a text its length in bytes
  /// @param text the text to compare with, a byte a character; empty when the field is a number
  record Field(int number, int operator, int value, String text) {
    /// The text with its bytes read as UTF-8.
    String string() {
      return EscapedUtf8.decode(text.getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  /// Puts a rule together, field by field.
  static final class Builder {
    private final int flags;
    private final int action;
    private final int[] mask = new int[AUDIT_BITMASK_SIZE];
    private final List<Field> fields = new ArrayList<>();

    /// Begins a rule that matches no syscall yet.
    ///
    /// @param flags the list, AUDIT_FILTER_EXIT or another, perhaps with AUDIT_FILTER_PREPEND
    /// @param action AUDIT_ALWAYS or AUDIT_NEVER
    Builder(int flags, int action) {
      this.flags = flags;
      this.action = action;
    }

    /// All syscalls, as auditctl says it: every bit of the mask.
    Builder everySyscall() {
      Arrays.fill(mask, ~0);
      return this;
    }

    /// One syscall, or one operation in the io_uring list.
    Builder syscall(int number) {
      mask[number / Integer.SIZE] |= 1 << number % Integer.SIZE;
      return this;
    }

    Builder number(int field, int operator, int value) {
      fields.add(new Field(field, operator, value, ""));
      return this;
    }

    Builder text(int field, int operator, String value) {
      byte[] bytes = EscapedUtf8.encode(value);
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      fields.add(new Field(field, operator, bytes.length, text));
      return this;
    }

    AuditRuleData build() {
      return new AuditRuleData(flags, action, mask.clone(), fields);
    }
  }

  /// Reads a rule as the kernel lists it.
  ///
  /// @throws IllegalArgumentException when the bytes are not a rule; the message says why
  public static AuditRuleData parse(byte[] wire) {
    if (wire.length < SIZEOF_AUDIT_RULE_DATA) {
      throw new IllegalArgumentException(
          "length=" + wire.length + " is below a rule's " + SIZEOF_AUDIT_RULE_DATA);
    }
    ByteBuffer in = ByteBuffer.wrap(wire).order(ByteOrder.LITTLE_ENDIAN);
    int count = in.getInt(OFFSETOF_AUDIT_RULE_DATA_FIELD_COUNT);
    if (count < 0 || count > AUDIT_MAX_FIELDS) {
      throw new IllegalArgumentException("field_count=" + count + " is above " + AUDIT_MAX_FIELDS);
    }
    int bufferLength = in.getInt(OFFSETOF_AUDIT_RULE_DATA_BUFLEN);
    if (bufferLength < 0 || bufferLength > wire.length - SIZEOF_AUDIT_RULE_DATA) {
      throw new IllegalArgumentException(
          "buflen="
              + bufferLength
              + " is above the "
              + (wire.length - SIZEOF_AUDIT_RULE_DATA)
              + " bytes there are");
    }
    int[] mask = new int[AUDIT_BITMASK_SIZE];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = in.getInt(OFFSETOF_AUDIT_RULE_DATA_MASK + i * WORD_BYTES);
    }
    List<Field> fields = new ArrayList<>(count);
    int at = SIZEOF_AUDIT_RULE_DATA;
    int end = at + bufferLength;
    for (int i = 0; i < count; i++) {
      int number = in.getInt(OFFSETOF_AUDIT_RULE_DATA_FIELDS + i * WORD_BYTES);
      int value = in.getInt(OFFSETOF_AUDIT_RULE_DATA_VALUES + i * WORD_BYTES);
      int operator = in.getInt(OFFSETOF_AUDIT_RULE_DATA_FIELDFLAGS + i * WORD_BYTES);
      String text = "";
      if (isText(number)) {
        if (value < 0 || value > end - at) {
          throw new IllegalArgumentException(
              "text of field "
                  + number
                  + ": length="
                  + value
                  + " is above the "
                  + (end - at)
                  + " bytes left");
        }
        text = new String(wire, at, value, StandardCharsets.ISO_8859_1);
        at += value;
      }
      fields.add(new Field(number, operator, value, text));
    }
    return new AuditRuleData(
        in.getInt(OFFSETOF_AUDIT_RULE_DATA_FLAGS),
        in.getInt(OFFSETOF_AUDIT_RULE_DATA_ACTION),
        mask,
        fields);
  }

  private static boolean isText(int number) {
    RuleField field = RuleField.of(number);
    return field != null && field.isText();
  }

  /// The bytes to send.
  public byte[] wire() {
    ByteArrayOutputStream texts = new ByteArrayOutputStream();
    for (Field field : fields) {
      texts.writeBytes(field.text.getBytes(StandardCharsets.ISO_8859_1));
    }
    ByteBuffer out =
        ByteBuffer.allocate(SIZEOF_AUDIT_RULE_DATA + texts.size()).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(OFFSETOF_AUDIT_RULE_DATA_FLAGS, flags);
    out.putInt(OFFSETOF_AUDIT_RULE_DATA_ACTION, action);
    out.putInt(OFFSETOF_AUDIT_RULE_DATA_FIELD_COUNT, fields.size());
    for (int i = 0; i < mask.length; i++) {
      out.putInt(OFFSETOF_AUDIT_RULE_DATA_MASK + i * WORD_BYTES, mask[i]);
    }
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      out.putInt(OFFSETOF_AUDIT_RULE_DATA_FIELDS + i * WORD_BYTES, field.number);
      out.putInt(OFFSETOF_AUDIT_RULE_DATA_VALUES + i * WORD_BYTES, field.value);
      out.putInt(OFFSETOF_AUDIT_RULE_DATA_FIELDFLAGS + i * WORD_BYTES, field.operator);
    }
    out.putInt(OFFSETOF_AUDIT_RULE_DATA_BUFLEN, texts.size());
    out.put(SIZEOF_AUDIT_RULE_DATA, texts.toByteArray());
    return out.array();
  }

  /// The same rule, to be put at the end of its list. The kernel deletes only by this form.
  public AuditRuleData atEnd() {
    return new AuditRuleData(flags & ~AUDIT_FILTER_PREPEND, action, mask, fields);
  }

  /// The same rule, to be put in front of its list.
  public AuditRuleData atFront() {
    return new AuditRuleData(flags | AUDIT_FILTER_PREPEND, action, mask, fields);
  }

  /// Whether it is to be put in front of its list; never so in a rule that the kernel listed.
  public boolean inFront() {
    return (flags & AUDIT_FILTER_PREPEND) != 0;
  }

  /// The list with its flags, as sent.
  public int flags() {
    return flags;
  }

  /// What a match does: AUDIT_ALWAYS or AUDIT_NEVER.
  public int action() {
    return action;
  }

  /// The text of the first field of a number, such as AUDIT_DIR or AUDIT_FILTERKEY; empty when the
  /// rule has none. Bytes are read as UTF-8.
  public String textOf(int fieldNumber) {
    for (Field field : fields) {
      if (field.number == fieldNumber) {
        return field.string();
      }
    }
    return "";
  }

  List<Field> fields() {
    return fields;
  }

  /// Which syscalls it is for. All but the last bits of the mask are every one: those name classes,
  /// and the kernel does not give them back.
  SyscallSet syscalls() {
    int[] kept = maskAsKept();
    boolean every = kept[AUDIT_BITMASK_SIZE - 1] == ~0 >>> AUDIT_SYSCALL_CLASSES;
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < AUDIT_BITMASK_SIZE * Integer.SIZE; i++) {
      if (matches(i)) {
        numbers.add(i);
      }
    }
    for (int i = 0; i < AUDIT_BITMASK_SIZE - 1; i++) {
      every &= kept[i] == ~0;
    }
    return every ? new SyscallSet.Every() : new SyscallSet.These(numbers);
  }

  int[] mask() {
    return mask.clone();
  }

  /// Whether a syscall, or an operation in the io_uring list, is in the mask.
  public boolean matches(int syscall) {
    return (mask[syscall / Integer.SIZE] >>> syscall % Integer.SIZE & 1) != 0;
  }

  /// The mask without its last bits: they name classes of syscalls, and the kernel clears them once
  /// it has put each class's syscalls in.
  private int[] maskAsKept() {
    int[] kept = mask.clone();
    kept[AUDIT_BITMASK_SIZE - 1] &= ~0 >>> AUDIT_SYSCALL_CLASSES;
    return kept;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AuditRuleData that
        && (flags & ~AUDIT_FILTER_PREPEND) == (that.flags & ~AUDIT_FILTER_PREPEND)
        && action == that.action
        && Arrays.equals(maskAsKept(), that.maskAsKept())
        && fields.equals(that.fields);
  }

  @Override
  public int hashCode() {
    int list = flags & ~AUDIT_FILTER_PREPEND;
    return ((list * 31 + action) * 31 + Arrays.hashCode(maskAsKept())) * 31 + fields.hashCode();
  }

  /// The rule in one line that makes it again, as one would write it for auditctl.
  @Override
  public String toString() {
    return RuleText.of(this);
  }
}
