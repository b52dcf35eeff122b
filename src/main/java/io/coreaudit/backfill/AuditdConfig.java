package io.coreaudit.backfill;

import io.coreaudit.origin.HostRoot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// What `auditd.conf` says of its log: where it is, and what stands as `node=` before the host's
/// own lines. Without the file all is as auditd has it by default.
public final class AuditdConfig {
  private static final Path LOG = Path.of("/var/log/audit/audit.log");

  private static final Path FILE = Path.of("/etc/audit/auditd.conf");

  private final Map<String, String> values = new HashMap<>();
  private boolean there = true;

  private AuditdConfig() {}

  /// Reads that of a host.
  ///
  /// @param root where the host's files are
  public static AuditdConfig ofHost(Path root) {
    return read(HostRoot.file(root, FILE));
  }

  /// Reads a file; what is not there has its default.
  public static AuditdConfig read(Path file) {
    AuditdConfig config = new AuditdConfig();
    try {
      for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
        int equals = line.indexOf('=');
        if (equals > 0 && !line.stripLeading().startsWith("#")) {
          config.values.put(
              line.substring(0, equals).strip().toLowerCase(Locale.ROOT),
              line.substring(equals + 1).strip());
        }
      }
    } catch (IOException absent) {
      config.values.clear();
      config.there = false;
    }
    return config;
  }

  /// Whether there is such a file, and it can be read.
  public boolean isThere() {
    return there;
  }

  /// The log, as a path on the host.
  ///
  /// @param instead which one it is, whatever stands in the file; null: the one that stands there
  /// @throws IOException when what stands there is no path
  public Path log(Path instead) throws IOException {
    if (instead != null) {
      return instead;
    }
    String file = values.get("log_file");
    try {
      return file == null ? LOG : Path.of("/").resolve(file);
    } catch (InvalidPathException e) {
      throw new IOException("auditd.conf: log_file is no path: " + e.getMessage(), e);
    }
  }

  /// Whether a log is written at all.
  public boolean writesLog() {
    return !value("write_logs", "yes").equalsIgnoreCase("no");
  }

  /// What a key is set to.
  ///
  /// @param otherwise auditd's own default
  public String value(String key, String otherwise) {
    return values.getOrDefault(key, otherwise);
  }

  /// Whether a line is of this host.
  ///
  /// @param node what stands in it as `node=`; null: nothing
  /// @param host the name that the kernel has for this host
  boolean isOwn(String node, String host) {
    if (node == null) {
      return true; // others' lines always have a name
    }
    return switch (value("name_format", "none").toLowerCase(Locale.ROOT)) {
      case "hostname" -> node.equals(host);
      case "fqd" -> node.equals(host) || node.startsWith(host + ".");
      case "user" -> node.equals(values.get("name"));
      case "numeric" -> isAddressOfThisHost(node);
      default -> false;
    };
  }

  private static boolean isAddressOfThisHost(String node) {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .map(InetAddress::getHostAddress)
          .anyMatch(node::equals);
    } catch (SocketException e) {
      return false;
    }
  }
}
