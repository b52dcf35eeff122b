package io.coreaudit.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.intake.BootId;
import io.coreaudit.intake.EarlierEvents;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.AccountNames;
import io.coreaudit.origin.HostName;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.origin.OriginSources;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Logs as auditd leaves them, and what is taken of them. The boot began at second 1000, the agent
/// listens since second 2000, and serial 500 came first live.
@Timeout(60)
final class BackfillTest {
  private static final BootId BOOT = new BootId(3, 4);
  private static final long FIRST_LIVE = 500;
  private static final String HOST = "node-1";

  @TempDir private Path dir;
  private Path log;
  private Spool spool;
  private long settled;
  private AuditdConfig auditd;
  private Backfill backfill;
  private EarlierEvents earlier;

  @BeforeEach
  void prepare() {
    log = dir.resolve("audit.log");
    auditd = AuditdConfig.read(dir.resolve("auditd.conf"));
    spool = Spool.open(SpoolSettings.of(dir.resolve("spool")));
  }

  @AfterEach
  void close() {
    spool.close();
  }

  /// What is found, by serial, the records of each without their stamps.
  private TreeMap<Long, List<String>> fill() {
    run();
    assertThat(earlier.trouble()).isNull();
    return found();
  }

  private void run() {
    earlier = new EarlierEvents(settled, () -> {});
    earlier.heard(FIRST_LIVE);
    BackfillSettings settings =
        new BackfillSettings(
            log, auditd, HOST, dir.resolve("spool"), BOOT, 1_000_000, 2_000_000, 0);
    backfill =
        new Backfill(
            settings,
            earlier,
            spool,
            new OriginCollector(
                HostName.of(HOST), new AccountNames(List.of(), List.of()), OriginSources.NONE),
            new Backfill.Patience(0, 0, 0));
    backfill.run();
  }

  private TreeMap<Long, List<String>> found() {
    TreeMap<Long, List<String>> found = new TreeMap<>();
    FrameFlyweight frame = new FrameFlyweight();
    try (Pages page = Pages.allocate(64 << 10)) {
      for (byte[] next = earlier.peek(); next != null; next = earlier.peek()) {
        earlier.remove();
        Memory.copy(next, 0, page.address(), next.length);
        frame.wrap(page.address(), next.length);
        assertThat(frame.flags() & EventFlags.BACKFILLED).isNotZero();
        assertThat(found.put(frame.serial(), records(frame))).as("twice").isNull();
      }
    }
    return found;
  }

  private static List<String> records(FrameFlyweight frame) {
    List<String> records = new ArrayList<>();
    while (frame.nextRecord()) {
      byte[] text = new byte[frame.recordPrefixLength() + frame.recordTextLength()];
      Memory.copy(frame.recordPrefix(), text, 0, text.length);
      String whole = new String(text, StandardCharsets.ISO_8859_1);
      records.add(frame.recordType() + whole.replaceFirst("audit\\([^)]*\\):", ""));
    }
    return records;
  }

  private static String event(int second, long serial) {
    String stamp = " msg=audit(%d.004:%d): ".formatted(second, serial);
    return "type=SYSCALL"
        + stamp
        + "arch=c000003e syscall=257 items=0 pid=7 key=\"k\"\u001dARCH=x86_64 SYSCALL=openat\n"
        + "type=PROCTITLE"
        + stamp
        + "proctitle=636174\n";
  }

  private static final List<String> RECORDS =
      List.of("1300 arch=c000003e syscall=257 items=0 pid=7 key=\"k\"", "1327 proctitle=636174");

  private long count(BackfillCounter counter) {
    return backfill.counters().value(counter);
  }

  @Test
  void shouldTakeTheKernelsRecordsOfBeforeTheFirstLiveEvent() throws IOException {
    Files.writeString(
        log,
        "type=DAEMON_START msg=audit(1500.001:77): op=start ver=3.0.9 res=success\n"
            + event(1990, 497)
            + "type=EOE msg=audit(1990.004:497): \n"
            + event(1991, 499)
            + event(1991, 498)
            + event(2001, FIRST_LIVE)
            + event(2001, 502)
            + event(2009, 499));
    assertThat(fill())
        .containsOnlyKeys(497L, 498L, 499L)
        .allSatisfy((_, records) -> assertThat(records).isEqualTo(RECORDS));
    assertThat(count(BackfillCounter.NOT_LIVE)).isEqualTo(2);
    assertThat(count(BackfillCounter.EVENTS)).isEqualTo(3);
    assertThat(count(BackfillCounter.LINES))
        .isEqualTo(
            count(BackfillCounter.RECORDS)
                + count(BackfillCounter.KNOWN)
                + count(BackfillCounter.OTHER_BOOT)
                + count(BackfillCounter.OTHER_NODE)
                + count(BackfillCounter.NOT_LIVE)
                + count(BackfillCounter.BROKEN));
    assertThat(backfill.state()).startsWith("done: 3 events");
  }

  /// Its serials are this boot's as well; by the stamps it is another.
  @Test
  void shouldLeaveOutABootBefore() throws IOException {
    Files.writeString(log, event(900, 498) + event(950, 900) + event(1001, 3) + event(1990, 499));
    assertThat(fill()).containsOnlyKeys(3L, 499L);
    assertThat(count(BackfillCounter.OTHER_BOOT)).isEqualTo(4);
  }

  /// The clock was set back in this boot, so the one before seems to belong to it.
  @Test
  void shouldNotTakeTheEndOfABootBeforeForTheFirstLiveEvent() throws IOException {
    Files.writeString(log, event(1800, 90_000) + event(1990, 499) + event(2000, FIRST_LIVE));
    assertThat(fill()).containsOnlyKeys(499L);
    assertThat(count(BackfillCounter.OTHER_BOOT)).isEqualTo(2);
  }

  @Test
  void shouldTakeThisNodesLinesOnly() throws IOException {
    Files.writeString(
        dir.resolve("auditd.conf"), "# name_format = none\nName_Format = hostname\nname = x\n");
    auditd = AuditdConfig.read(dir.resolve("auditd.conf"));
    Files.writeString(
        log,
        event(1990, 497).replaceAll("(?m)^", "node=node-1 ").replaceAll("node=node-1 $", "")
            + event(1990, 498).replaceAll("(?m)^type", "node=node-2 type"));
    assertThat(fill()).containsOnlyKeys(497L).containsValue(RECORDS);
    assertThat(count(BackfillCounter.OTHER_NODE)).isEqualTo(2);
  }

  @Test
  void shouldReadARotatedSetInItsOrder() throws IOException {
    String cut = event(1992, 498);
    int half = cut.indexOf('\n') + 1;
    try (OutputStream zip =
        new GZIPOutputStream(Files.newOutputStream(dir.resolve("audit.log.2.gz")))) {
      zip.write(event(1990, 496).getBytes(StandardCharsets.ISO_8859_1));
    }
    Files.writeString(dir.resolve("audit.log.1"), event(1991, 497) + cut.substring(0, half));
    Files.writeString(log, cut.substring(half) + event(1993, 499));
    Files.writeString(dir.resolve("other.log"), event(1993, 495));
    assertThat(fill())
        .containsOnlyKeys(496L, 497L, 498L, 499L)
        .allSatisfy((_, records) -> assertThat(records).isEqualTo(RECORDS));
  }

  /// Auditd was killed in a line, and the next one wrote behind it.
  @Test
  void shouldLeaveOutLinesThatAreNotWhole() throws IOException {
    String torn = event(1990, 497);
    Files.writeString(
        log,
        event(1990, 496)
            + torn.substring(0, torn.length() - 12)
            + event(1991, 498)
            + "not a record\n"
            + event(1992, 499)
            + "type=SYSCALL msg=audit(1993.001:499): arch=c0");
    TreeMap<Long, List<String>> found = fill();
    assertThat(found).containsOnlyKeys(496L, 497L, 498L, 499L);
    assertThat(found.get(497L)).containsExactly(RECORDS.getFirst());
    assertThat(found.get(498L)).containsExactly(RECORDS.getLast());
    assertThat(found.get(499L)).isEqualTo(RECORDS);
    assertThat(count(BackfillCounter.BROKEN)).isEqualTo(2);
  }

  @Test
  void shouldTakeNothingThatTheSpoolHas() throws IOException {
    spool(490, 496, 499);
    settled = 494;
    Files.writeString(
        log,
        event(1990, 490)
            + event(1990, 494)
            + event(1990, 495)
            + event(1990, 496)
            + event(1990, 499)
            + event(1990, 498));
    assertThat(fill()).containsOnlyKeys(495L, 498L);
    assertThat(count(BackfillCounter.KNOWN)).isEqualTo(8);
  }

  private void spool(long... serials) {
    try (Pages page = Pages.allocate(4096)) {
      FrameWriter writer = new FrameWriter(page.address(), 4096);
      long seq = 0;
      for (long serial : serials) {
        writer.begin(EventKind.AUDIT, 1990, 4, serial, 0, 0);
        int length = writer.finish(0, ++seq, BOOT.high(), BOOT.low());
        assertThat(spool.append(page.address(), length)).isTrue();
      }
    }
  }

  /// What a program had the kernel write may look like auditd's names.
  @Test
  void shouldCutWhatAuditdWroteAndNothingElse() throws IOException {
    Files.writeString(
        log,
        "type=USER msg=audit(1990.001:498): pid=1 msg='a\u001db c'\u001dUID=\"root\"\n"
            + "type=USER msg=audit(1990.001:499): pid=1 msg='a\u001db c'\n");
    TreeMap<Long, List<String>> found = fill();
    assertThat(found.get(498L)).isEqualTo(found.get(499L));
    assertThat(found.get(498L)).containsExactly("1005 pid=1 msg='a\u001db c'");
  }

  @Test
  void shouldSayThatThereIsNoLog() {
    assertThat(fill()).isEmpty();
    assertThat(backfill.state()).isEqualTo("no log of auditd: " + log);
  }

  @Test
  void shouldTellWhatWasInTheWay() throws IOException {
    Files.writeString(log, event(1990, 499));
    Files.write(dir.resolve("audit.log.1"), new byte[] {0x1f, (byte) 0x8b, 8, 0, 1});
    run();
    assertThat(earlier.trouble()).contains("audit.log.1: the gzip data is cut or damaged");
    assertThat(found()).containsOnlyKeys(499L);
    assertThat(earlier.isOver()).isTrue();
    assertThat(backfill.state()).startsWith("not whole: ").contains("audit.log.1");
  }
}
