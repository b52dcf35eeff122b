package io.coreaudit.mount;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// The running kubelet, as a process.
///
/// A process calls itself what it likes, also one in a container. The cgroup that systemd put it in
/// is not its own to choose: the kubelet is what is called so in the service's cgroup.
final class Kubelet {
  private static final Pattern NAMES = Pattern.compile("kubelet|hyperkube|openshift");
  private static final Pattern SERVICE =
      Pattern.compile(
          "[0-9]+:[^:]*:(?:/\\.\\.)*/system\\.slice/(?:kubelet|origin-node|atomic-openshift-node)\\.service(?:/.*)?");

  private Kubelet() {}

  /// Its process id; 0 when none runs, or none that can be seen from here.
  static long pid(Path proc) {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        if (isKubelet(process)) {
          return Long.parseLong(process.getFileName().toString());
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return 0;
    }
    return 0;
  }

  private static boolean isKubelet(Path process) {
    try {
      return NAMES.matcher(Files.readString(process.resolve("comm")).trim()).matches()
          && inService(Files.readAllLines(process.resolve("cgroup")));
    } catch (IOException ended) {
      return false;
    }
  }

  static boolean inService(List<String> cgroups) {
    return cgroups.stream().anyMatch(line -> SERVICE.matcher(line).matches());
  }
}
