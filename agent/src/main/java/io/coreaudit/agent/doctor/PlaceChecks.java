package io.coreaudit.agent.doctor;

import static io.coreaudit.agent.doctor.Finding.bad;
import static io.coreaudit.agent.doctor.Finding.good;
import static io.coreaudit.agent.doctor.Finding.skipped;
import static io.coreaudit.agent.doctor.Finding.warn;

import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.LinuxConstants;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.mount.HostNamespace;
import io.coreaudit.mount.MountFollower;
import io.coreaudit.mount.NamespaceThread;
import io.coreaudit.watch.HostNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Where the agent stands: capabilities, namespaces, labels, cgroups, the root it has, the clock.
final class PlaceChecks {
  private static final String CLOCK = "systemctl enable --now chronyd";
  private static final int STATUS_CAPABILITIES = "CapEff:".length();

  // The initial namespaces have fixed inode numbers (PROC_USER_INIT_INO, PROC_PID_INIT_INO).
  private static final String INITIAL_USER = "user:[4026531837]";
  private static final String INITIAL_PIDS = "pid:[4026531836]";

  /// What the agent is given, and what it is for.
  ///
  /// @param needed whether nothing goes without it
  private record Capability(int number, String name, boolean needed, String use) {}

  private static final List<Capability> CAPABILITIES =
      List.of(
          new Capability(30, "CAP_AUDIT_CONTROL", true, "to load rules"),
          new Capability(37, "CAP_AUDIT_READ", true, "to read records beside auditd"),
          new Capability(29, "CAP_AUDIT_WRITE", true, "to prove that it hears"),
          new Capability(2, "CAP_DAC_READ_SEARCH", false, "to look at what it watches"),
          new Capability(19, "CAP_SYS_PTRACE", false, "to tell programs and the kubelet's mounts"),
          // Those for entering a mount namespace are not among them: most hosts need none.
          new Capability(12, "CAP_NET_ADMIN", false, "for a receive buffer that holds a burst"));

  private PlaceChecks() {}

  /// All of them.
  static List<Check> all() {
    return List.of(
        new Check("capabilities", PlaceChecks::capabilities),
        new Check("namespaces", PlaceChecks::namespaces),
        new Check("mount namespace", PlaceChecks::mountNamespace),
        new Check("mount events", PlaceChecks::mountEvents),
        new Check("cgroups", PlaceChecks::cgroups),
        new Check("SELinux", PlaceChecks::selinux),
        new Check("root file system", PlaceChecks::rootFileSystem),
        new Check("clock", PlaceChecks::clock),
        new Check("node name", PlaceChecks::nodeName));
  }

  private static Finding capabilities(Host host) throws IOException {
    long held = -1;
    for (String line : Host.lines(host.standing().resolve("status"))) {
      if (line.startsWith("CapEff:")) {
        held = Long.parseUnsignedLong(line.substring(STATUS_CAPABILITIES).strip(), 16);
      }
    }
    if (held == -1) {
      return skipped(host.standing() + "/status cannot be read");
    }
    List<String> missing = new ArrayList<>();
    boolean needed = false;
    for (Capability each : CAPABILITIES) {
      if ((held >>> each.number() & 1) == 0) {
        missing.add(each.name() + " (" + each.use() + ")");
        needed |= each.needed();
      }
    }
    if (missing.isEmpty()) {
      return good(host.whose() + " has what it takes");
    }
    String words = host.whose() + " lacks " + String.join(", ", missing);
    String mend =
        "give it AmbientCapabilities= and CapabilityBoundingSet= of the unit, or"
            + " capabilities.add of the container";
    return needed ? bad(words, mend) : warn(words, mend);
  }

  private static Finding namespaces(Host host) throws IOException {
    Path own = host.standing().resolve("ns");
    String user = link(own.resolve("user"));
    String pids = link(own.resolve("pid"));
    String net = link(own.resolve("net"));
    if (user.isEmpty() || pids.isEmpty()) {
      return skipped(own + " cannot be read");
    }
    if (!user.equals(INITIAL_USER)) {
      return bad(
          host.whose() + " is in a user namespace: the kernel's audit answers there nobody",
          "hostUsers: true, or podman without --userns");
    }
    if (!pids.equals(INITIAL_PIDS)) {
      return bad(
          host.whose() + " is in a pid namespace: the kernel takes no rules from there",
          "hostPID: true, or podman run --pid=host");
    }
    String first = link(host.proc().resolve("1/ns/net"));
    if (first.isEmpty()) {
      return skipped("the network namespace of process 1 cannot be looked at");
    }
    if (!net.equals(first) && host.multicast()) {
      return bad(
          host.whose() + " is in a network namespace: records do not come there by multicast",
          "hostNetwork: true, or podman run --network=host");
    }
    return good(host.whose() + " is in the host's user, pid and network namespaces");
  }

  private static String link(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException unknown) {
      return "";
    }
  }

  private static Finding mountNamespace(Host host) {
    if (!host.live()) {
      return skipped("another host's");
    }
    String wanted = host.config().watch().namespace();
    try (HostNamespace found = HostNamespaces.reachable(wanted == null ? "" : wanted)) {
      return found.missed().isEmpty()
          ? good(found.describe() + (found.isOwn() ? ", is this one" : ", can be entered"))
          : bad(
              "the host's mounts cannot be seen: " + found.missed(),
              "with kubens: the unit's drop-in kubelet-namespace.conf; in a container:"
                  + " CAP_SYS_ADMIN, CAP_SYS_CHROOT and CAP_SYS_PTRACE");
    }
  }

  private static Finding mountEvents(Host host) {
    if (!host.live()) {
      return skipped("another host's");
    }
    String wanted = host.config().watch().namespace();
    try (HostNamespace found = HostNamespaces.reachable(wanted == null ? "" : wanted);
        NamespaceThread there = new NamespaceThread(found, "doctor mounts", MountFollower.class)) {
      return good(there.call(MountFollower::probe));
    } catch (KernelException e) {
      return bad("mounts cannot be followed: " + e.getMessage(), "mount /proc where it runs");
    }
  }

  private static Finding cgroups(Host host) {
    Path tree = host.file("sys/fs/cgroup");
    if (Files.exists(tree.resolve("cgroup.controllers"))) {
      return good("version 2");
    }
    if (Files.exists(tree.resolve("unified/cgroup.controllers"))) {
      return good("version 1, with systemd's tree in version 2 (hybrid)");
    }
    return Files.isDirectory(tree.resolve("systemd"))
        ? good("version 1")
        : skipped("no tree of cgroups at " + tree);
  }

  private static Finding selinux(Host host) throws IOException {
    String enforce = Host.text(host.file("sys/fs/selinux/enforce"));
    if (enforce.isEmpty()) {
      return good("not in this kernel, or off");
    }
    String mode = enforce.equals("1") ? "enforcing" : "permissive";
    String label = Host.text(host.standing().resolve("attr/current")).replace("\0", "");
    String[] parts = label.split(":");
    String type = parts.length > 2 ? parts[2] : "";
    String words = mode + ", " + host.whose() + " is " + (label.isEmpty() ? "unlabelled" : label);
    if (type.startsWith("container_") && enforce.equals("1")) {
      return bad(
          words + ": " + type + " may not open audit's socket",
          "seLinuxOptions: {type: spc_t}, or podman run --security-opt label=disable");
    }
    return type.matches("spc_t|unconfined_t|unconfined_service_t|init_t|auditd_t|")
        ? good(words)
        : warn(
            words + ": its policy must allow netlink_audit_socket",
            "ausearch -m AVC -ts boot -c java");
  }

  private static Finding rootFileSystem(Host host) {
    String options = "";
    for (String line : Host.lines(host.proc().resolve("self/mountinfo"))) {
      String[] fields = line.split(" ");
      if (fields.length > 5 && fields[4].equals("/")) {
        options = fields[5];
      }
    }
    if (options.isEmpty()) {
      return skipped("proc/self/mountinfo cannot be read");
    }
    return List.of(options.split(",")).contains("ro")
        ? good("read-only, as it may be: the agent writes to run.dir and state.dir alone")
        : good("writable; the agent writes to run.dir and state.dir alone");
  }

  private static Finding clock(Host host) {
    if (!host.live()) {
      return skipped("another host's");
    }
    try (Pages timex = Pages.allocate(LinuxConstants.SIZEOF_TIMEX)) {
      Memory.putInt(timex.address() + LinuxConstants.OFFSETOF_TIMEX_MODES, 0);
      KernelException.checked("adjtimex", LibC.adjtimex(timex.address()));
      int status = Memory.intAt(timex.address() + LinuxConstants.OFFSETOF_TIMEX_STATUS);
      return (status & LinuxConstants.STA_UNSYNC) == 0
          ? good("synchronised")
          : warn(
              "not synchronised: events of several nodes cannot be put in order by their time",
              CLOCK);
    }
  }

  private static Finding nodeName(Host host) {
    String name =
        host.config().nodeName() != null
            ? host.config().nodeName()
            : Host.text(host.proc().resolve("sys/kernel/hostname"));
    return name.isEmpty() || name.matches("localhost(\\..*)?|\\(none\\)")
        ? warn(
            "node.name="
                + (name.isEmpty() ? "(none)" : name)
                + ": events do not say whose they are",
            "hostnamectl set-hostname NAME, or set node.name")
        : good(name);
  }
}
