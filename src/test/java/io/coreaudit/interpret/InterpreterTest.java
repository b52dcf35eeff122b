package io.coreaudit.interpret;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.record.RecordType;
import io.coreaudit.record.RecordTypes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Values and what they mean. The reference's own answers to thousands of them are compared in
/// `decode.DecodeFixturesTest`; here is what differs from it, and what its logs do not hold.
final class InterpreterTest {
  private final AccountNames users =
      new AccountNames()
          .add(
              "root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n"
                  .getBytes(StandardCharsets.US_ASCII));
  private final Interpreter interpreter = new Interpreter(users, new AccountNames());

  private String field(int type, String field) {
    String all =
        Bytes.fields(
            type,
            "type=" + RecordTypes.name(type) + " msg=",
            "audit(1.2:3): " + field,
            interpreter);
    return all.substring(all.indexOf(' ') + 1);
  }

  private String call(String arch, int number, String arguments) {
    String all =
        Bytes.fields(
            RecordType.SYSCALL,
            "type=SYSCALL msg=",
            "audit(1.2:3): arch="
                + arch
                + " syscall="
                + number
                + " success=yes exit=0 "
                + arguments,
            interpreter);
    return all.substring(all.indexOf("syscall="));
  }

  @Test
  void shouldNameAccountsOfTheFilesGiven() {
    assertThat(field(RecordType.PATH, "ouid=1000 ogid=1000"))
        .isEqualTo("ouid=1000|alice ogid=1000|unknown(1000)");
    assertThat(field(RecordType.PATH, "ouid=0 auid=4294967295"))
        .isEqualTo("ouid=0|root auid=4294967295|unset");
  }

  @Test
  void shouldPreferWhatAuditdWroteUnlessItDidNotKnow() {
    assertThat(field(RecordType.SYSCALL, "auid=1000\u001dAUID=\"bob\"")).isEqualTo("auid=1000|bob");
    assertThat(field(RecordType.SYSCALL, "auid=1000\u001dAUID=unknown-x AUID=\"b\""))
        .isEqualTo("auid=1000|alice");
    assertThat(field(RecordType.SYSCALL, "exit=-13\u001dEXIT=unknown-exit(3)"))
        .isEqualTo("exit=-13|EACCES(Permission denied)");
  }

  @Test
  void shouldReadWhatAuditdWroteAsLibauparseDoes() {
    assertThat(field(RecordType.SYSCALL, "auid=1\u001dAUID=\"a b\"")).isEqualTo("auid=1| ");
    assertThat(field(RecordType.SYSCALL, "res=1 oLd-AuId=7\u001dRES=failed OLD-AUID=\"x\""))
        .isEqualTo("res=1|failed oLd-AuId=7|7");
    assertThat(field(RecordType.SOCKADDR, "saddr=0100\u001dSADDR={ saddr_fam=local a b }"))
        .isEqualTo("saddr=0100|{ saddr_fam=local a b }");
  }

  @Test
  void shouldLeaveWhatIsNoNumberAsItIs() {
    assertThat(field(RecordType.USER_AUTH, "auid=n/a")).isEqualTo("auid=n/a|n/a");
    assertThat(field(RecordType.LANDLOCK_DOMAIN, "mode=enforcing"))
        .isEqualTo("mode=enforcing|enforcing");
    assertThat(field(RecordType.INTEGRITY_RULE, "action=measure"))
        .isEqualTo("action=measure|measure");
    assertThat(field(RecordType.SYSCALL, "exit=99999999999999999999"))
        .isEqualTo("exit=99999999999999999999|99999999999999999999");
  }

  @Test
  void shouldNameIdsAsUnsigned() {
    assertThat(field(RecordType.PATH, "ouid=4000000000"))
        .isEqualTo("ouid=4000000000|unknown(4000000000)");
  }

  @Test
  void shouldSayTheKernelsOwnErrors() {
    assertThat(field(RecordType.SYSCALL, "exit=-512"))
        .isEqualTo("exit=-512|ERESTARTSYS(Unknown error 512)");
    assertThat(field(RecordType.SYSCALL, "exit=-4000")).isEqualTo("exit=-4000|Unknown error 4000");
    assertThat(field(RecordType.SYSCALL, "exit=-2147483648"))
        .isEqualTo("exit=-2147483648|Unknown error 2147483648");
    assertThat(field(RecordType.SYSCALL, "exit=-4294967309"))
        .isEqualTo("exit=-4294967309|-4294967309");
    assertThat(field(RecordType.INTEGRITY_DATA, "errno=2147483648"))
        .isEqualTo("errno=2147483648|UNKNOWN");
    assertThat(field(RecordType.ANOM_ABEND, "sig=30")).isEqualTo("sig=30|SIGPWR");
    assertThat(field(RecordType.OPENAT2, "oflag=0 mode=0 resolve=0x0")).endsWith("resolve=0x0|0x0");
  }

  @Test
  void shouldNameCallsOfEveryArchitecture() {
    assertThat(call("c000003e", 257, "")).startsWith("syscall=257|openat");
    assertThat(call("40000003", 102, "a0=3")).startsWith("syscall=102|socketcall(connect)");
    assertThat(call("c00000b7", 56, "")).startsWith("syscall=56|openat");
    assertThat(call("40000028", 322, "")).startsWith("syscall=322|openat");
    assertThat(call("c0000015", 286, "")).startsWith("syscall=286|openat");
    assertThat(call("80000016", 288, "")).startsWith("syscall=288|openat");
    assertThat(call("c00000f3", 56, "")).startsWith("syscall=56|openat");
    assertThat(call("c00000f3", 258, "")).startsWith("syscall=258|riscv_hwprobe");
    assertThat(call("c0000102", 56, "")).startsWith("syscall=56|unknown-syscall(56)");
  }

  @Test
  void shouldInterpretArgumentsByTheCall() {
    assertThat(call("c00000f3", 56, "a0=ffffffffffffff9c a1=7f a2=80241 a3=1b6"))
        .endsWith(
            "a0=ffffffffffffff9c|AT_FDCWD a1=7f|0x7f a2=80241|O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC"
                + " a3=1b6|0x1b6");
    assertThat(call("c000003e", 157, "a0=18 a1=15"))
        .endsWith("a0=18|PR_CAPBSET_DROP a1=15|sys_admin");
    assertThat(call("c000003e", 56, "a0=1200011"))
        .endsWith("a0=1200011|CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD");
    assertThat(call("c000003e", 257, "a0=x")).endsWith("a0=x|x");
  }

  @Test
  void shouldLeaveNumbersWithoutANameInHexadecimal() {
    assertThat(call("c000003e", 257, "a0=123456789abcdef01 a1=0x5 a2=0x1"))
        .endsWith("a0=123456789abcdef01|0x123456789abcdef01 a1=0x5|0x5 a2=0x1|O_WRONLY");
    assertThat(field(RecordType.OPENAT2, "resolve=40 resolve=0xc"))
        .isEqualTo("resolve=40|0x40 resolve=0xc|RESOLVE_NO_SYMLINKS|RESOLVE_BENEATH");
    assertThat(field(RecordType.MMAP, "fd=3 flags=8 flags=0x22"))
        .isEqualTo("fd=3|3 flags=8|0x8 flags=0x22|MAP_PRIVATE|MAP_ANONYMOUS");
    assertThat(field(RecordType.SECCOMP, "arch=x")).isEqualTo("arch=x|unknown-elf-type(x)");
  }

  @Test
  void shouldTakeBrokenQuotesForWhatIsThere() {
    assertThat(field(RecordType.USER_CMD, "cmd=\"a b\"")).isEqualTo("cmd=\"a|a");
    assertThat(field(RecordType.USER_CMD, "cmd=\"")).isEqualTo("cmd=\"|");
    assertThat(field(RecordType.PATH, "name=6C7")).isEqualTo("name=6C7|6C7");
    assertThat(field(RecordType.PATH, "name=6C7g")).isEqualTo("name=6C7g|6C7g");
  }

  @Test
  void shouldKeepLongListsOfPermissions() {
    String list = "read ".repeat(80).strip();
    assertThat(field(RecordType.AVC, "avc:  denied  { " + list + " } for  pid=7"))
        .isEqualTo(
            "seresult=denied|denied seperms="
                + list.replace(' ', ',')
                + "|"
                + list.replace(' ', ',')
                + " pid=7|7");
  }

  @Test
  void shouldGiveARecordFromTheKernelItsType() {
    assertThat(Bytes.fields(RecordType.CWD, "", "audit(1.2:3): cwd=\"/\"", interpreter))
        .isEqualTo("type=CWD|CWD cwd=\"/\"|/");
    assertThat(Bytes.fields(1999, "", "audit(1.2:3): a=b", interpreter))
        .isEqualTo("type=UNKNOWN[1999]|UNKNOWN[1999] a=b|b");
  }

  @Test
  void shouldSplitKeys() {
    assertThat(field(RecordType.SYSCALL, "key=6B3101226B32"))
        .isEqualTo("key=\"k1\"|k1 key=226B32|\"k2");
    assertThat(field(RecordType.SYSCALL, "key=(null)")).isEqualTo("key=(null)|(null)");
    assertThat(field(RecordType.SYSCALL, "pid=1 key=x")).isEqualTo("pid=1|1");
  }

  @Test
  void shouldReadAddressesOfAllFamilies() {
    assertThat(field(RecordType.SOCKADDR, "saddr=02000035C0A80001"))
        .isEqualTo("saddr=02000035C0A80001|{ saddr_fam=inet sockaddr len too short }");
    assertThat(address("02000035C0A800010000000000000000"))
        .isEqualTo("inet laddr=192.168.0.1 lport=53");
    assertThat(address("0A0001BB00000000" + "20010DB8000000000000000000000001" + "00000000"))
        .isEqualTo("inet6 laddr=2001:db8::1 lport=443");
    assertThat(address("0A0001BB00000000" + "00000000000000000000FFFFC0A80001" + "00000000"))
        .isEqualTo("inet6 laddr=::ffff:192.168.0.1 lport=443");
    assertThat(address("0A0001BB00000000" + "FE800000000000000000000000000001" + "02000000"))
        .isEqualTo("inet6 laddr=fe80::1%2 lport=443");
    assertThat(address("0A0001BB00000000" + "00010000000000020000000000000000" + "00000000"))
        .isEqualTo("inet6 laddr=1:0:0:2:: lport=443");
    assertThat(address("0100")).isEqualTo("local unnamed socket");
    assertThat(address("01002F72756E2F7300")).isEqualTo("local path=/run/s");
    assertThat(address("0100006162")).isEqualTo("local path=ab");
    assertThat(address("100000002A00000000000000")).isEqualTo("netlink nlnk-fam=16 nlnk-pid=42");
    assertThat(address("11000000")).isEqualTo("packet (unsupported)");
    assertThat(field(RecordType.SOCKADDR, "saddr=FF00"))
        .isEqualTo("saddr=FF00|unknown-family(255)");
    assertThat(field(RecordType.SOCKADDR, "saddr=x")).isEqualTo("saddr=x|malformed-host(x)");
  }

  private String address(String hex) {
    String both = field(RecordType.SOCKADDR, "saddr=" + hex);
    assertThat(both).startsWith("saddr=" + hex + "|{ saddr_fam=").endsWith(" }");
    return both.substring(hex.length() + "saddr=|{ saddr_fam=".length(), both.length() - 2);
  }

  @Test
  void shouldNameKeysOfATerminal() {
    assertThat(field(RecordType.TTY, "data=6C73200D1B5B41"))
        .isEqualTo("data=6C73200D1B5B41|\"ls \",<ret>,<up>");
    assertThat(field(RecordType.TTY, "data=1B5B31313B327E1B7F095C22FF"))
        .isEqualTo(
            "data=1B5B31313B327E1B7F095C22FF|<F13>,<esc>,<backspace>,<tab>,\"\\\\\\\"\\377\"");
    assertThat(field(RecordType.USER_TTY, "data=\"ls\"")).isEqualTo("data=\"ls\"|\"ls\"");
  }
}
