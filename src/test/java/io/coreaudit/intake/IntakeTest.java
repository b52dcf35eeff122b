package io.coreaudit.intake;

import static io.coreaudit.kernel.LinuxConstants.AF_UNIX;
import static io.coreaudit.kernel.LinuxConstants.SOCK_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.SOCK_SEQPACKET;
import static io.coreaudit.kernel.LinuxConstants.SOCK_STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.coreaudit.event.AssemblerCounter;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.SyntheticEvent;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.netlink.AuditReceiver;
import io.coreaudit.origin.AccountNames;
import io.coreaudit.origin.HostName;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.origin.OriginCounter;
import io.coreaudit.origin.OriginSources;
import io.coreaudit.record.RecordType;
import io.coreaudit.ring.RecordRing;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolCounter;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.spool.SpoolSettings;
import io.coreaudit.spool.SpoolStat;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The whole thread: messages through a socket, framed like netlink's, into a spool on disk.
@Timeout(120)
final class IntakeTest {
  private static final BootId BOOT = new BootId(1, 2);
  private static final int HEADER = 16;
  private static final int SYSCALL = 0;
  private static final int PROCTITLE = 3;
  private static final int SMALL_RING = 64 << 10;
  private static final int SMALL_SEGMENT = 256 << 10;
  private static final int LARGE_SEGMENT = 128 << 20;

  /// Of now: who had begun later is not taken for the process of an event.
  private static final long SECONDS = System.currentTimeMillis() / 1000;

  private boolean stampsAreNow;

  @TempDir Path temp;

  private final Arena arena = Arena.ofShared();
  private final SyntheticEvent source =
      new SyntheticEvent(arena, ProcessHandle.current().parent().orElseThrow().pid());
  private final Canary canary = new Canary();
  private final long message = arena.allocate(64 << 10).address();
  private OriginCollector origin;
  private Spool spool;
  private Intake intake;
  private int feeder = -1;

  @BeforeEach
  void prepare() throws Exception {
    origin =
        new OriginCollector(HostName.of("n1"), new AccountNames(Path.of("/")), OriginSources.NONE);
    spool = spool(1 << 20, 64 << 20, SpoolSettings.OnFull.REFUSE);
  }

  @AfterEach
  void close() {
    end();
    origin.close();
    arena.close();
  }

  /// As when a process is killed: nothing is written that was not.
  private void end() {
    if (intake != null) {
      intake.close();
      intake = null;
    }
    if (feeder >= 0) {
      LibC.close(feeder);
      feeder = -1;
    }
    spool.close();
  }

  private Spool spool(int segment, long size, SpoolSettings.OnFull onFull) {
    if (spool != null) {
      spool.close();
    }
    return Spool.open(new SpoolSettings(temp.resolve("spool"), size, 0, segment, onFull));
  }

  private int socketPair(int type) {
    assertThat(LibC.socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, message)).isZero();
    feeder = Memory.intAt(message);
    return Memory.intAt(message + 4);
  }

  private void live(int ringBytes, int gatherMicros) {
    AuditReceiver receiver = AuditReceiver.over(socketPair(SOCK_SEQPACKET));
    open(new NetlinkInput(receiver, "test"), AssemblerMode.LIVE, ringBytes, gatherMicros);
  }

  private void open(Input input, AssemblerMode mode, int ringBytes, int gatherMicros) {
    RecordRing ring = RecordRing.allocate(ringBytes);
    intake = new Intake(input, gatherMicros, ring, mode, spool, origin, BOOT, () -> {}, canary);
  }

  /// Sends records of an event.
  private void send(long serial, int... records) {
    long nowMs = System.currentTimeMillis();
    source.stamp(
        stampsAreNow ? nowMs / 1000 : SECONDS + serial / 1000,
        (int) ((stampsAreNow ? nowMs : serial) % 1000),
        serial);
    for (int record : records) {
      int length = source.length(record);
      Memory.fill(message, HEADER, (byte) 0);
      Memory.putInt(message, HEADER + length);
      Memory.putShort(message + 4, (short) source.type(record));
      Memory.copy(source.text(record), message + HEADER, length);
      send(HEADER + length);
    }
  }

  private void send(int length) {
    assertThat(LibC.sendto(feeder, message, length, 0, 0, 0)).isEqualTo(length);
  }

  private void sendWhole(long serial) {
    send(serial, 0, 1, 2, 3);
  }

  private long count(IntakeCounter counter) {
    return intake.counters().value(counter);
  }

  private void await(IntakeCounter counter, long value) throws InterruptedException {
    while (count(counter) < value) {
      Thread.sleep(1);
    }
  }

  /// An event of the kernel as its serial, flags and record types; one of the agent as its text.
  private List<String> read() {
    List<String> events = new ArrayList<>();
    try (SpoolReader reader = spool.reader("one")) {
      while (reader.next()) {
        FrameFlyweight frame = reader.frame();
        StringBuilder event = new StringBuilder();
        if (frame.kind() == EventKind.AUDIT) {
          event.append(frame.serial()).append('/').append(frame.flags());
        }
        while (frame.nextRecord()) {
          if (frame.kind() == EventKind.AUDIT) {
            event.append(' ').append(frame.recordType());
          } else {
            byte[] said = new byte[frame.recordTextLength()];
            Memory.copy(frame.recordText(), said, 0, said.length);
            event.append(new String(said, StandardCharsets.US_ASCII));
          }
        }
        events.add(event.toString());
        reader.acknowledge(reader.position());
      }
    }
    return events;
  }

  /// Rounds, until the compiler is done with all of it: what is allocated for each event or turn is
  /// so in every round. One with a roll, which opens a file and lists the directory, does not count
  /// (SpoolAllocationTest); a segment holds nine of them. Parents are looked up in /proc, and in
  /// every second round a canary is awaited.
  @Test
  void shouldAllocateNothingPerEvent() throws Exception {
    spool = spool(LARGE_SEGMENT, 4L * LARGE_SEGMENT, SpoolSettings.OnFull.OVERRUN);
    origin.close();
    origin =
        new OriginCollector(
            HostName.of("n1"), new AccountNames(Path.of("/")), OriginSources.processes("/proc"));
    live(8 << 20, 1000);
    stampsAreNow = true; // of a time to come nothing is looked for
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Thread role = Thread.ofPlatform().start(() -> intake.run(() -> {}));
    int events = 20_000;
    List<Double> bytes = new ArrayList<>();
    for (int round = 0; round < 20; round++) {
      boolean awaited = round % 2 == 1;
      long rolls = spool.counters().value(SpoolCounter.ROLLS);
      long before = threads.getThreadAllocatedBytes(role.threadId());
      if (awaited) {
        canary.expect();
      }
      feed(1L + round * events, events);
      await(IntakeCounter.ACCEPTED, (round + 1L) * events);
      long allocated = threads.getThreadAllocatedBytes(role.threadId()) - before;
      assertThat(canary.awaited()).as("round %d: a canary is awaited", round).isEqualTo(awaited);
      canary.end();
      if (spool.counters().value(SpoolCounter.ROLLS) == rolls) {
        bytes.add((double) allocated / events);
      }
    }
    intake.stop();
    role.join();
    assertThat(bytes).as("bytes an event, by round").hasSizeGreaterThan(15);
    assertThat(bytes.subList(bytes.size() - 3, bytes.size()))
        .as("bytes an event, by round: %s", bytes)
        .allMatch(each -> each < 1);
    assertThat(origin.counters().value(OriginCounter.PARENTS_READ)).isPositive();
    assertThat(origin.counters().value(OriginCounter.LOOKS_AGAIN)).isGreaterThan(events / 1000);
    assertThat(origin.counters().value(OriginCounter.PARENTS_UNKNOWN)).isZero();
    assertThat(intake.assembler().gaps().lostEvents()).isZero();
  }

  private void feed(long firstSerial, int events) {
    for (long serial = firstSerial; serial < firstSerial + events; serial++) {
      sendWhole(serial);
    }
  }

  @Test
  void shouldMakeTheSameEventsWhenItCopiesFirst() {
    List<String> plain = mixture(false, 1 << 20);
    assertThat(plain).hasSizeGreaterThan(300);
    end();
    for (int ring : List.of(1 << 20, SMALL_RING)) {
      spool =
          Spool.open(
              new SpoolSettings(
                  temp.resolve("held-" + ring), 64 << 20, 0, 1 << 20, SpoolSettings.OnFull.REFUSE));
      assertThat(mixture(true, ring)).as("ring of %d", ring).isEqualTo(plain);
      end();
    }
    spool = spool(1 << 20, 64 << 20, SpoolSettings.OnFull.REFUSE);
  }

  /// Events interleaved by threes, and one after another. In the smallest ring they do not fit at
  /// once, and none is cut.
  private List<String> mixture(boolean copyFirst, int ringBytes) {
    live(ringBytes, 0);
    if (copyFirst) {
      intake.overrun();
    }
    for (long serial = 1; serial <= 400; serial += 4) {
      for (int record : new int[] {0, 1, 2, 3}) {
        send(serial, record);
        send(serial + 1, record);
        send(serial + 2, record);
      }
      if (serial % 8 == 1) {
        sendWhole(serial + 3);
      }
      assertThat(intake.doWork()).isPositive();
    }
    if (copyFirst) {
      // The ring was full before: what was held then is out.
      boolean small = ringBytes == SMALL_RING;
      assertThat(count(IntakeCounter.EVENTS)).isBetween(small ? 100L : 0L, small ? 349L : 0L);
      intake.drained(0);
    }
    intake.stop();
    intake.run(() -> {});
    assertThat(intake.assembler().counters().value(AssemblerCounter.FORCED_RING)).isZero();
    return read().stream().filter(event -> !event.startsWith("reason=")).toList();
  }

  @Test
  void shouldWriteWhatIsHeldWhenItIsStopped() {
    live(1 << 20, 0);
    intake.overrun();
    sendWhole(1);
    send(2, SYSCALL);
    assertThat(intake.doWork()).isEqualTo(5);
    assertThat(count(IntakeCounter.EVENTS)).isZero();
    intake.stop();
    intake.run(() -> {});
    assertThat(read()).contains("1/0 1300 1307 1302 1327").anyMatch(e -> e.startsWith("2/"));
  }

  @Test
  void shouldWriteWhatItTookWhenItsInputFails() throws Exception {
    Path first = temp.resolve("first.log");
    StringBuilder lines = new StringBuilder();
    for (int i = 1; i <= 10; i++) {
      lines.append("type=LOGIN msg=audit(1700000000.123:").append(i).append("): pid=1\n");
    }
    Files.writeString(first, lines);
    Path second = Files.writeString(temp.resolve("second.log"), "");
    open(LineInput.of(List.of(first, second)), AssemblerMode.FILE, 1 << 20, 0);
    Files.delete(second);
    assertThatThrownBy(() -> intake.run(() -> {}))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("open " + second)
        .hasNoSuppressedExceptions();
    List<String> events = read();
    assertThat(events).hasSize(11);
    assertThat(events.subList(0, 10)).allMatch(event -> event.endsWith("/0 1006"));
    assertThat(events.getLast())
        .startsWith("reason=\"intake_failed\" detail=\"open " + second)
        .contains("check input.files");
    assertThat(count(IntakeCounter.ACCEPTED)).isEqualTo(10);
  }

  @Test
  void shouldRefuseAFileThatIsNotThereBeforeItReadsOne() throws Exception {
    Path first = Files.writeString(temp.resolve("first.log"), "");
    Path none = temp.resolve("none.log");
    assertThatThrownBy(() -> LineInput.of(List.of(first, none)))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("open " + none)
        .hasMessageContaining("check input.files");
    assertThatThrownBy(() -> LineInput.of(List.of(first, temp)))
        .hasMessageContaining("Is a directory");
  }

  @Test
  void shouldKeepTheAgentsOwnEventsUntilAFullSpoolTakesThem() throws Exception {
    spool = spool(SMALL_SEGMENT, 3L * SMALL_SEGMENT + (128 << 10), SpoolSettings.OnFull.REFUSE);
    live(1 << 20, 0);
    long serial = 1;
    while (count(IntakeCounter.REFUSED) == 0) {
      sendWhole(serial++);
      intake.doWork();
    }
    for (int i = 1; i <= 3; i++) {
      OwnEvent lost = OwnEvent.of(EventKind.GAP).with("reason", "kernel_lost").with("n", i).build();
      intake.ownEvents().offer(lost);
      intake.doWork();
    }
    assertThat(count(IntakeCounter.OWN_ACCEPTED)).isZero();
    for (int i = 0; i < 1030; i++) {
      intake.ownEvents().offer(OwnEvent.of(EventKind.WATCH).build());
    }
    intake.doWork();
    assertThat(count(IntakeCounter.OWN_REFUSED)).isEqualTo(9);
    List<String> events = read();
    assertThat(events).noneMatch(event -> event.startsWith("reason"));
    try (SpoolReader reader = spool.reader("one")) {
      assertThat(reader.next()).isFalse();
      spool.releaseAcknowledged();
      while (spool.state() != SpoolStat.State.OPEN) {
        Thread.sleep(1);
      }
      while (count(IntakeCounter.OWN_ACCEPTED) < 3 + 1021 + 2) {
        intake.doWork();
      }
    }
    assertThat(read().stream().filter(event -> event.startsWith("reason")))
        .containsExactlyInAnyOrder(
            "reason=\"spool_refused\" events=" + count(IntakeCounter.REFUSED),
            "reason=\"kernel_lost\" n=1",
            "reason=\"kernel_lost\" n=2",
            "reason=\"kernel_lost\" n=3",
            "reason=\"own_events_refused\" events=9");
    assertThat(count(IntakeCounter.OWN_REFUSED)).isEqualTo(9);
  }

  @Test
  void shouldTakeEventsOfBeforeTheStartBehindThoseOfNow() throws Exception {
    live(1 << 20, 0);
    feed(1, 10);
    send(12, SYSCALL); // open when it is killed
    sendWhole(13);
    intake.doWork();
    end();

    spool = spool(1 << 20, 64 << 20, SpoolSettings.OnFull.REFUSE);
    assertThat(spool.takenBefore().settled()).isEqualTo(11);
    live(1 << 20, 0);
    EarlierEvents earlier = intake.awaitEarlier();
    assertThat(earlier.settledBefore()).isEqualTo(11);
    sendWhole(16);
    intake.doWork();
    assertThat(earlier.firstLive()).isEqualTo(16);
    assertThat(earlier.offer(frame(12), 0)).isTrue();
    assertThat(earlier.offer(frame(14), 0)).isTrue();
    intake.doWork();
    assertThat(count(IntakeCounter.BACKFILLED)).isEqualTo(2);
    assertThat(count(IntakeCounter.ACCEPTED)).isEqualTo(3);
    earlier.end(null);
    while (count(IntakeCounter.OWN_ACCEPTED) == 0) {
      intake.doWork();
    }
    assertThat(read().getLast()).startsWith("reason=\"agent_down\" events=1 ");
    end();
    spool = spool(1 << 20, 64 << 20, SpoolSettings.OnFull.REFUSE);
    assertThat(spool.takenBefore().settled()).isEqualTo(16);
  }

  private static byte[] frame(long serial) {
    try (Pages page = Pages.allocate(4096)) {
      FrameWriter writer = new FrameWriter(page.address(), 4096);
      writer.begin(EventKind.AUDIT, SECONDS, 4, serial, 0, 0);
      byte[] frame = new byte[writer.finish(EventFlags.BACKFILLED, 0, 0, 0)];
      Memory.copy(page.address(), frame, 0, frame.length);
      return frame;
    }
  }

  @Test
  void shouldTellWhatTheKernelMadeWhileNoAgentRan() {
    live(1 << 20, 0);
    feed(1, 10);
    send(11, SYSCALL);
    intake.doWork();
    end();

    spool = spool(1 << 20, 64 << 20, SpoolSettings.OnFull.REFUSE);
    live(1 << 20, 0);
    sendWhole(22);
    intake.doWork();
    sendWhole(21);
    intake.doWork();
    while (count(IntakeCounter.OWN_ACCEPTED) == 0) {
      intake.doWork();
    }
    assertThat(count(IntakeCounter.MISSED_EVENTS)).isEqualTo(10);
    assertThat(count(IntakeCounter.UNSEEN_SERIALS)).isZero();
    assertThat(read().getLast())
        .startsWith("reason=\"agent_down\" events=10 first_serial=12 last_serial=20 estimate=");

    intake.stop();
    intake.run(() -> {});
    end();
    spool = spool(1 << 20, 64 << 20, SpoolSettings.OnFull.REFUSE);
    live(1 << 20, 0);
    sendWhole(23);
    intake.doWork();
    intake.stop();
    intake.run(() -> {});
    assertThat(count(IntakeCounter.MISSED_EVENTS)).as("a restart that missed nothing").isZero();
  }

  @Test
  void shouldTellNothingOfASerialOfAnotherBoot() {
    live(1 << 20, 0);
    sendWhole(1000);
    intake.doWork();
    end();
    spool = spool(1 << 20, 64 << 20, SpoolSettings.OnFull.REFUSE);
    AuditReceiver receiver = AuditReceiver.over(socketPair(SOCK_SEQPACKET));
    intake =
        new Intake(
            new NetlinkInput(receiver, "test"),
            0,
            RecordRing.allocate(1 << 20),
            AssemblerMode.LIVE,
            spool,
            origin,
            new BootId(3, 4),
            () -> {});
    sendWhole(2000);
    intake.doWork();
    intake.stop();
    intake.run(() -> {});
    assertThat(count(IntakeCounter.MISSED_EVENTS)).isZero();
    assertThat(read()).noneMatch(event -> event.startsWith("reason"));
  }

  @Test
  void shouldTakeLinesAsFastAsAuditdWritesThem() throws Exception {
    int events = 50_000;
    int reading = socketPair(SOCK_STREAM);
    open(LineInput.of(reading, "plugin"), AssemblerMode.PLUGIN, 8 << 20, 20_000);
    Thread role = Thread.ofPlatform().start(() -> intake.run(() -> {}));
    long beganNs = System.nanoTime();
    for (int serial = 1; serial <= events; serial++) {
      source.stamp(SECONDS, serial % 1000, serial);
      for (int record = 0; record <= PROCTITLE; record++) {
        byte[] type = ("type=" + source.type(record) + " msg=").getBytes(StandardCharsets.US_ASCII);
        Memory.copy(type, 0, message, type.length);
        Memory.copy(source.text(record), message + type.length, source.length(record));
        int length = type.length + source.length(record);
        Memory.putByte(message + length, (byte) '\n');
        send(length + 1);
      }
    }
    await(IntakeCounter.ACCEPTED, events);
    long tookMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
    intake.stop();
    role.join();
    LibC.close(reading);
    assertThat(count(IntakeCounter.MALFORMED)).isZero();
    // 4,000 a second and less when every turn waits 20 ms; auditd writes 11,000.
    assertThat(tookMillis).isLessThan(4000);
  }

  @Test
  void shouldCallAStandAloneRecordThatAFullRingEndsNoLoss() {
    live(SMALL_RING, 0);
    source.stamp(SECONDS, 0, 1);
    Memory.fill(message, HEADER, (byte) 0);
    byte[] text = "audit(1700000000.000:1): pid=9 sig=31".getBytes(StandardCharsets.US_ASCII);
    Memory.putInt(message, HEADER + text.length);
    Memory.putShort(message + 4, (short) RecordType.SECCOMP);
    Memory.copy(text, 0, message + HEADER, text.length);
    send(HEADER + text.length);
    for (int serial = 2; serial < 200; serial++) {
      sendWhole(serial);
      intake.doWork();
    }
    intake.stop();
    intake.run(() -> {});
    assertThat(intake.assembler().counters().value(AssemblerCounter.FORCED_WHOLE)).isEqualTo(1);
    assertThat(intake.assembler().counters().value(AssemblerCounter.FORCED_RING)).isZero();
    assertThat(read()).hasSize(199).noneMatch(event -> event.startsWith("reason"));
  }
}
