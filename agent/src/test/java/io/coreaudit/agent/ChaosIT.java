package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Everything goes wrong, round after round, while events come: receivers are killed, connections
/// cut in the middle of a message, answers late, lost or bad, the agent killed, the disk filled.
/// Every receiver has what was accepted, and what came again came with the same id.
@DisplayName("Delivery through faults (needs root: mounts a tmpfs)")
@Timeout(value = 30, unit = TimeUnit.MINUTES)
final class ChaosIT {
  private static final int ROUNDS = Scale.of("delivery", Fault.values().length, 30);
  private static final int PER_SECOND = 2000;
  private static final int LONGEST_CALM_MILLIS = Scale.of("delivery", 500, 2000);
  private static final int LONGEST_FAULT_MILLIS = Scale.of("delivery", 1000, 3000);
  private static final Duration DELIVERS_WITHIN = Duration.ofSeconds(120);
  private static final Pattern RELP_EVENT =
      Pattern.compile("\\[coreaudit@32473 id=\"([^\"]+)\" seq=\"([0-9]+)\"");

  /// How many events may be under way without an answer: `window`, or what 256 KiB hold.
  private static final int RELP_WINDOW = 128;

  private static final int HTTP_BATCH = 256;
  private static final int HEC_BATCHES = 64;
  private static final int TCP_WINDOW = (1 << 20) / 1000;

  private enum Fault {
    RECEIVERS_KILLED,
    CONNECTIONS_CUT,
    ANSWERS_LATE,
    ANSWERS_LOST,
    ANSWERS_BAD,
    AGENT_KILLED,
    DISK_FULL
  }

  @TempDir private Path dir;
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final Map<String, Tap> taps = new LinkedHashMap<>();
  private final Map<Long, String> accepted = new HashMap<>();
  private ScratchDisk disk;
  private Rsyslog rsyslog;
  private LineReceiver lines;
  private SiemServer server;
  private RunningAgent agent;

  private Tap tap(String sink, int port) throws IOException {
    Tap tap = new Tap(port);
    taps.put(sink, tap);
    return tap;
  }

  private String configuration() throws IOException {
    StringBuilder yaml =
        new StringBuilder(
            """
            input: {mode: plugin}
            spool: {dir: %s, max_size: 48MiB, segment_size: 1MiB, min_free: 5%%}
            sinks:
            """
                .formatted(disk.path().resolve("spool")));
    Path token = Files.writeString(dir.resolve("token"), "t\n");
    tap("relp", rsyslog.relpPort());
    tap("tcp", lines.port());
    for (String type : List.of("http", "hec", "bulk", "otlp")) {
      tap(type, server.port());
    }
    taps.forEach(
        (type, tap) ->
            yaml.append(
                "- {type: %s, address: '127.0.0.1:%d'%s}\n"
                    .formatted(
                        type,
                        tap.port(),
                        switch (type) {
                          case "relp" -> "";
                          case "tcp" -> ", resend_window: 1MiB";
                          default -> ", token_file: " + token;
                        })));
    return yaml.toString();
  }

  @Test
  void shouldDeliverWhatTheSpoolAccepted() throws Exception {
    try (ScratchDisk scratch = ScratchDisk.tmpfs(dir.resolve("disk"), "size=80m");
        Rsyslog real = new Rsyslog(dir.resolve("rsyslog"));
        LineReceiver plain = new LineReceiver(dir.resolve("received"));
        SiemServer siem = new SiemServer();
        RunningAgent running = new RunningAgent(dir)) {
      disk = scratch;
      rsyslog = real;
      lines = plain;
      server = siem;
      agent = running;
      agent.input(ProcessBuilder.Redirect.PIPE).start(configuration()).awaitReady();
      List<Fault> faults = faults();
      try (Feeder feeder = new Feeder(agent, 1, PER_SECOND, Long.MAX_VALUE)) {
        for (Fault fault : faults) {
          Thread.sleep(random.nextInt(LONGEST_CALM_MILLIS));
          happen(fault);
        }
        assertThat(feeder.given()).isGreaterThan(PER_SECOND);
      }
      agent.until(DELIVERS_WITHIN, "everything acknowledged: " + faults, this::isDelivered);
      long acknowledged = server.of(SiemServer.HTTP).last();
      agent.process().getOutputStream().close();
      assertThat(agent.exitStatus(Duration.ofSeconds(20))).as(agent.log()).isZero();
      noteAccepted();
      shouldHaveAll(faults, acknowledged);
    } finally {
      for (Tap tap : taps.values()) {
        tap.close();
      }
    }
  }

  /// Each at least once, in any order.
  private List<Fault> faults() {
    List<Fault> faults = new ArrayList<>(Arrays.asList(Fault.values()));
    while (faults.size() < ROUNDS) {
      faults.add(Fault.values()[random.nextInt(Fault.values().length)]);
    }
    Collections.shuffle(faults, random);
    return faults;
  }

  private void happen(Fault fault) throws Exception {
    switch (fault) {
      case RECEIVERS_KILLED -> {
        rsyslog.kill();
        server.kill();
        lines.kill();
        last();
        rsyslog.start();
        server.reopen();
        lines.reopen();
      }
      case CONNECTIONS_CUT -> cut();
      case ANSWERS_LATE -> {
        answers(Tap.Answers.HOLD);
        server.indexing(false);
        last();
        server.indexing(true);
        answers(Tap.Answers.PASS);
      }
      case ANSWERS_LOST -> {
        answers(Tap.Answers.LOSE);
        last();
        cut();
        answers(Tap.Answers.PASS);
      }
      case ANSWERS_BAD -> {
        server.failing(true);
        last();
        server.failing(false);
      }
      case AGENT_KILLED -> {
        agent.kill();
        noteAccepted();
        agent.startAgain().awaitReady();
      }
      case DISK_FULL -> {
        Path hog = disk.path().resolve("hog");
        eat(hog);
        last();
        Files.delete(hog);
      }
    }
  }

  private void last() throws InterruptedException {
    Thread.sleep(random.nextInt(LONGEST_FAULT_MILLIS));
  }

  private void answers(Tap.Answers answers) {
    taps.values().forEach(tap -> tap.answers(answers));
  }

  private void cut() {
    for (Tap tap : taps.values()) {
      tap.cut();
    }
  }

  private static void eat(Path hog) throws IOException {
    try (FileChannel out =
        FileChannel.open(hog, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocate(64 << 10);
      while (true) {
        out.write(zeros.clear());
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private boolean isDelivered() {
    Map<String, Long> metrics = agent.metrics();
    return taps.keySet().stream()
        .allMatch(
            sink -> {
              String label = "{sink=\"" + sink + "\"}";
              long lag = metrics.getOrDefault("coreaudit_sink_lag_events" + label, 1L);
              // What tcp has sent stays in its window: nobody acknowledges it.
              long held = metrics.getOrDefault("coreaudit_sink_held_events" + label, 0L);
              return lag == 0 || sink.equals("tcp") && lag <= held;
            });
  }

  private void noteAccepted() {
    for (Event event : Event.spooled(disk.path().resolve("spool"))) {
      String other = accepted.put(event.seq(), event.id());
      assertThat(other == null || other.equals(event.id()))
          .as("seq %d is given once: %s, %s", event.seq(), other, event.id())
          .isTrue();
    }
  }

  private void shouldHaveAll(List<Fault> faults, long last) {
    Deliveries relp = new Deliveries();
    for (String line : rsyslog.overRelp()) {
      Matcher event = RELP_EVENT.matcher(line);
      if (line.endsWith("}}") && event.find()) { // a kill tears a line in the receiver's file
        relp.add(Long.parseLong(event.group(2)), event.group(1));
      }
    }
    Deliveries tcp = new Deliveries();
    lines.events().forEach(event -> tcp.add(event.seq(), event.id()));
    Map<String, Deliveries> all = new LinkedHashMap<>();
    all.put("relp", relp);
    all.put("tcp", tcp);
    all.put("http", server.of(SiemServer.HTTP));
    all.put("hec", server.of(SiemServer.HEC));
    all.put("bulk", server.of(SiemServer.BULK));
    all.put("otlp", server.of(SiemServer.OTLP));
    all.forEach(
        (sink, has) ->
            System.out.printf(
                "ChaosIT %s rounds=%d accepted_seen=%d last=%d again=%d out_of_order=%d"
                    + " missing=%s%n",
                sink,
                ROUNDS,
                accepted.size(),
                last,
                has.again(),
                has.outOfOrder(),
                Arrays.toString(has.missing(last))));
    String what = "seed " + seed + ", " + faults;
    accepted.keySet().removeIf(seq -> seq > last); // the end of the agent, which waits for nobody
    assertThat(accepted).as(what).isNotEmpty();
    all.forEach(
        (sink, has) -> {
          assertThat(has.others(accepted)).as("%s: %s", sink, what).isEmpty();
          assertThat(has.missing(last)).as("%s: 1 to %d, %s", sink, last, what).isEmpty();
          assertThat(has.again())
              .as("%s: came again, %s", sink, what)
              .isLessThanOrEqualTo((long) faults.size() * window(sink));
          if (!sink.equals("bulk")) { // what one item is asked for again comes after its neighbours
            assertThat(has.outOfOrder()).as("%s: out of order, %s", sink, what).isZero();
          }
        });
  }

  private static int window(String sink) {
    return switch (sink) {
      case "relp" -> RELP_WINDOW;
      case "tcp" -> TCP_WINDOW;
      case "hec" -> HEC_BATCHES * HTTP_BATCH;
      default -> HTTP_BATCH;
    };
  }
}
