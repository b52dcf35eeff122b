package io.coreaudit.agent.doctor;

import io.coreaudit.agent.config.AgentConfig;
import io.coreaudit.agent.config.InputMode;
import io.coreaudit.agent.control.HostLock;
import io.coreaudit.origin.HostRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The host that is examined.
///
/// @param root where its files are
/// @param proc where its kernel tells of processes
/// @param live whether it is the one this process runs on, and not a made-up tree
/// @param kernel what its audit says
/// @param config what the agent is told; the defaults when that has faults
/// @param configFile where that stands; null: nowhere
/// @param faults what is wrong with it, a line each
record Host(
    Path root,
    Path proc,
    boolean live,
    KernelView kernel,
    AgentConfig config,
    Path configFile,
    List<String> faults) {
  private static final Path PROC = Path.of("/proc");

  /// The one that this process runs on.
  static Host here(AgentConfig config, Path configFile, List<String> faults) {
    Path root = HostRoot.of(PROC, config.watch().namespace());
    return new Host(
        root == null ? Path.of("/") : root,
        PROC,
        true,
        KernelView.ask(),
        config,
        configFile,
        faults);
  }

  /// A file of the host.
  ///
  /// @param path without the first `/`
  Path file(String path) {
    return root.resolve(path);
  }

  /// The text of a file without the white space around it; empty when it cannot be read.
  static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
    } catch (IOException unreadable) {
      return "";
    }
  }

  /// The lines of a file; none when it cannot be read.
  static List<String> lines(Path file) {
    return text(file).lines().toList();
  }

  /// The files right below a directory, by name; none when there is no such directory.
  static List<Path> list(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    } catch (IOException | UncheckedIOException none) {
      return List.of();
    }
  }

  /// What a process calls itself, with its number: `auditd, pid 812`.
  String process(long pid) {
    String name = text(proc.resolve(pid + "/comm"));
    return (name.isEmpty() ? "a process that is not to be seen" : name) + ", pid " + pid;
  }

  /// The process id of the agent that runs here; 0: none.
  long agent() throws IOException {
    return HostLock.holder(config.lockFile(), proc);
  }

  /// The agent's folder in `proc` when it runs, else that of this process: of whom capabilities,
  /// namespaces and labels are told.
  Path standing() throws IOException {
    long agent = agent();
    return proc.resolve(agent > 0 ? Long.toString(agent) : "self");
  }

  /// Whose those are, for people.
  String whose() throws IOException {
    return agent() > 0 ? "the agent" : "this process";
  }

  /// Whether the agent is to read the kernel's stream beside others.
  boolean multicast() {
    return config.input().mode() == InputMode.MULTICAST;
  }

  /// Whether it is to take the place of auditd.
  boolean unicast() {
    return config.input().mode() == InputMode.UNICAST;
  }
}
