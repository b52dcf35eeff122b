package io.coreaudit.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DecodeCommandTest {
  private static final String LOG =
      """
      type=SYSCALL msg=audit(1000.001:1): arch=c000003e syscall=257 success=yes exit=3 auid=1000 key="k"
      type=PROCTITLE msg=audit(1000.001:1): proctitle=6C73002D6C
      type=USER_AUTH msg=audit(1001.000:2): pid=1 uid=0 auid=4294967295 ses=4294967295 msg='op=PAM:authentication res=success'
      """;

  @TempDir private Path dir;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    out.reset();
    err.reset();
    return new CommandLineInterface(_ -> 0, new PrintStream(out, true), new PrintStream(err, true))
        .run(args);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private String log() throws Exception {
    return Files.writeString(dir.resolve("audit.log"), LOG).toString();
  }

  @Test
  void shouldWriteEachFormat() throws Exception {
    assertThat(run("decode", "--format", "raw", log())).isZero();
    assertThat(out()).isEqualTo(LOG);
    assertThat(run("decode", log())).isZero();
    JsonNode event = new ObjectMapper().readTree(out().lines().findFirst().orElseThrow());
    assertThat(event.at("/event/id").asText()).isEqualTo("-:1000.001:1");
    assertThat(event.at("/coreaudit/syscall").asText()).isEqualTo("openat");
    Path passwd = Files.writeString(dir.resolve("passwd"), "alice:x:1000:1000::/:/bin/sh\n");
    assertThat(run("decode", "--format", "records", "--passwd", passwd.toString(), log())).isZero();
    assertThat(out())
        .startsWith(
            "{\"sec\":1000,\"ms\":1,\"serial\":1,\"node\":null,\"records\":[{\"type\":\"SYSCALL\",\"fields\":[")
        .contains("{\"name\":\"auid\",\"raw\":\"1000\",\"interp\":\"alice\"}")
        .contains("{\"name\":\"proctitle\",\"raw\":\"6C73002D6C\",\"interp\":\"ls -l\"}")
        .contains("{\"name\":\"key\",\"raw\":\"\\\"k\\\"\",\"interp\":\"k\"}");
    assertThat(run("decode", "--passwd", passwd.toString(), log())).isZero();
    assertThat(out()).contains("\"audit\":{\"id\":\"1000\",\"name\":\"alice\"}");
    assertThat(run("decode", "--format", "cef", "--passwd", passwd.toString(), log())).isZero();
    assertThat(out())
        .startsWith("CEF:0|coreaudit|coreaudit|")
        .contains("|opened-file|opened file|3|rt=1000001 externalId=1000.001:1 ")
        .hasLineCount(2);
    assertThat(run("decode", "--format", "leef", log())).isZero();
    assertThat(out())
        .startsWith("LEEF:2.0|coreaudit|coreaudit|")
        .contains("|authenticated|x09|devTime=1001000\teventId=1001.000:2\t")
        .hasLineCount(2);
    assertThat(err()).isEmpty();
  }

  @Test
  void shouldReadOnBehindADamagedFile() throws Exception {
    StringBuilder text = new StringBuilder();
    Random random = new Random(1);
    for (int n = 1; n <= 20_000; n++) {
      // Bytes that do not compress, so that the cut is in the midst of a line.
      String what = Long.toHexString(random.nextLong());
      text.append("type=USER_AUTH msg=audit(900.000:" + n + "): pid=1 msg='op=" + what + "'\n");
    }
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }
    byte[] cut = Arrays.copyOf(zipped.toByteArray(), zipped.size() / 2);
    Path damaged = Files.write(dir.resolve("audit.log.1.gz"), cut);
    assertThat(run("decode", "--format", "raw", log(), damaged.toString())).isEqualTo(3);
    assertThat(out()).endsWith(LOG);
    String before = out().substring(0, out().length() - LOG.length());
    assertThat(text.toString()).startsWith(before);
    assertThat(before.length()).isGreaterThan(text.length() / 4);
    assertThat(err())
        .startsWith("coreaudit: " + damaged + ": the gzip data is cut or damaged (")
        .endsWith("); what is before that was read\n")
        .hasLineCount(1);
  }

  @Test
  void shouldMaskSecretsWhenAsked() throws Exception {
    Path log = dir.resolve("secret.log");
    String record = "type=EXECVE msg=audit(1000.001:1): argc=2 a0=\"x\" a1=\"--token=abc\"\n";
    Files.writeString(log, record);
    assertThat(run("decode", "--format", "raw", log.toString())).isZero();
    assertThat(out()).isEqualTo(record);
    assertThat(run("decode", "--redact", "--format", "raw", log.toString())).isZero();
    assertThat(out()).isEqualTo(record.replace("abc", "***"));
    assertThat(run("decode", "--redact", log.toString())).isZero();
    assertThat(out()).contains("\"redacted\":true").doesNotContain("abc");
  }

  @Test
  void shouldGiveWhatIsAskedFor() throws Exception {
    String log = log();
    assertThat(run("decode", "--format", "raw", "--type", "user_auth", log)).isZero();
    assertThat(out()).startsWith("type=USER_AUTH").hasLineCount(1);
    assertThat(run("decode", "--format", "raw", "--key", "k", log)).isZero();
    assertThat(out()).hasLineCount(2);
    assertThat(run("decode", "--format", "raw", "--since", "1970-01-01T00:16:41Z", log)).isZero();
    assertThat(out()).hasLineCount(1);
    assertThat(run("decode", "--format", "raw", "--until", "1000.001", log)).isZero();
    assertThat(out()).hasLineCount(2);
    assertThat(run("decode", "--format", "raw", "--since", "-1h", log)).isZero();
    assertThat(out()).isEmpty();
  }

  @Test
  void shouldSayWhatIsWrong() throws Exception {
    assertThat(run("decode", "--format", "xml", log())).isEqualTo(2);
    assertThat(err())
        .isEqualTo("coreaudit: --format=xml: expected records, ecs, raw, cef, leef or ocsf\n");
    assertThat(run("decode", "--type", "SYSCAL", log())).isEqualTo(2);
    assertThat(err()).startsWith("coreaudit: --type=SYSCAL: no such record type");
    assertThat(run("decode", "--since", "yesterday", log())).isEqualTo(2);
    assertThat(err()).startsWith("coreaudit: --since=yesterday: expected a time such as");
    assertThat(run("decode", dir.resolve("none").toString())).isEqualTo(3);
    assertThat(err())
        .isEqualTo("coreaudit: " + dir.resolve("none") + ": no such file or directory\n");
    Path noLog = Files.writeString(dir.resolve("x"), "hello\nworld\n");
    assertThat(run("decode", noLog.toString())).isEqualTo(1);
    assertThat(err())
        .isEqualTo("coreaudit: 2 of 2 lines are no records of audit and were left out\n");
    assertThat(run("decode", "-", log())).isEqualTo(2);
  }

  @Test
  void shouldReadTimes() throws Exception {
    Instant now = Instant.parse("2026-11-22T12:00:00Z");
    assertThat(TimeArgument.millis("", "2026-11-22T04:33:09.5Z", now)).isEqualTo(1795321989500L);
    assertThat(TimeArgument.millis("", "2026-11-22T05:33:09+01:00", now)).isEqualTo(1795321989000L);
    assertThat(TimeArgument.millis("", "2026-11-22T04:33:09", now)).isEqualTo(1795321989000L);
    assertThat(TimeArgument.millis("", "2026-11-22 04:33", now)).isEqualTo(1795321980000L);
    assertThat(TimeArgument.millis("", "2026-11-22", now)).isEqualTo(1795305600000L);
    assertThat(TimeArgument.millis("", "1795321989.984", now)).isEqualTo(1795321989984L);
    assertThat(TimeArgument.millis("", "@1795321989", now)).isEqualTo(1795321989000L);
    assertThat(TimeArgument.millis("", "-90m", now)).isEqualTo(now.toEpochMilli() - 5_400_000);
    assertThat(TimeArgument.millis("", "-2w", now))
        .isEqualTo(now.toEpochMilli() - 14 * 86_400_000L);
  }
}
