package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.OwnEvents;
import io.coreaudit.intake.BootId;
import io.coreaudit.intake.Canary;
import io.coreaudit.intake.ConfigChanges;
import io.coreaudit.kernel.Errno;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The conductor without a canary, on a kernel that is a table.
final class ConductorTest {
  private final TableKernel kernel = new TableKernel();
  private final List<String> said = new CopyOnWriteArrayList<>();
  @TempDir private Path dir;
  private final OwnEvents events = new OwnEvents(8, () -> {});
  private volatile RuntimeException sweepThrows;
  private KernelSettings settings;
  private Warden warden;
  private Conductor conductor;
  private Thread thread;

  @BeforeEach
  void prepare() {
    settings = new KernelSettings(kernel, dir.resolve("settings.state"));
    warden =
        new Warden(
            new WatchKeeper(kernel, List.of(), dir.resolve("rules.state"), event -> {}),
            new AuditSwitch(kernel, settings, true, event -> {}),
            new ConfigChanges(),
            new Master(dir, dir.resolve("master"), new Home()),
            WatchSettings.of(),
            event -> {},
            new Home());
    conductor =
        new Conductor(
            kernel,
            warden,
            LostRecords.goOn(dir.resolve("lost.state"), new BootId(1, 2), kernel.status()),
            events,
            new Canary(),
            new Canary(),
            Opener.THREAD,
            Duration.ZERO,
            (hearing, reason) -> said.add(hearing + " " + reason),
            this::onSweep);
    thread = new Thread(conductor::run, "conductor");
  }

  private void onSweep() {
    if (sweepThrows != null) {
      throw sweepThrows;
    }
  }

  @AfterEach
  void end() throws Exception {
    conductor.stop();
    thread.join();
    warden.close();
  }

  private String last() {
    return said.isEmpty() ? "" : said.getLast();
  }

  private void until(String expected, BooleanSupplier holds) throws Exception {
    long deadlineNs = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNs).as(expected + ", said " + said).isNegative();
      Thread.sleep(20);
    }
  }

  @Test
  void shouldGoOnAfterARefusalAndClearItWithTheNextGoodSweep() throws Exception {
    int asked = kernel.statusAsked;
    kernel.set(Errno.EPERM);
    thread.start();
    until("deaf", () -> said.stream().anyMatch(s -> s.startsWith("DEAF AUDIT_GET")));
    Thread.sleep(300);
    assertThat(kernel.statusAsked - asked).as("no canary came of it").isEqualTo(1);
    kernel.set(0);
    until("cleared", () -> last().equals("UNKNOWN "));
    assertThat(thread.isAlive()).isTrue();
  }

  @Test
  void shouldOutliveWhateverADutyThrows() throws Exception {
    sweepThrows = new UncheckedIOException("cannot write x", new IOException("x"));
    thread.start();
    until("told", () -> last().equals("DEAF cannot write x"));
    sweepThrows = new IllegalStateException("odd");
    until("told", () -> last().contains("odd"));
    assertThat(thread.isAlive()).isTrue();
  }

  @Test
  void shouldKeepAuditOnWithoutACanary() throws Exception {
    settings.begin(true, 0);
    kernel.enabled = 0;
    thread.start();
    until("on again", () -> kernel.status().enabled() == 1);
  }

  @Test
  void shouldLeaveAuditOffThatNobodySwitchedOn() throws Exception {
    kernel.enabled = 0;
    settings.begin(false, 0);
    thread.start();
    until("swept", () -> conductor.status() != null);
    conductor.stop();
    thread.join();
    assertThat(kernel.enabled).isZero();
  }

  @Test
  void shouldTellWhatTheKernelLostBeforeTheFirstSweepAndAfter() throws Exception {
    kernel.lost = 3;
    thread.start();
    until("told", () -> events.size() == 1);
    assertThat(text(events.peek())).isEqualTo("reason=\"kernel_lost\" records=3");
    events.remove();
    kernel.lost = 10;
    conductor.requestSync();
    until("told", () -> events.size() == 1);
    assertThat(text(events.peek())).isEqualTo("reason=\"kernel_lost\" records=7");
  }

  private static String text(OwnEvent event) {
    return new String(event.text(), StandardCharsets.UTF_8);
  }
}
