package io.coreaudit.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.format.RawEncoder;
import io.coreaudit.format.RecordsEncoder;
import io.coreaudit.interpret.AccountNames;
import io.coreaudit.record.RecordType;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LogDecoderTest {
  private static final Path MIXED = Path.of("../test-fixtures/events/gen/mixed-s1.log.gz");

  @TempDir private Path dir;
  private LogDecoder.Result result;

  private String decode(EventFilter filter, Path... logs) throws IOException {
    return decode(filter, new RawEncoder(), logs);
  }

  private String decode(EventFilter filter, EventEncoder encoder, Path... logs) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (LogDecoder decoder = new LogDecoder(filter, encoder, null, out)) {
      for (Path log : logs) {
        decoder.decode(log, _ -> {});
      }
      result = decoder.finish();
    }
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  private Path log(String name, String... lines) throws IOException {
    Path file = dir.resolve(name);
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = name.endsWith(".gz") ? new GZIPOutputStream(raw) : raw) {
      out.write(String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1));
    }
    return file;
  }

  @Test
  void shouldMakeOneEventOfWhatARotationCutInTwo() throws IOException {
    Path old = log("a.log.1.gz", "type=SYSCALL msg=audit(1000.001:1): arch=c000003e syscall=2", "");
    Path young = log("a.log", "type=PROCTITLE msg=audit(1000.001:1): proctitle=6C73");
    assertThat(decode(EventFilter.all(), old, young))
        .isEqualTo(
            "type=SYSCALL msg=audit(1000.001:1): arch=c000003e syscall=2\n"
                + "type=PROCTITLE msg=audit(1000.001:1): proctitle=6C73\n");
    assertThat(result).isEqualTo(new LogDecoder.Result(2, 0, 0, 1, 1));
  }

  @Test
  void shouldCountWhatIsNoRecord() throws IOException {
    Path log =
        log("x.log", "", "hello", "type=USER_AUTH msg=audit(1000.001:1): pid=1", "  ", "# (x");
    decode(EventFilter.all(), log);
    assertThat(result).isEqualTo(new LogDecoder.Result(3, 2, 0, 1, 1));
  }

  @Test
  void shouldLeaveOutLinesThatAreTooLong() throws IOException {
    String begin = "type=USER_AUTH msg=audit(1000.001:";
    String longest = begin + "1): a=" + "x".repeat(LogDecoder.LONGEST_LINE - begin.length() - 6);
    Path log = log("x.log", longest, longest + "y", longest.repeat(3), begin + "2): pid=1");
    assertThat(decode(EventFilter.all(), log)).isEqualTo(longest + "\n" + begin + "2): pid=1\n");
    assertThat(result).isEqualTo(new LogDecoder.Result(4, 0, 2, 2, 2));
  }

  @Test
  void shouldSayThatGzipDataAreDamaged() throws IOException {
    byte[] whole = Files.readAllBytes(MIXED);
    Path cut = Files.write(dir.resolve("cut.gz"), Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> decode(EventFilter.all(), cut))
        .isInstanceOf(DamagedLogException.class)
        .hasMessageContaining("cut.gz: the gzip data is cut or damaged");
  }

  @Test
  void shouldGiveWhatIsWanted() throws IOException {
    Path log =
        log(
            "x.log",
            "type=SYSCALL msg=audit(1000.001:1): a0=1 key=\"k1\"",
            "type=PROCTITLE msg=audit(1000.001:1): proctitle=6C73",
            "type=SYSCALL msg=audit(1001.000:2): a0=2 key=6B31016B32",
            "type=PROCTITLE msg=audit(1001.000:2): proctitle=6C73",
            "type=USER_AUTH msg=audit(1002.000:3): pid=1");
    assertThat(
            serials(
                new EventFilter(List.of("k2"), new int[0], Long.MIN_VALUE, Long.MAX_VALUE), log))
        .isEqualTo("2");
    assertThat(
            serials(
                new EventFilter(List.of("k1"), new int[0], Long.MIN_VALUE, Long.MAX_VALUE), log))
        .isEqualTo("12");
    assertThat(
            serials(new EventFilter(List.of("k"), new int[0], Long.MIN_VALUE, Long.MAX_VALUE), log))
        .isEmpty();
    int[] types = {RecordType.USER_AUTH, RecordType.CWD};
    assertThat(serials(new EventFilter(List.of(), types, Long.MIN_VALUE, Long.MAX_VALUE), log))
        .isEqualTo("3");
    assertThat(serials(new EventFilter(List.of(), new int[0], 1_000_002, 1_001_000), log))
        .isEqualTo("2");
    assertThat(result.events()).isEqualTo(3);
    assertThat(result.written()).isEqualTo(1);
  }

  private String serials(EventFilter filter, Path log) throws IOException {
    StringBuilder serials = new StringBuilder();
    for (String line : decode(filter, log).split("\n")) {
      if (line.matches("type=(SYSCALL|USER_AUTH).*")) {
        serials.append(line.replaceFirst(".*:(\\d+)\\).*", "$1"));
      }
    }
    return serials.toString();
  }

  @Test
  void shouldBoundWhatWaitsForAnUnfinishedEvent() throws IOException {
    Path log = dir.resolve("x.log");
    int events = 60_000;
    String long1 = "x".repeat(900);
    try (BufferedWriter out = Files.newBufferedWriter(log)) {
      out.write("type=LOGIN msg=audit(1000.000:1): pid=1\n");
      for (int i = 0; i < events; i++) {
        out.write("type=USER_AUTH msg=audit(1000.001:" + (i + 2) + "): pid=1 a=" + long1 + "\n");
      }
    }
    String[] lines = decode(EventFilter.all(), log).split("\n");
    assertThat(lines).hasSize(events + 1);
    // The first ones left before their turn; each of them once, and the rest in order.
    assertThat(Arrays.stream(lines).distinct().count()).isEqualTo(events + 1);
    assertThat(lines[0]).contains(":2)");
    assertThat(Arrays.stream(lines).filter(line -> line.startsWith("type=LOGIN"))).hasSize(1);
  }

  @Test
  void shouldAllocateNothingPerEvent() throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    String text;
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(MIXED))) {
      text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
    Path log = Files.writeString(dir.resolve("mixed.log"), text, StandardCharsets.ISO_8859_1);
    RecordsEncoder encoder = new RecordsEncoder(new AccountNames(), new AccountNames());
    try (LogDecoder decoder =
        new LogDecoder(EventFilter.all(), encoder, null, OutputStream.nullOutputStream())) {
      for (int i = 0; i < 20; i++) {
        decoder.decode(log, _ -> {});
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 20; i++) {
        decoder.decode(log, _ -> {});
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      // A file opened is some hundred bytes; each has about 2000 events and 6000 records.
      assertThat(allocated / 20).isLessThan(16 << 10);
      assertThat(decoder.finish().events()).isGreaterThan(60_000);
    }
  }
}
