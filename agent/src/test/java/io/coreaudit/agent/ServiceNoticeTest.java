package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.agent.http.Health;
import io.coreaudit.agent.http.Heartbeat;
import io.coreaudit.agent.http.Readiness;
import io.coreaudit.kernel.DatagramListener;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServiceNoticeTest {
  private static final long PID = 17;
  private static final long NOW = 1_000_000_000_000L;
  private static final long LATER = NOW + TimeUnit.SECONDS.toNanos(11);

  @TempDir private Path dir;
  private final Readiness readiness = new Readiness();
  private final Health health = new Health();
  private DatagramListener systemd;

  @BeforeEach
  void listen() {
    systemd = new DatagramListener(name());
  }

  @AfterEach
  void close() {
    systemd.close();
  }

  private String name() {
    return dir.resolve("notify").toString();
  }

  private ServiceNotice notice(Map<String, String> environment) {
    return ServiceNotice.of(environment, PID, readiness, health);
  }

  @Test
  void shouldTellReadyOnceAndEachNewState() {
    try (ServiceNotice notice = notice(Map.of("NOTIFY_SOCKET", name()))) {
      notice.look(NOW);
      assertThat(systemd.received()).as("before the start").isEmpty();
      notice.started(NOW);
      assertThat(systemd.received()).containsExactly("STATUS=not ready: starting\n");
      readiness.clear("start");
      notice.look(NOW + 1);
      notice.look(NOW + 2);
      assertThat(systemd.received()).containsExactly("READY=1\nSTATUS=ready\n");
      readiness.hold("canary", "deaf: no event came\nfor 61 s");
      notice.look(NOW + 3);
      readiness.clear("canary");
      notice.look(NOW + 4);
      assertThat(systemd.received())
          .containsExactly("STATUS=not ready: deaf: no event came for 61 s\n", "STATUS=ready\n");
      notice.stopping();
      notice.stopping();
      notice.look(LATER);
      assertThat(systemd.received()).containsExactly("STOPPING=1\nSTATUS=stopping\n");
    }
  }

  @Test
  void shouldNotHoldUpTheKubeletForEver() {
    try (ServiceNotice notice = notice(Map.of("NOTIFY_SOCKET", name()))) {
      notice.started(NOW);
      systemd.received();
      notice.look(LATER);
      notice.look(LATER + 1);
      assertThat(systemd.received()).containsExactly("READY=1\n");
    }
  }

  @Test
  void shouldTellThatItLivesUntilAThreadIsStuck() {
    Map<String, String> environment =
        Map.of("NOTIFY_SOCKET", name(), "WATCHDOG_USEC", "60000000", "WATCHDOG_PID", "17");
    try (ServiceNotice notice = notice(environment)) {
      readiness.clear("start");
      notice.started(NOW);
      notice.look(NOW + 1);
      assertThat(systemd.received())
          .containsExactly("READY=1\nSTATUS=ready\nWATCHDOG=1\n", "WATCHDOG=1\n");
      Heartbeat intake = health.heartbeat("intake", -1);
      notice.look(NOW + 2);
      notice.look(NOW + 3);
      assertThat(systemd.received())
          .singleElement()
          .asString()
          .startsWith("STATUS=intake is stuck");
      intake.rest();
      notice.look(NOW + 4);
      assertThat(systemd.received()).containsExactly("STATUS=ready\nWATCHDOG=1\n");
      health.diskHeartbeat("spool keeper", -1);
      notice.look(NOW + 5);
      assertThat(systemd.received())
          .singleElement()
          .asString()
          .startsWith("STATUS=spool keeper is stuck")
          .endsWith("WATCHDOG=1\n");
    }
  }

  @Test
  void shouldTellNothingThatOthersWereAsked() {
    Map<String, String> parents =
        Map.of("NOTIFY_SOCKET", name(), "WATCHDOG_USEC", "60000000", "WATCHDOG_PID", "18");
    readiness.clear("start");
    try (ServiceNotice none = notice(Map.of());
        ServiceNotice wrong = notice(Map.of("NOTIFY_SOCKET", "relative"));
        ServiceNotice child = notice(parents)) {
      none.started(NOW);
      none.stopping();
      wrong.started(NOW);
      assertThat(systemd.received()).isEmpty();
      child.started(NOW);
      assertThat(systemd.received()).containsExactly("READY=1\nSTATUS=ready\n");
    }
  }
}
