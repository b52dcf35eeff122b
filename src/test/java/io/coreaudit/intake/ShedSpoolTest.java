package io.coreaudit.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.EventKind;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.forward.Flow;
import io.coreaudit.forward.Forwarder;
import io.coreaudit.forward.NetworkLoop;
import io.coreaudit.forward.SinkSettings;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.AccountNames;
import io.coreaudit.origin.HostName;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.origin.OriginSources;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.spool.SpoolSettings;
import io.coreaudit.spool.SpoolStat;
import io.coreaudit.telemetry.Counters;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A spool that runs full while its sink takes nothing.
final class ShedSpoolTest {
  private static final int SEGMENT = 256 << 10;
  private static final int TEXT = 4_000;

  /// A spool with a writer before it.
  private static final class Scene implements AutoCloseable {
    final Path directory = directory();
    final Counters<IntakeCounter> counters = new Counters<>("intake", IntakeCounter.class);
    final OriginCollector origin =
        new OriginCollector(HostName.of("n1"), new AccountNames(Path.of("/")), OriginSources.NONE);
    final Spool spool;
    final EventWriter writer;
    final EventFeed feed;

    Scene(int segments, SpoolSettings.OnFull onFull, ShedSettings shed) {
      spool =
          Spool.open(
              new SpoolSettings(
                  directory.resolve("spool"),
                  (long) segments * SEGMENT + (128 << 10),
                  0,
                  SEGMENT,
                  onFull));
      writer = new EventWriter(spool, origin, new BootId(1, 2), counters, false);
      writer.shed(shed);
      feed = new EventFeed(writer);
    }

    private static Path directory() {
      try {
        return Files.createTempDirectory("shed");
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    long count(IntakeCounter counter) {
      return counters.value(counter);
    }

    void shouldBalance() {
      assertThat(count(IntakeCounter.EVENTS))
          .isEqualTo(
              count(IntakeCounter.ACCEPTED)
                  + count(IntakeCounter.SHED)
                  + count(IntakeCounter.REFUSED));
    }

    @Override
    public void close() {
      writer.close();
      feed.close();
      spool.close();
      origin.close();
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static String text(FrameFlyweight frame) {
    frame.rewindRecords();
    frame.nextRecord();
    byte[] text = new byte[frame.recordTextLength()];
    Memory.copy(frame.recordText(), text, 0, text.length);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadlineNs = System.nanoTime() + Duration.ofSeconds(40).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() < deadlineNs).as("within 40 s").isTrue();
      Thread.sleep(2);
    }
  }

  private static Socket accept(ServerSocket server) {
    try {
      return server.accept();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// The dead sink: nothing of what counts is refused or lost, the most frequent goes first, all of
  /// it is told, and it ends when the receiver is back.
  @ParameterizedTest
  @EnumSource(SpoolSettings.OnFull.class)
  @Timeout(90)
  void shouldKeepRoomForWhatCounts(SpoolSettings.OnFull onFull) throws Exception {
    InetSocketAddress nobody;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = (InetSocketAddress) gone.getLocalSocketAddress();
    }
    try (Scene scene = new Scene(40, onFull, new ShedSettings(60, List.of("etcd"), List.of()));
        NetworkLoop loop = new NetworkLoop()) {
      SpoolReader reader = scene.spool.reader("siem");
      SpoolReader all = scene.spool.reader("@all"); // no sink's
      scene.spool.releaseAcknowledged();
      Forwarder sink =
          Forwarder.of(
              new SinkSettings.Tcp(
                  "siem", "127.0.0.1", nobody.getPort(), null, 0, SinkSettings.TcpTimings.DEFAULT),
              Flow.all(),
              reader,
              new EcsEncoder(false),
              loop,
              ended -> {});
      sink.start();
      int etcd = 0;
      for (int i = 0; i < 8_000; i++) {
        if (i % 100 == 0) {
          scene.feed.call("\"etcd\"", "/bin/etcd", 100);
          etcd++;
        } else {
          scene.feed.call(i % 6 == 0 ? "\"some\"" : "\"noise\"", "/bin/a", TEXT);
        }
        if (i % 10 == 0) {
          scene.writer.commit();
        }
      }
      scene.writer.commit();
      scene.shouldBalance();
      assertThat(scene.count(IntakeCounter.REFUSED)).isZero();
      assertThat(scene.count(IntakeCounter.SHED)).isGreaterThan(3_000);
      assertThat(scene.count(IntakeCounter.SHED_LEVEL)).isBetween(2L, (long) Pressure.MOST);
      assertThat(scene.spool.state()).isEqualTo(SpoolStat.State.OPEN);
      assertThat(reader.skippedEvents()).isZero();
      scene.writer.tellCounted(true);
      assertThat(scene.writer.owedEvents()).isZero();

      try (ServerSocket back = new ServerSocket()) {
        back.setReuseAddress(true);
        back.bind(nobody);
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try (Socket socket = accept(back);
                      InputStream in = socket.getInputStream()) {
                    in.transferTo(java.io.OutputStream.nullOutputStream());
                  } catch (IOException e) {
                    // the forwarder's end
                  }
                });
        List<String> keys = new ArrayList<>();
        List<String> gaps = new ArrayList<>();
        while (all.next()) {
          String said = text(all.frame());
          (all.frame().kind() == EventKind.AUDIT ? keys : gaps)
              .add(said.substring(said.lastIndexOf("key=") < 0 ? 0 : said.lastIndexOf("key=")));
        }
        assertThat(all.skippedEvents()).isZero();
        all.acknowledge(all.position());
        assertThat(keys.stream().filter("key=\"etcd\""::equals)).hasSize(etcd);
        assertThat(keys.lastIndexOf("key=\"noise\""))
            .as("the most frequent is left out first")
            .isLessThan(keys.lastIndexOf("key=\"some\""));
        assertThat(gaps).hasSize(2);

        await(() -> scene.spool.fillPercent() == 0);
        long shed = scene.count(IntakeCounter.SHED);
        scene.writer.commit();
        assertThat(scene.count(IntakeCounter.SHED_LEVEL)).isEqualTo(Pressure.NONE);
        for (int i = 0; i < 20; i++) {
          scene.feed.call("\"noise\"", "/bin/a", TEXT);
        }
        scene.writer.commit();
        assertThat(scene.count(IntakeCounter.SHED)).isEqualTo(shed);
        scene.shouldBalance();
      } finally {
        sink.stop(Duration.ofMillis(200));
        assertThat(sink.awaitEnd(Duration.ofSeconds(5))).isTrue();
      }
    }
  }

  /// Whatever comes and however the sink reads: each event is accepted, left out or refused, and
  /// what was not accepted is told, to the number.
  @Property(tries = 12)
  void shouldAccountForEachEvent(
      @ForAll SpoolSettings.OnFull onFull,
      @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 50) Integer> weights,
      @ForAll @IntRange(max = 3) int reads,
      @ForAll long seed)
      throws InterruptedException {
    Random random = new Random(seed);
    int all = weights.stream().mapToInt(Integer::intValue).sum();
    try (Scene scene = new Scene(9, onFull, new ShedSettings(70, List.of("k0"), List.of()))) {
      SpoolReader reader = scene.spool.reader("siem");
      scene.spool.releaseAcknowledged();
      long[] found = new long[3]; // events, told as left out, told as refused
      for (int i = 0; i < 1_500; i++) {
        int which = 0;
        for (int at = random.nextInt(all); at >= weights.get(which); which++) {
          at -= weights.get(which);
        }
        scene.feed.call("\"k" + which + '"', "/bin/a", TEXT);
        if (i % 7 == 0) {
          scene.writer.commit();
        }
        if (random.nextInt(4) < reads) {
          read(reader, random.nextInt(3), found);
        }
      }
      scene.writer.commit();
      scene.shouldBalance();
      while (scene.writer.owedEvents() > 0) {
        read(reader, Integer.MAX_VALUE, found);
        scene.writer.tellRefused();
        scene.writer.tellCounted(true);
        Thread.sleep(1);
      }
      read(reader, Integer.MAX_VALUE, found);
      assertThat(found[1]).isEqualTo(scene.count(IntakeCounter.SHED));
      assertThat(found[2]).isEqualTo(scene.count(IntakeCounter.REFUSED));
      assertThat(found[0] + reader.skippedEvents())
          .isEqualTo(scene.count(IntakeCounter.ACCEPTED) + scene.count(IntakeCounter.OWN_ACCEPTED));
      reader.close();
    }
  }

  private static void read(SpoolReader reader, int most, long[] found) {
    for (int i = 0; i < most && reader.next(); i++) {
      found[0]++;
      if (reader.frame().kind() == EventKind.GAP) {
        String gap = text(reader.frame());
        found[gap.contains("\"shed\"") ? 1 : 2] += SheddingTest.events(gap);
      }
      reader.acknowledge(reader.position());
    }
  }
}
