package io.coreaudit.format;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.FieldIndex;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;
import java.util.Arrays;

/// One event laid out for an encoder: which record tells it, where each known field stands, its
/// paths, its accounts. Nothing is copied; everything is good as long as the frame is.
///
/// The *call* is the SYSCALL (or URINGOP) record. The *telling* record says what happened: the
/// first one that is neither the call nor one of its companions (PATH, CWD, ...), else the call. A
/// field of the call goes before the same field of the telling record, and the first of a name
/// before later ones: what the kernel writes stands before what user space gave it to write. Of the
/// latter, the inside of `msg='...'`, only what a program may say of itself is taken
/// (`Field.mayBeClaimed`): who it is and which rule it met is the kernel's word alone. Of a
/// decision (USER_AVC) the last of a name counts, and none that is among its caller's words.
final class EventView {
  private static final long ID_WORD = RecordFlyweight.word("ID");
  private static final long SUID_WORD = RecordFlyweight.word("SUID");
  private static final long CLASS_WORD = RecordFlyweight.word("tclass");
  private static final int PORT = Field.number("port");
  private static final int LSM = Field.number("lsm");
  private static final int SUBJECT = Field.number("subject");
  private static final int OBJECT = Field.number("object");
  private static final byte[] SMACK = EventAction.bytes("SMACK");

  private final RecordFlyweight record = new RecordFlyweight();
  private final FieldIndex callFields = new FieldIndex();
  private final FieldIndex tellingFields = new FieldIndex();
  private final FieldIndex pathFields = new FieldIndex("nametype"); // behind: capabilities
  private byte[] callPlaces = new byte[64];
  private final long[] value = new long[Field.KEPT];
  private final int[] length = new int[Field.KEPT];
  private FrameFlyweight frame;

  private int callType;
  private long callText;
  private int callLength;
  private boolean callFromKernel;
  private int tellingType;
  private long tellingText;
  private int tellingLength;
  private long tellingPrefix;
  private int tellingPrefixLength;
  private long claimed; // one bit a field
  private long accountWord;
  private long classValue;
  private int classLength;
  private long detailText;
  private int detailLength;
  private boolean detailFromKernel;
  private boolean further;
  private boolean execve;

  private final PathList paths = new PathList();
  private final EventTags tags = new EventTags();

  private boolean hasEnriched;
  private long enriched;
  private int enrichedLength;

  /// Lays out the event of a frame.
  void read(FrameFlyweight event) {
    frame = event;
    Arrays.fill(length, 0);
    callText = 0;
    tellingText = 0;
    tellingLength = 0;
    tellingType = -1;
    detailText = 0;
    further = false;
    hasEnriched = false;
    execve = false;
    claimed = 0;
    accountWord = ID_WORD;
    classLength = 0;
    paths.clear();
    event.rewindRecords();
    while (event.nextRecord()) {
      int type = event.recordType();
      switch (type) {
        case RecordType.SYSCALL, RecordType.URINGOP -> {
          if (callText == 0) {
            callType = type;
            callText = event.recordText();
            callLength = event.recordTextLength();
            callFromKernel = event.recordPrefixLength() == 0;
          }
        }
        case RecordType.PATH -> paths.add(pathFields, event);
        case RecordType.EXECVE -> {
          execve = true;
          keepOnce(event, Field.ARGC);
        }
        case RecordType.CWD -> keepOnce(event, Field.CWD);
        case RecordType.PROCTITLE -> keepOnce(event, Field.PROCTITLE);
        case RecordType.OPENAT2 -> keepOnce(event, Field.OFLAG);
        case RecordType.SOCKADDR -> keepOnce(event, Field.SADDR);
        default -> {
          if (isCompanion(type)) {
            detail(event);
          } else if (tellingText == 0) {
            telling(event);
          } else {
            further = true;
          }
        }
      }
    }
    if (callText != 0) {
      callFields.read(callText, callLength, callFromKernel);
      keepCall();
    }
    if (tellingText != 0) {
      keepTelling();
    } else {
      findCall(event);
    }
    tags.read(event);
  }

  private void detail(FrameFlyweight event) {
    if (event.recordType() == RecordType.EOE) {
      return;
    }
    if (detailText != 0) {
      further = true;
    } else {
      detailText = event.recordText();
      detailLength = event.recordTextLength();
      detailFromKernel = event.recordPrefixLength() == 0;
    }
  }

  private void telling(FrameFlyweight event) {
    tellingType = event.recordType();
    tellingText = event.recordText();
    tellingLength = event.recordTextLength();
    tellingPrefix = event.recordPrefix();
    tellingPrefixLength = event.recordPrefixLength();
  }

  // No record tells: the call does, or the first companion when the call was lost.
  private void findCall(FrameFlyweight event) {
    event.rewindRecords();
    while (event.nextRecord()) {
      if (callText == 0 || event.recordText() == callText) {
        telling(event);
        break;
      }
    }
    if (callText == 0 && tellingText != 0) {
      keepTelling();
    }
  }

  private void keepTelling() {
    tellingFields.read(tellingText, tellingLength, tellingPrefixLength == 0);
    keepAll(tellingFields, tellingType);
    if (tellingType == RecordType.USER_AVC) {
      keepDecision();
    } else if (isSmack()) {
      keepLabels();
    } else if (isOfLockedAccount(tellingType) && length[Field.ACCT] == 0 && length[Field.ID] == 0) {
      keepLockedAccount();
    }
  }

  // What the library that decided wrote: the last of a name, and only blanks part the words, for a
  // caller's may hold quotes.
  private void keepDecision() {
    if (tellingPrefixLength == 0) {
      record.wrapKernel(tellingText, tellingLength);
    } else {
      record.wrap(tellingText, tellingLength);
    }
    record.rewind();
    while (record.next()) {
      long address = record.valueAddress();
      int bytes = record.valueLength();
      if (tellingFields.isOfCaller(address)) {
        continue;
      }
      if (bytes > 0 && Memory.byteAt(address + bytes - 1) == '\'') {
        bytes--; // the end of the message
      }
      if (record.nameWord() == CLASS_WORD && record.nameLength() == 6) {
        classValue = address;
        classLength = bytes;
      } else if (Field.is(record, Field.PERMISSIVE)) {
        keep(Field.PERMISSIVE, address, bytes);
      } else if (Field.is(record, Field.SCONTEXT)) {
        keep(Field.SCONTEXT, address, bytes);
      } else if (Field.is(record, Field.TCONTEXT)) {
        keep(Field.TCONTEXT, address, bytes);
      }
    }
  }

  /// Whether Smack decided.
  boolean isSmack() {
    if (tellingType != RecordType.AVC) {
      return false;
    }
    int place = find(LSM, false);
    return place >= 0
        && Memory.equals(
            tellingFields.valueAddress(place), tellingFields.valueLength(place), SMACK);
  }

  // What SELinux calls source and target.
  private void keepLabels() {
    int subject = find(SUBJECT, false);
    if (subject >= 0) {
      keep(Field.SCONTEXT, tellingFields.valueAddress(subject), tellingFields.valueLength(subject));
    }
    int object = find(OBJECT, false);
    if (object >= 0) {
      keep(Field.TCONTEXT, tellingFields.valueAddress(object), tellingFields.valueLength(object));
    }
  }

  // pam_faillock names the account by `suid=`, older ones by `uid=` in the message.
  private void keepLockedAccount() {
    int place = find(Field.SUID, true);
    place = place >= 0 ? place : find(Field.UID, true);
    if (place >= 0) {
      accountWord = SUID_WORD;
      claimed |= 1L << Field.ID;
      keep(Field.ID, tellingFields.valueAddress(place), tellingFields.valueLength(place));
    }
  }

  private static boolean isOfLockedAccount(int type) {
    return switch (type) {
      case RecordType.ANOM_LOGIN_FAILURES,
          RecordType.RESP_ACCT_REMOTE,
          RecordType.RESP_ACCT_LOCK,
          RecordType.RESP_ACCT_LOCK_TIMED,
          RecordType.RESP_ACCT_UNLOCK_TIMED ->
          true;
      default -> false;
    };
  }

  /// The place of a field among those of the telling record, -1 when there is none.
  ///
  /// @param inMessage whether only the word of the program counts that sent the record
  int find(int field, boolean inMessage) {
    for (int i = inMessage ? tellingFields.claims() : 0; i < tellingFields.count(); i++) {
      int length = tellingFields.nameLength(i);
      if (Field.of(tellingFields.nameWord(i), tellingFields.nameAddress(i), length) == field) {
        return i;
      }
    }
    return -1;
  }

  /// The port of the client that the telling record is about, -1 when it is not told.
  long clientPort() {
    if (tellingType != RecordType.DAEMON_ACCEPT && tellingType != RecordType.DAEMON_CLOSE) {
      return decimal(Field.RPORT, -1);
    }
    int place = find(PORT, false);
    return place < 0
        ? -1
        : FieldWalk.decimal(
            tellingFields.valueAddress(place), tellingFields.valueLength(place), -1);
  }

  /// What auditd calls the name of the account that `Field.ID` numbers.
  long accountWord() {
    return accountWord;
  }

  /// Where the class stands that a program decided about.
  long classValue() {
    return classValue;
  }

  /// Length of that class, 0 when the event is no such decision.
  int classLength() {
    return classLength;
  }

  private static boolean isCompanion(int type) {
    return switch (type) {
      case RecordType.EOE,
          RecordType.IPC,
          RecordType.IPC_SET_PERM,
          RecordType.SOCKETCALL,
          RecordType.MQ_OPEN,
          RecordType.MQ_SENDRECV,
          RecordType.MQ_NOTIFY,
          RecordType.MQ_GETSETATTR,
          RecordType.FD_PAIR,
          RecordType.OBJ_PID,
          RecordType.BPRM_FCAPS,
          RecordType.CAPSET,
          RecordType.MMAP,
          RecordType.KERN_MODULE,
          RecordType.BPF,
          RecordType.AVC_PATH ->
          true;
      default -> type >= 1420 && type < 1423 || type >= 1425 && type < 1430;
    };
  }

  private void keepOnce(FrameFlyweight event, int field) {
    if (length[field] == 0) {
      event.fields(record);
      while (record.next()) {
        if (Field.is(record, field)) {
          keep(field, record.valueAddress(), record.valueLength());
          return;
        }
      }
    }
  }

  private void keepCall() {
    int fields = callFields.count();
    if (!callFields.isSameShape()) {
      if (callPlaces.length < fields) {
        callPlaces = new byte[fields];
      }
      for (int i = 0; i < fields; i++) {
        int field =
            Field.of(callFields.nameWord(i), callFields.nameAddress(i), callFields.nameLength(i));
        boolean kept = field < Field.KEPT && i < callFields.claims();
        callPlaces[i] = (byte) (kept ? field : -1);
      }
    }
    for (int i = 0; i < fields; i++) {
      int field = callPlaces[i];
      if (field >= 0 && length[field] == 0) {
        keep(field, callFields.valueAddress(i), callFields.valueLength(i));
      }
    }
    hasEnriched |= callFields.isEnriched();
  }

  private void keepAll(FieldIndex fields, int type) {
    int claims = fields.claims();
    for (int i = 0; i < fields.count(); i++) {
      int field = Field.of(fields.nameWord(i), fields.nameAddress(i), fields.nameLength(i));
      if (field >= 0 && field < Field.KEPT && length[field] == 0) {
        if (i >= claims) {
          if (!Field.mayBeClaimed(field, type) && !isOfAppArmor(fields, i, type)) {
            continue;
          }
          claimed |= 1L << field;
        }
        keep(field, fields.valueAddress(i), fields.valueLength(i));
      }
    }
    hasEnriched |= fields.isEnriched();
  }

  // What D-Bus says for AppArmor begins so; behind that a caller may have written it.
  private static boolean isOfAppArmor(FieldIndex fields, int i, int type) {
    return type == RecordType.USER_AVC
        && i == fields.claims()
        && Field.of(fields.nameWord(i), fields.nameAddress(i), fields.nameLength(i))
            == Field.APPARMOR
        && Memory.byteAt(fields.nameAddress(i) - 1) == '\'';
  }

  private void keep(int field, long address, int bytes) {
    value[field] = address;
    length[field] = bytes;
  }

  // ---- names that auditd added

  /// Looks for a name that auditd added to the call or telling record (`AUID="alice"`). False:
  /// none, or one that says nothing (`unset`, `unknown(7)`).
  boolean findEnriched(long nameWord) {
    if (!hasEnriched) {
      return false;
    }
    if (callText != 0) {
      record.wrap(callText, callLength);
    } else {
      record.wrap(tellingText, tellingLength);
    }
    return findEnriched(record, nameWord);
  }

  /// The same for the path at a place.
  boolean findEnrichedOfPath(int place, long nameWord) {
    if (!paths.hasEnriched(place)) {
      return false;
    }
    paths.wrap(place, record);
    return findEnriched(record, nameWord);
  }

  private boolean findEnriched(RecordFlyweight of, long nameWord) {
    if (!of.rewindEnriched()) {
      return false;
    }
    while (of.next()) {
      if (of.nameWord() == nameWord) {
        enriched = of.valueAddress();
        enrichedLength = of.valueLength();
        boolean quoted =
            enrichedLength > 2
                && Memory.byteAt(enriched) == '"'
                && Memory.byteAt(enriched + enrichedLength - 1) == '"';
        if (quoted) {
          enriched++;
          enrichedLength -= 2;
        }
        return quoted
            && !Memory.startsWith(enriched, enrichedLength, UNSET)
            && !Memory.startsWith(enriched, enrichedLength, UNKNOWN);
      }
    }
    return false;
  }

  private static final byte[] UNSET = EventAction.bytes("unset");
  private static final byte[] UNKNOWN = EventAction.bytes("unknown");

  /// Where the name begins that `findEnriched` found.
  long enriched() {
    return enriched;
  }

  /// Length of the name that `findEnriched` found.
  int enrichedLength() {
    return enrichedLength;
  }

  // ---- what was found

  FrameFlyweight frame() {
    return frame;
  }

  /// Whether the event has the field.
  boolean has(int field) {
    return length[field] > 0;
  }

  /// Whether the field is the word of the program that sent the record, not of the kernel.
  boolean isClaimed(int field) {
    return (claimed >>> field & 1) != 0;
  }

  /// Whether any field is.
  boolean hasClaims() {
    return claimed != 0;
  }

  /// Where the field's value begins.
  long value(int field) {
    return value[field];
  }

  /// Length of the field's value, 0 when the event has no such field.
  int length(int field) {
    return length[field];
  }

  /// The field as a decimal number below 10^18, or the other one.
  long decimal(int field, long otherwise) {
    return FieldWalk.decimal(value[field], length[field], otherwise);
  }

  /// The field as a hexadecimal number of up to 64 bits, or the other one.
  long hex(int field, long otherwise) {
    return FieldWalk.hex(value[field], length[field], otherwise);
  }

  /// Whether there is a SYSCALL or URINGOP record.
  boolean hasCall() {
    return callText != 0;
  }

  /// `RecordType.SYSCALL` or `RecordType.URINGOP`.
  int callType() {
    return callType;
  }

  /// Whether the record that tells the event is the call itself.
  boolean callTells() {
    return callText != 0 && tellingText == callText;
  }

  /// Type of the telling record, -1 for a name that has no number.
  int tellingType() {
    return tellingType;
  }

  long tellingText() {
    return tellingText;
  }

  /// Length of the telling record's text; the event has no record when the address is 0.
  int tellingLength() {
    return tellingLength;
  }

  long tellingPrefix() {
    return tellingPrefix;
  }

  int tellingPrefixLength() {
    return tellingPrefixLength;
  }

  /// The fields of the telling record, unless that is the call.
  FieldIndex tellingFields() {
    return tellingFields;
  }

  /// Where the text begins of the first companion whose fields have no place of their own (OBJ_PID,
  /// KERN_MODULE, BPF ...), 0 when there is none.
  long detailText() {
    return detailText;
  }

  int detailLength() {
    return detailLength;
  }

  boolean isDetailFromKernel() {
    return detailFromKernel;
  }

  /// Whether there are records whose fields stand in no other place: a second companion, a second
  /// record that tells, a companion beside one that tells.
  boolean hasFurther() {
    return further || detailText != 0 && tellingText != callText && tellingText != detailText;
  }

  /// Whether the record that the frame's walk stands at is such a one.
  boolean isFurther(FrameFlyweight at) {
    return switch (at.recordType()) {
      case RecordType.SYSCALL,
          RecordType.URINGOP,
          RecordType.PATH,
          RecordType.EXECVE,
          RecordType.CWD,
          RecordType.PROCTITLE,
          RecordType.OPENAT2,
          RecordType.SOCKADDR,
          RecordType.EOE ->
          false;
      default -> at.recordText() != tellingText && (at.recordText() != detailText || !callTells());
    };
  }

  /// Whether there are EXECVE records.
  boolean hasExecve() {
    return execve;
  }

  PathList paths() {
    return paths;
  }

  /// What was known besides the records.
  EventTags tags() {
    return tags;
  }
}
