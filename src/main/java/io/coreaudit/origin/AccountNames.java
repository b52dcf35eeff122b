package io.coreaudit.origin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Names of users and groups by number, from the host's own files.
///
/// Files only, never NSS: a lookup must not wait for a directory server, and the host's accounts
/// are asked for even from inside a container. `/usr/lib/passwd` and `/usr/lib/group` are where
/// RHCOS keeps the accounts of its packages; an entry in `/etc` goes before one there.
///
/// Lookups come from any thread and allocate nothing. `refreshIfChanged` reads the files again when
/// one of them changed and publishes a new table whole.
public final class AccountNames {
  private static final int MAX_FILE_BYTES = 4 << 20;
  private static final long CHECK_INTERVAL_NS = TimeUnit.SECONDS.toNanos(5);

  private final List<Path> passwdFiles;
  private final List<Path> groupFiles;
  private final long checkIntervalNs;
  private volatile Tables tables;
  private List<Object> seen;
  private long lastCheckNs;

  private record Tables(AccountTable users, AccountTable groups) {}

  /// Reads the accounts of the host whose root directory is given.
  public AccountNames(Path root) {
    this(
        List.of(root.resolve("etc/passwd"), root.resolve("usr/lib/passwd")),
        List.of(root.resolve("etc/group"), root.resolve("usr/lib/group")),
        CHECK_INTERVAL_NS);
  }

  /// Reads the accounts of the files given; the first entry of an id counts.
  public AccountNames(List<Path> passwdFiles, List<Path> groupFiles) {
    this(passwdFiles, groupFiles, CHECK_INTERVAL_NS);
  }

  AccountNames(List<Path> passwdFiles, List<Path> groupFiles, long checkIntervalNs) {
    this.passwdFiles = List.copyOf(passwdFiles);
    this.groupFiles = List.copyOf(groupFiles);
    this.checkIntervalNs = checkIntervalNs;
    read();
  }

  /// The name of a user, or null. The array is shared and must not be changed.
  public byte[] user(int id) {
    return tables.users.name(id);
  }

  /// The name of a group, or null. The array is shared and must not be changed.
  public byte[] group(int id) {
    return tables.groups.name(id);
  }

  /// Whether nobody is known now.
  boolean isEmpty() {
    Tables now = tables;
    return now.users.isEmpty() && now.groups.isEmpty();
  }

  /// Lines of the files that could not be understood.
  public int brokenLines() {
    Tables now = tables;
    return now.users.brokenLines() + now.groups.brokenLines();
  }

  /// Reads the files again when one of them changed since; looks at most once in 5 s. Not for the
  /// intake thread.
  ///
  /// @return whether there are new tables
  public synchronized boolean refreshIfChanged() {
    long nowNs = System.nanoTime();
    if (nowNs - lastCheckNs < checkIntervalNs || identities().equals(seen)) {
      return false;
    }
    read();
    return true;
  }

  private synchronized void read() {
    seen = identities();
    lastCheckNs = System.nanoTime();
    tables = new Tables(table(passwdFiles), table(groupFiles));
  }

  private List<Object> identities() {
    lastCheckNs = System.nanoTime();
    List<Object> identities = new ArrayList<>();
    for (List<Path> files : List.of(passwdFiles, groupFiles)) {
      for (Path file : files) {
        try {
          BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
          identities.add(List.of(found.fileKey(), found.size(), found.lastModifiedTime()));
        } catch (IOException absent) {
          identities.add("absent");
        }
      }
    }
    return identities;
  }

  private static AccountTable table(List<Path> files) {
    AccountTable.Builder builder = new AccountTable.Builder();
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        builder.add(in.readNBytes(MAX_FILE_BYTES));
      } catch (IOException absent) {
        // The second file is absent on most hosts, and a file that cannot be read names nobody.
        continue;
      }
    }
    return builder.build();
  }
}
