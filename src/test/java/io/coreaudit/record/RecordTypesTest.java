package io.coreaudit.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordTypesTest {
  @ParameterizedTest
  @CsvSource({
    "1300,SYSCALL",
    "1302,PATH",
    "1320,EOE",
    "1327,PROCTITLE",
    "1336,URINGOP",
    "1005,USER",
    "1006,LOGIN",
    "1100,USER_AUTH",
    "1138,SOFTWARE_UPDATE",
    "1209,DAEMON_ERR",
    "1305,CONFIG_CHANGE",
    "1400,AVC",
    "1419,MAC_CALIPSO_DEL",
    "1423,LANDLOCK_ACCESS",
    "1500,APPARMOR",
    "1503,APPARMOR_DENIED",
    "1700,ANOM_PROMISCUOUS",
    "1807,INTEGRITY_POLICY_RULE",
    "2000,KERNEL",
    "2100,ANOM_LOGIN_FAILURES",
    "2215,RESP_ORIGIN_UNBLOCK_TIMED",
    "2313,USER_MAC_STATUS",
    "2409,CRYPTO_IPSEC_SA",
    "2507,VIRT_MIGRATE_OUT"
  })
  void shouldKnowNamesAndNumbers(int number, String name) {
    assertThat(RecordTypes.name(number)).isEqualTo(name);
    assertThat(RecordTypes.number(name)).isEqualTo(number);
  }

  @Test
  void shouldFindEveryNameOfTheTable() {
    for (int i = 0; i < RecordType.NUMBERS.length; i++) {
      assertThat(RecordTypes.number(RecordType.NAMES[i])).isEqualTo(RecordType.NUMBERS[i]);
      assertThat(RecordTypes.knownName(RecordType.NUMBERS[i])).isEqualTo(RecordType.NAMES[i]);
    }
    assertThat(RecordType.NUMBERS).hasSizeGreaterThan(190).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "UNKNOWN[1420],1420",
    "1420,1420",
    "1300x,1300",
    "syscall,1300",
    "UNKNOWN[1420,-1",
    "UNKNOWN[],-1",
    "UNKNOWN[x],-1",
    "NOT_A_TYPE,-1",
    "'',-1",
    "ADD_RULE,-1",
    "UNKNOWN[123456789],1234567",
    "99999999999999999999,999999999"
  })
  void shouldReadNumbersOfTypesWithoutName(String name, int number) {
    assertThat(RecordTypes.number(name)).isEqualTo(number);
  }

  @Test
  void shouldWriteTypesWithoutNameAsUnknown() {
    assertThat(RecordTypes.name(1420)).isEqualTo("UNKNOWN[1420]");
    assertThat(RecordTypes.name(-1)).isEqualTo("UNKNOWN[-1]");
    assertThat(RecordTypes.knownName(Integer.MAX_VALUE)).isNull();
    assertThat(RecordTypes.knownName(Integer.MIN_VALUE)).isNull();
  }

  @Test
  void shouldBeWhatTheHeadersSay() throws IOException, InterruptedException {
    assumeTrue(
        Files.exists(Path.of("/usr/include/libaudit.h"))
            && Files.exists(Path.of("/usr/include/linux/audit.h"))
            && Files.isExecutable(Path.of("/usr/bin/python3")),
        "needs the packages libaudit-dev, linux-libc-dev and python3");
    Process check =
        new ProcessBuilder("/usr/bin/python3", "main/tables/record_types.py", "--check")
            .redirectErrorStream(true)
            .start();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(check.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(check.exitValue()).as(output).isZero();
  }
}
