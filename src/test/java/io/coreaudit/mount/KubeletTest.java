package io.coreaudit.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KubeletTest {
  private static void process(Path proc, int pid, String comm, String... cgroups)
      throws IOException {
    Path folder = Files.createDirectories(proc.resolve("" + pid));
    Files.writeString(folder.resolve("comm"), comm + "\n");
    Files.writeString(folder.resolve("cgroup"), String.join("\n", cgroups) + "\n");
  }

  @Test
  void shouldKnowItByItsServicesCgroup(@TempDir Path proc) throws IOException {
    process(proc, 1, "systemd", "0::/init.scope");
    process(proc, 20, "kubelet", "0::/kubepods.slice/kubepods-pod1.slice/crio-1.scope");
    process(proc, 21, "sh", "0::/system.slice/kubelet.service");
    Files.createDirectories(proc.resolve("22")); // ended meanwhile
    Files.createDirectories(proc.resolve("self"));
    assertThat(Kubelet.pid(proc)).isZero();
    process(proc, 30, "kubelet", "0::/system.slice/kubelet.service");
    assertThat(Kubelet.pid(proc)).isEqualTo(30);
    assertThat(Kubelet.pid(proc.resolve("none"))).isZero();
  }

  @Test
  void shouldKnowItOnOldHostsAndFromAContainer(@TempDir Path proc) throws IOException {
    process(proc, 5, "hyperkube", "13:cpu:/", "1:name=systemd:/system.slice/origin-node.service");
    assertThat(Kubelet.pid(proc)).isEqualTo(5);
    process(proc, 5, "kubelet", "0::/../../system.slice/kubelet.service/sub");
    assertThat(Kubelet.pid(proc)).isEqualTo(5);
    for (String not :
        new String[] {
          "0::/kubepods.slice/x/system.slice/kubelet.service",
          "0::/system.slice/kubelet.service2",
          "0::/user.slice/kubelet.service",
          "0::/system.slice/my-kubelet.service",
        }) {
      process(proc, 5, "kubelet", not);
      assertThat(Kubelet.pid(proc)).as(not).isZero();
    }
  }
}
