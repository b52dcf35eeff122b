package io.coreaudit.rule;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// A host as its files show it: accounts of `/etc` and, where those stand as on CoreOS, of
/// `/usr/lib`. Accounts that only a directory service knows have no number here.
///
/// Reads the files when a name is first asked for, and keeps what they said.
public final class HostEnvironment implements RuleEnvironment {
  private static final List<String> USERS = List.of("etc/passwd", "usr/lib/passwd");
  private static final List<String> GROUPS = List.of("etc/group", "usr/lib/group");
  private static final int ID = 2;

  private final Path root;
  private final Architecture architecture;
  private Map<String, Integer> users;
  private Map<String, Integer> groups;

  /// Creates the view of a host.
  ///
  /// @param root `/`, or where the host's root directory stands in a container
  public HostEnvironment(Path root, Architecture architecture) {
    this.root = root;
    this.architecture = architecture;
  }

  /// This machine.
  public static HostEnvironment here() {
    return new HostEnvironment(Path.of("/"), Architecture.host());
  }

  @Override
  public Architecture architecture() {
    return architecture;
  }

  @Override
  public synchronized OptionalInt user(String name) {
    if (users == null) {
      users = read(USERS);
    }
    return find(users, name);
  }

  @Override
  public synchronized OptionalInt group(String name) {
    if (groups == null) {
      groups = read(GROUPS);
    }
    return find(groups, name);
  }

  @Override
  public boolean isDirectory(String path) {
    try {
      return Files.isDirectory(root.resolve(path.replaceFirst("^/+", "")));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static OptionalInt find(Map<String, Integer> ids, String name) {
    Integer id = ids.get(name);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  private Map<String, Integer> read(List<String> files) {
    Map<String, Integer> ids = new HashMap<>();
    for (String file : files) {
      try {
        byte[] bytes = Files.readAllBytes(root.resolve(file));
        new String(bytes, StandardCharsets.UTF_8).lines().forEach(line -> add(line, ids));
      } catch (IOException notThere) {
        // The second place is there on few hosts; without any, every name is unknown, and told so.
        continue;
      }
    }
    return ids;
  }

  private static void add(String line, Map<String, Integer> ids) {
    String[] fields = line.split(":", -1);
    if (fields.length > ID && !line.startsWith("#")) {
      try {
        ids.putIfAbsent(fields[0], Integer.parseUnsignedInt(fields[ID]));
      } catch (NumberFormatException broken) {
        // getpwnam(3) passes over such a line too.
        return;
      }
    }
  }
}
