package io.coreaudit.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CallFieldsTest {
  private static final String CALL =
      "audit(1795321989.984:3022): arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c"
          + " a1=7ffe4ad3f7b1 a2=0 a3=0 items=2 ppid=2436 pid=2489 auid=1000 uid=0 gid=0 euid=48"
          + " suid=0 fsuid=48 egid=4 sgid=0 fsgid=0 tty=pts0 ses=3 comm=\"cat\""
          + " exe=\"/usr/bin/cat\" subj=kernel key=\"k\"";

  private final CallFields call = new CallFields();

  @Test
  void shouldReadARecordOfTheKernel() {
    assertThat(read(CALL, RecordType.SYSCALL, true))
        .isEqualTo(
            "items=2 pid=2489 ppid=2436 comm=\"cat\" exe=\"/usr/bin/cat\""
                + " [u1000, u0, g0, u48, g4]");
  }

  @Test
  void shouldReadAnOperationOfIoUring() {
    assertThat(
            read(
                "audit(1795321989.984:3022): uring_op=18 success=yes exit=0 items=1 ppid=7 pid=9"
                    + " uid=5 gid=6 euid=5 suid=5 fsuid=5 egid=6 sgid=6 fsgid=6 subj=x key=\"k\"",
                RecordType.URINGOP,
                true))
        .isEqualTo("items=1 pid=9 ppid=7 comm= exe= [u5, g6]");
  }

  @Test
  void shouldTakeTheFirstOfANameInALine() {
    assertThat(read(CALL + " pid=1 ppid=2 comm=\"x\" items=9 exe=\"y\"", RecordType.SYSCALL, false))
        .isEqualTo(read(CALL, RecordType.SYSCALL, false));
  }

  @Test
  void shouldLeaveWhatAuditdAdded() {
    assertThat(read(CALL + "\u001dAUID=\"alice\" id=77", RecordType.SYSCALL, false))
        .isEqualTo(read(CALL, RecordType.SYSCALL, false));
  }

  /// What is remembered from record to record must never show.
  @Property(tries = 2000)
  void shouldReadTheSameAsAWalk(@ForAll("calls") List<String> records) {
    for (String record : records) {
      assertThat(read(record, RecordType.SYSCALL, true))
          .as(record)
          .isEqualTo(read(record, RecordType.SYSCALL, false));
    }
  }

  @Property(tries = 2000)
  void shouldTakeAnyText(@ForAll("cutCalls") String record) {
    assertThat(read(record, RecordType.SYSCALL, true))
        .isEqualTo(read(record, RecordType.SYSCALL, false));
  }

  @Provide("calls")
  Arbitrary<List<String>> calls() {
    return call().list().ofMinSize(1).ofMaxSize(12);
  }

  @Provide("cutCalls")
  Arbitrary<String> cutCalls() {
    return Combinators.combine(call(), Arbitraries.integers().between(0, 400))
        .as((text, length) -> text.substring(0, Math.min(length, text.length())));
  }

  private static Arbitrary<String> call() {
    Arbitrary<String> id = Arbitraries.of("0", "0", "0", "48", "1000", "4294967295", "65534");
    Arbitrary<String> number = Arbitraries.of("1", "22", "333", "4444", "1234567", "4194304");
    Arbitrary<List<String>> ids = id.list().ofSize(9);
    Arbitrary<List<String>> numbers = number.list().ofSize(6);
    Arbitrary<String> tty = Arbitraries.of("(none)", "pts0", "ttyS0");
    Arbitrary<String> text = Arbitraries.of("\"a\"", "(null)", "6120", "\"longer-name.of\"");
    Arbitrary<String> dropped =
        Arbitraries.of("", "", "", " suid=", " ppid=", " ses=", " comm=", " tty=", " auid=");
    return Combinators.combine(ids, numbers, tty, text, text, dropped).as(CallFieldsTest::call);
  }

  private static String call(
      List<String> i, List<String> n, String tty, String comm, String exe, String dropped) {
    String text =
        ("audit(1795321989.984:%s): arch=c000003e syscall=%s success=yes exit=0 a0=%s a1=0 a2=0"
                + " a3=0 items=%s ppid=%s pid=%s")
            .formatted(n.toArray());
    text +=
        " auid=%s uid=%s gid=%s euid=%s suid=%s fsuid=%s egid=%s sgid=%s fsgid=%s"
            .formatted(i.toArray());
    text += " tty=" + tty + " ses=" + i.get(0) + " comm=" + comm + " exe=" + exe + " key=(null)";
    return dropped.isEmpty() ? text : text.replaceFirst(dropped + "\\S*", "");
  }

  private String read(String text, int type, boolean fromKernel) {
    try (Text memory = Text.of(text)) {
      call.read(type, memory.address(), memory.length(), fromKernel);
      List<String> accounts = new ArrayList<>();
      for (int i = 0; i < call.accountCount(); i++) {
        long account = call.account(i);
        accounts.add(((account & CallFields.GROUP_BIT) != 0 ? "g" : "u") + (account & 0xffffffffL));
      }
      return "items="
          + call.items()
          + " pid="
          + call.pid()
          + " ppid="
          + call.parentPid()
          + " comm="
          + Text.read(call.nameAddress(), call.nameLength())
          + " exe="
          + Text.read(call.executableAddress(), call.executableLength())
          + " "
          + accounts;
    }
  }
}
