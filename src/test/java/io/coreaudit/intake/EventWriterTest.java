package io.coreaudit.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.event.Assembler;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.AccountNames;
import io.coreaudit.origin.HostName;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.origin.OriginSources;
import io.coreaudit.origin.OriginTag;
import io.coreaudit.record.RecordType;
import io.coreaudit.ring.RecordRing;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolCounter;
import io.coreaudit.spool.SpoolException;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.spool.SpoolSettings;
import io.coreaudit.spool.SpoolStat;
import io.coreaudit.telemetry.Counters;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class EventWriterTest {
  private static final int SEGMENT = 256 << 10;
  private static final long SMALLEST = 3L * SEGMENT + (128 << 10);
  private static final int TEXT = 8000;
  private static final BootId BOOT = new BootId(1, 2);

  @TempDir Path temp;

  private final Arena arena = Arena.ofShared();
  private final long text = arena.allocate(1 << 20).address();
  private final Counters<IntakeCounter> counters = new Counters<>("intake", IntakeCounter.class);
  private final List<String> gaps = new ArrayList<>();
  private RecordRing ring;
  private Spool spool;
  private SpoolReader reader;
  private OriginCollector origin;
  private EventWriter writer;
  private Assembler assembler;
  private int serial;
  private int flags;

  @BeforeEach
  void open() throws Exception {
    ring = RecordRing.allocate(8 << 20);
    spool =
        Spool.open(
            new SpoolSettings(
                temp.resolve("spool"), SMALLEST, 0, SEGMENT, SpoolSettings.OnFull.REFUSE));
    reader = spool.reader("one");
    spool.releaseAcknowledged();
    origin =
        new OriginCollector(HostName.of("n1"), new AccountNames(Path.of("/")), OriginSources.NONE);
  }

  private void write(boolean patient) {
    writer = new EventWriter(spool, origin, BOOT, counters, patient);
    assembler = new Assembler(ring, AssemblerMode.FILE, writer);
  }

  @AfterEach
  void close() {
    if (writer != null) {
      writer.close();
    }
    reader.close();
    spool.close();
    origin.close();
    ring.close();
    arena.close();
  }

  private void event(int records, int textLength) {
    stage(records, textLength);
    writer.commit();
  }

  private void stage(int records, int textLength) {
    byte[] bytes =
        ("audit(1700000000.123:" + ++serial + "): a0=\"" + "x".repeat(textLength) + '"')
            .getBytes(StandardCharsets.US_ASCII);
    Memory.copy(bytes, 0, text, bytes.length);
    for (int i = 0; i < records; i++) {
      assembler.accept(RecordType.EXECVE, 0, 0, text, bytes.length, 0);
    }
    assembler.flush();
  }

  private void fill() {
    long refused = counters.value(IntakeCounter.REFUSED);
    while (counters.value(IntakeCounter.REFUSED) == refused) {
      event(1, TEXT);
    }
  }

  private long read() {
    long events = 0;
    while (reader.next()) {
      FrameFlyweight frame = reader.frame();
      if (frame.kind() == EventKind.AUDIT) {
        events++;
        flags |= frame.flags();
      } else if (frame.nextRecord()) {
        byte[] said = new byte[frame.recordTextLength()];
        Memory.copy(frame.recordText(), said, 0, said.length);
        gaps.add(new String(said, StandardCharsets.US_ASCII));
      }
      reader.acknowledge(reader.position());
    }
    return events;
  }

  private void awaitState(SpoolStat.State state) throws InterruptedException {
    while (spool.state() != state) {
      Thread.sleep(1);
    }
  }

  private void assertLedger() {
    assertThat(counters.value(IntakeCounter.EVENTS))
        .isEqualTo(
            counters.value(IntakeCounter.ACCEPTED)
                + counters.value(IntakeCounter.REFUSED)
                + counters.value(IntakeCounter.CANARIES)
                + counters.value(IntakeCounter.OVER_RATE)
                + counters.value(IntakeCounter.REPEATED_READS)
                + counters.value(IntakeCounter.SHED));
    long refused = 0;
    for (SpoolCounter counter : SpoolCounter.values()) {
      refused += counter.name().startsWith("REFUSED_") ? spool.counters().value(counter) : 0;
    }
    assertThat(spool.counters().value(SpoolCounter.OFFERED))
        .isEqualTo(spool.counters().value(SpoolCounter.APPENDED) + refused);
    assertThat(spool.counters().value(SpoolCounter.APPENDED))
        .isEqualTo(
            counters.value(IntakeCounter.ACCEPTED) + counters.value(IntakeCounter.OWN_ACCEPTED));
  }

  @Test
  void shouldTellARefusalWithoutWaitingForTheNextEvent() throws InterruptedException {
    write(false);
    fill();
    event(1, TEXT);
    assertThat(writer.pending()).isTrue();
    long offered = spool.counters().value(SpoolCounter.OFFERED);
    writer.tellRefused();
    assertThat(spool.counters().value(SpoolCounter.OFFERED)).isEqualTo(offered);
    long events = read();
    awaitState(SpoolStat.State.OPEN);
    writer.tellRefused();
    assertThat(writer.pending()).isFalse();
    assertThat(events + read()).isEqualTo(counters.value(IntakeCounter.ACCEPTED));
    assertThat(gaps).containsExactly("reason=\"spool_refused\" events=2");
    assertThat(counters.value(IntakeCounter.OWN_REFUSED)).isZero();
    assertLedger();
  }

  @Test
  void shouldSayThatAGapWasNotTakenAndNotAskAFullSpoolAgain() throws InterruptedException {
    write(false);
    OwnEvent gap = OwnEvent.of(EventKind.GAP).with("reason", "x").build();
    assertThat(writer.ownInTime(gap)).isTrue();
    fill();
    long offered = spool.counters().value(SpoolCounter.OFFERED);
    assertThat(writer.ownInTime(gap)).isFalse();
    assertThat(spool.counters().value(SpoolCounter.OFFERED)).isEqualTo(offered);
    read();
    awaitState(SpoolStat.State.OPEN);
    assertThat(writer.ownInTime(gap)).isTrue();
    assertLedger();
  }

  /// As where a directory wants a further block on a full disk: the spare is there, and useless.
  @Test
  void shouldWaitUntilASpareCanBeTakenIntoUse() throws Exception {
    write(true);
    event(1, TEXT);
    while (spares().isEmpty()) {
      Thread.sleep(1);
    }
    String spare = spares().getFirst().toString();
    Path inTheWay = Files.createDirectory(Path.of(spare.replace(".precreated", ".cq4")));
    Path within = Files.createFile(inTheWay.resolve("within"));
    Thread source =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  for (int i = 0; i < 35; i++) {
                    event(1, TEXT);
                  }
                });
    awaitState(SpoolStat.State.NO_SPACE);
    Thread.sleep(300);
    assertThat(spool.state()).isEqualTo(SpoolStat.State.NO_SPACE);
    assertThat(source.isAlive()).isTrue();
    Files.delete(within);
    Files.delete(inTheWay);
    source.join();
    assertThat(counters.value(IntakeCounter.REFUSED)).isZero();
    assertThat(spool.state()).isEqualTo(SpoolStat.State.OPEN);
    assertThat(read()).isEqualTo(36);
  }

  private List<Path> spares() throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve("spool"))) {
      return files.filter(file -> file.toString().endsWith(".precreated")).toList();
    }
  }

  @Test
  void shouldWaitForTheSpoolWhenTheSourceCan() throws InterruptedException {
    write(true);
    AtomicLong beats = new AtomicLong();
    writer.onWait(nowNs -> beats.incrementAndGet());
    Thread source =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < 300; i++) {
                    event(1, TEXT);
                  }
                });
    while (beats.get() < 5) {
      Thread.sleep(1);
    }
    assertThat(source.isAlive()).isTrue();
    long waits = spool.counters().value(SpoolCounter.REFUSED_BOUND);
    Thread.sleep(100);
    assertThat(spool.counters().value(SpoolCounter.REFUSED_BOUND)).isEqualTo(waits);
    long events = 0;
    while (source.isAlive()) {
      events += read();
      Thread.sleep(1);
    }
    source.join();
    assertThat(events + read()).isEqualTo(300);
    assertThat(counters.value(IntakeCounter.ACCEPTED)).isEqualTo(300);
    assertThat(counters.value(IntakeCounter.REFUSED)).isZero();
    assertThat(gaps).isEmpty();
    assertLedger();
  }

  @Test
  void shouldEndTheWaitWhenItIsStopped() throws InterruptedException {
    write(true);
    AtomicLong beats = new AtomicLong();
    writer.onWait(nowNs -> beats.incrementAndGet());
    Thread source = Thread.ofPlatform().start(this::fill);
    while (beats.get() < 2) {
      Thread.sleep(1);
    }
    writer.stopWaiting();
    source.join(TimeUnit.SECONDS.toMillis(20));
    assertThat(source.isAlive()).isFalse();
    assertThat(counters.value(IntakeCounter.REFUSED)).isEqualTo(1);
    assertLedger();
  }

  @Test
  void shouldCutTheArgumentsOfAProgramAndKeepWhoRanIt() {
    write(true);
    record(RecordType.SYSCALL, "arch=c000003e syscall=59 items=1 ppid=1 pid=2 uid=0 exe=\"/x\"");
    for (int i = 0; i < 60; i++) {
      record(RecordType.EXECVE, "a" + i + "=\"" + "x".repeat(TEXT) + '"');
    }
    record(RecordType.CWD, "cwd=\"/\"");
    record(RecordType.PATH, "item=0 name=\"/x\"");
    record(RecordType.PROCTITLE, "proctitle=\"x\"");
    writer.commit();
    assertThat(counters.value(IntakeCounter.ACCEPTED)).isEqualTo(1);
    assertThat(counters.value(IntakeCounter.TRUNCATED_EVENTS)).isEqualTo(1);
    assertThat(reader.next()).isTrue();
    FrameFlyweight frame = reader.frame();
    assertThat(frame.flags()).isEqualTo(EventFlags.TRUNCATED);
    List<Integer> types = new ArrayList<>();
    while (frame.nextRecord()) {
      types.add(frame.recordType());
    }
    assertThat(types).startsWith(RecordType.SYSCALL, RecordType.EXECVE, RecordType.EXECVE);
    assertThat(types).endsWith(RecordType.CWD, RecordType.PATH, RecordType.PROCTITLE);
    assertThat(types).hasSizeBetween(15, 30);
    assertThat(frame.nextTag()).isTrue();
    assertThat(frame.tag()).isEqualTo(OriginTag.NODE);
    List<Integer> tags = new ArrayList<>();
    while (frame.nextTag()) {
      tags.add(frame.tag());
    }
    assertThat(tags).contains(OriginTag.ACCOUNT);
    assertLedger();
  }

  @Test
  void shouldCutAnEventOfRecordsThatAreNoArgumentsAtItsEnd() {
    write(true);
    for (int i = 0; i < 60; i++) {
      record(RecordType.PATH, "item=" + i + " name=\"" + "x".repeat(TEXT) + '"');
    }
    assembler.flush();
    writer.commit();
    assertThat(counters.value(IntakeCounter.TRUNCATED_EVENTS)).isEqualTo(1);
    assertThat(reader.next()).isTrue();
    assertThat(reader.frame().recordCount()).isBetween(12, 16);
    assertThat(reader.frame().nextTag()).isTrue();
    assertThat(reader.frame().tag()).isEqualTo(OriginTag.NODE);
    assertLedger();
  }

  private void record(int type, String fields) {
    byte[] bytes = ("audit(1700000000.123:9): " + fields).getBytes(StandardCharsets.US_ASCII);
    Memory.copy(bytes, 0, text, bytes.length);
    assembler.accept(type, 0, 0, text, bytes.length, 0);
  }

  @Test
  void shouldHandEventsOverTogetherAndTheAgentsOwnInTheirPlace() {
    write(false);
    stage(1, 100);
    stage(1, 100);
    assertThat(writer.seq()).isZero();
    assertThat(reader.next()).isFalse();
    assertThat(writer.own(OwnEvent.of(EventKind.WATCH).with("n", 3).build())).isTrue();
    assertThat(writer.seq()).isEqualTo(3);
    stage(1, 100);
    // More than a batch takes, and so much that it is alone in its message.
    stage(10, TEXT);
    for (int i = 0; i < 50; i++) {
      stage(1, 300);
    }
    writer.commit();
    assertThat(writer.seq()).isEqualTo(55);
    for (long seq = 1; seq <= 55; seq++) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.frame().seq()).isEqualTo(seq);
      assertThat(reader.frame().kind()).isEqualTo(seq == 3 ? EventKind.WATCH : EventKind.AUDIT);
      assertThat(reader.frame().serial()).isEqualTo(seq == 3 ? 0 : seq < 3 ? seq : seq - 1);
      assertThat(reader.frame().recordCount()).isEqualTo(seq == 5 ? 10 : 1);
    }
    assertThat(reader.next()).isFalse();
    assertLedger();
  }

  @Test
  void shouldRefuseABatchWholeAndGiveItsNumbersAgain() throws InterruptedException {
    write(false);
    fill();
    long last = writer.seq();
    long refused = counters.value(IntakeCounter.REFUSED);
    for (int i = 0; i < 7; i++) {
      stage(1, 100);
    }
    writer.commit();
    assertThat(writer.seq()).isEqualTo(last);
    assertThat(counters.value(IntakeCounter.REFUSED)).isEqualTo(refused + 7);
    assertLedger();
    read();
    awaitState(SpoolStat.State.OPEN);
    stage(1, 100);
    stage(1, 100);
    writer.commit();
    assertThat(reader.next()).isTrue();
    assertThat(reader.frame().seq()).isEqualTo(last + 1);
    assertThat(reader.frame().kind()).isEqualTo(EventKind.GAP);
    assertThat(read()).isEqualTo(2);
    assertThat(writer.seq()).isEqualTo(last + 3);
    assertLedger();
  }

  @Test
  void shouldWaitWithAWholeBatch() throws InterruptedException {
    write(true);
    AtomicLong beats = new AtomicLong();
    writer.onWait(nowNs -> beats.incrementAndGet());
    Thread source =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < 4000; i++) {
                    stage(1, 700);
                    if (i % 32 == 0) {
                      writer.commit();
                    }
                  }
                  writer.commit();
                });
    while (beats.get() < 2) {
      Thread.sleep(1);
    }
    long events = 0;
    while (source.isAlive()) {
      events += read();
      Thread.sleep(1);
    }
    source.join();
    assertThat(events + read()).isEqualTo(4000);
    assertThat(writer.seq()).isEqualTo(4000);
    assertThat(counters.value(IntakeCounter.REFUSED)).isZero();
    assertThat(spool.counters().value(SpoolCounter.REFUSED_BOUND)).isPositive();
    assertLedger();
  }

  @Test
  void shouldTellWhatADamagedSpoolLostAndGoOnCounting() throws IOException {
    write(false);
    for (int i = 0; i < 20; i++) {
      event(1, TEXT);
    }
    writer.close();
    reader.close();
    SpoolSettings settings =
        new SpoolSettings(temp.resolve("spool"), SMALLEST, 0, SEGMENT, SpoolSettings.OnFull.REFUSE);
    spool.close();
    try (Stream<Path> files = Files.list(settings.dir());
        RandomAccessFile segment =
            new RandomAccessFile(
                files.filter(f -> f.toString().endsWith(".cq4")).findFirst().orElseThrow().toFile(),
                "rw")) {
      segment.seek(100_000);
      segment.write(new byte[SEGMENT - 100_000]);
    }
    spool = Spool.open(settings);
    reader = spool.reader("one");
    Path log = Files.writeString(temp.resolve("log"), "type=LOGIN msg=audit(1.000:1): pid=1\n");
    try (Intake intake = intake(LineInput.of(List.of(log)), RecordRing.allocate(1 << 20))) {
      assertThat(intake.seq()).isEqualTo(20);
      intake.run(intake::stop);
      assertThat(intake.seq()).isEqualTo(22);
    }
    writer = null;
    ring = RecordRing.allocate(1 << 20);
    long events = read();
    assertThat(gaps).singleElement().asString().startsWith("reason=\"spool_damaged\" events=");
    long told = Long.parseLong(gaps.get(0).replaceAll(".*events=(\\d+) .*", "$1"));
    assertThat(events - 1 + told + reader.corruptFrames()).isEqualTo(20);
    assertThat(told).isPositive();
  }

  @Test
  void shouldNotWaitForASpoolThatFailed() throws ReflectiveOperationException {
    write(true);
    event(1, TEXT);
    fail(spool);
    event(1, TEXT);
    assertThat(counters.value(IntakeCounter.REFUSED)).isEqualTo(1);
    assertThat(spool.counters().value(SpoolCounter.REFUSED_FAILED)).isEqualTo(1);
    assertLedger();
  }

  /// As an I/O error under the store's mapping would leave it; there is no other way to make one.
  private static void fail(Spool spool) throws ReflectiveOperationException {
    Field failure = Spool.class.getDeclaredField("failure");
    failure.setAccessible(true);
    failure.set(spool, "the store failed: test");
  }

  @Test
  void shouldEndTheIntakeWhenTheSpoolFailed() throws Exception {
    Path log = Files.writeString(temp.resolve("log"), "type=LOGIN msg=audit(1.000:1): pid=1\n");
    try (Intake intake = intake(LineInput.of(List.of(log)), RecordRing.allocate(1 << 20))) {
      fail(spool);
      assertThatThrownBy(() -> intake.run(() -> {})).isInstanceOf(SpoolException.class);
    }
  }

  private Intake intake(Input input, RecordRing records) {
    return new Intake(input, 0, records, AssemblerMode.FILE, spool, origin, BOOT, () -> {});
  }

  @Test
  void shouldKeepItsLedgerAndTellEventsThatAFullRingEnded() throws Exception {
    StringBuilder lines = new StringBuilder();
    // All of one second, none with an end: they stay open until the ring is full.
    for (int i = 0; i < 1000; i++) {
      lines.append("type=SYSCALL msg=audit(1700000000.100:").append(i).append("): key=\"");
      lines.append("x".repeat(1000)).append("\"\n");
      if (i % 10 == 0) {
        lines.append("\nno record\n");
      }
    }
    lines.append("type=A msg=audit(1700000000.100:5): ").append("y".repeat(70_000)).append('\n');
    Path log = Files.writeString(temp.resolve("log"), lines);
    try (Intake intake = intake(LineInput.of(List.of(log)), RecordRing.allocate(256 << 10))) {
      AtomicLong read = new AtomicLong();
      Thread role = Thread.ofPlatform().start(() -> intake.run(intake::stop));
      while (role.isAlive()) {
        read.addAndGet(read());
        Thread.sleep(1);
      }
      read.addAndGet(read());
      Counters<IntakeCounter> taken = intake.counters();
      assertThat(read.get()).isEqualTo(1000);
      assertThat(taken.value(IntakeCounter.EVENTS)).isEqualTo(1000);
      assertThat(taken.value(IntakeCounter.ACCEPTED)).isEqualTo(1000);
      assertThat(taken.value(IntakeCounter.BLANK)).isEqualTo(100);
      assertThat(taken.value(IntakeCounter.MALFORMED)).isEqualTo(100);
      assertThat(taken.value(IntakeCounter.TRUNCATED)).isEqualTo(1);
      assertThat(taken.value(IntakeCounter.MESSAGES))
          .isEqualTo(
              taken.value(IntakeCounter.RECORDS)
                  + taken.value(IntakeCounter.CONTROL)
                  + taken.value(IntakeCounter.MALFORMED)
                  + taken.value(IntakeCounter.TRUNCATED)
                  + taken.value(IntakeCounter.FOREIGN)
                  + taken.value(IntakeCounter.BLANK));
    }
    assertThat(gaps).isNotEmpty().allMatch(gap -> gap.startsWith("reason=\"ring_full\" events="));
    long forced =
        gaps.stream().mapToLong(g -> Long.parseLong(g.substring(g.indexOf("s=") + 2))).sum();
    assertThat(forced).isBetween(500L, 999L);
  }
}
