package io.coreaudit.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the kernel refuses to processes with fewer rights or in other namespaces, and what we say.
@KernelAudit
final class NamespaceIT {
  private static final List<String> HERE = List.of();

  @Test
  void shouldBeHeardHere() throws Exception {
    assertThat(Probe.run(HERE, "status")).isEqualTo("good");
    assertThat(Probe.run(HERE, "multicast")).isEqualTo("good");
    assertThat(Probe.run(HERE, "message")).isEqualTo("good");
    assertThat(Probe.run(HERE, "buffer")).isEqualTo("granted " + (2 << 20));
  }

  @Test
  void shouldSayThatMulticastNeedsTheHostsNetwork() throws Exception {
    List<String> network = List.of("unshare", "--net");
    assertThat(Probe.run(network, "multicast"))
        .startsWith("bind to the audit multicast group: ENETUNREACH (101)")
        .contains("hostNetwork: true");
    assertThat(Probe.run(network, "status")).isEqualTo("good");
  }

  @Test
  void shouldSayThatAuditNeedsTheInitialUserNamespace() throws Exception {
    List<String> user = List.of("unshare", "--user", "--map-root-user");
    assertThat(Probe.run(user, "status"))
        .startsWith("AUDIT_GET: ECONNREFUSED (111)")
        .contains("initial user namespace");
    assertThat(Probe.run(user, "multicast"))
        .startsWith("bind to the audit multicast group: EPERM (1)")
        .contains("initial user namespace");
  }

  @Test
  void shouldSayThatAuditNeedsTheHostsPidNamespace() throws Exception {
    List<String> pid = List.of("unshare", "--pid", "--fork", "--mount-proc");
    assertThat(Probe.run(pid, "status"))
        .startsWith("AUDIT_GET: EPERM (1)")
        .contains("hostPID: true");
  }

  @Test
  void shouldNameTheMissingCapability() throws Exception {
    assertThat(Probe.run(without("audit_control"), "status"))
        .isEqualTo(
            "AUDIT_GET: EPERM (1), Operation not permitted: give the process CAP_AUDIT_CONTROL");
    assertThat(Probe.run(without("audit_control"), "delete", "/tmp")).contains("CAP_AUDIT_CONTROL");
    assertThat(Probe.run(without("audit_read"), "multicast")).contains("CAP_AUDIT_READ");
    assertThat(Probe.run(without("audit_write"), "message")).contains("CAP_AUDIT_WRITE");
  }

  @Test
  void shouldTakeASmallerBufferWhereItMayNotHaveMore() throws Exception {
    assertThat(Probe.run(without("net_admin"), "buffer")).matches("granted \\d{6,7}");
  }

  private static List<String> without(String capability) {
    return List.of("setpriv", "--bounding-set", "-" + capability, "--inh-caps", "-" + capability);
  }
}
