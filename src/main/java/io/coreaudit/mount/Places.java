package io.coreaudit.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// Where paths lie, whatever they are called: on which file system, and at which path of it.
///
/// A bind mount gives a directory a second name that has nothing in common with the first, and
/// audit goes by inodes. So two names are compared by what the table of mounts says of them, and
/// what is mounted below a directory counts as a part of it, as it does for a rule on it.
///
/// The table is read once; one thread's own.
public final class Places {
  /// What a word for what is mounted below a place begins with.
  public static final String BELOW = "+";

  private final List<Mount> mounts;
  private final Map<String, Mount> byPoint = new HashMap<>();
  private final UnaryOperator<String> real;
  private final Map<String, List<Place>> trees = new HashMap<>();

  /// A path of a file system.
  private record Place(int major, int minor, String path) {
    boolean meets(Place other) {
      return major == other.major
          && minor == other.minor
          && (isWithin(path, other.path) || isWithin(other.path, path));
    }
  }

  private Places(List<Mount> mounts, UnaryOperator<String> real) {
    this.mounts = mounts;
    this.real = real;
    // Of several at one place the last lies on top.
    mounts.forEach(mount -> byPoint.put(mount.mountPoint(), mount));
  }

  /// As the calling thread sees them now.
  ///
  /// @throws io.coreaudit.kernel.KernelException when there is no table of mounts
  public static Places here() {
    return new Places(MountList.here(), Places::real);
  }

  /// By a table.
  ///
  /// @param real the path that links lead to; null when nothing is there
  public static Places of(List<Mount> mounts, UnaryOperator<String> real) {
    return new Places(List.copyOf(mounts), real);
  }

  /// A file need not be there; its directory must.
  private static String real(String path) {
    try {
      Path named = Path.of(path);
      try {
        return named.toRealPath().toString();
      } catch (NoSuchFileException e) {
        Path parent = named.getParent();
        return parent == null || named.getFileName() == null || Files.isSymbolicLink(named)
            ? null
            : parent.toRealPath().resolve(named.getFileName()).toString();
      }
    } catch (IOException | InvalidPathException unknown) {
      return null;
    }
  }

  /// Whether one and the same file may lie in both, or below them; true also when nobody knows
  /// where one of them lies.
  public boolean mayMeet(String path, String other) {
    return meet(tree(path), tree(other));
  }

  /// Whether a file of what lies at a place, what is mounted there apart, may lie in a path or
  /// below it; true also when nobody knows where that lies.
  ///
  /// @param place a real path
  public boolean mayReach(String path, String place) {
    return meet(tree(path), List.of(at(place)));
  }

  /// A word for what is mounted below a place: another when that is something else, empty when it
  /// is nothing. It begins with `BELOW`.
  ///
  /// @param place a real path
  public String below(String place) {
    List<String> below =
        mounts.stream()
            .filter(mount -> !mount.mountPoint().equals(place))
            .filter(mount -> isWithin(mount.mountPoint(), place))
            .map(mount -> mount.id() + " " + mount.device() + " " + mount.mountPoint())
            .sorted()
            .toList();
    return below.isEmpty() ? "" : BELOW + Integer.toHexString(below.hashCode());
  }

  private static boolean meet(List<Place> some, List<Place> others) {
    if (some == null || others == null) {
      return true;
    }
    for (Place place : some) {
      for (Place other : others) {
        if (place.meets(other)) {
          return true;
        }
      }
    }
    return false;
  }

  /// Where a path lies, and what is mounted below it; null when nobody knows.
  private List<Place> tree(String path) {
    if (!trees.containsKey(path)) {
      trees.put(path, look(path));
    }
    return trees.get(path);
  }

  private List<Place> look(String path) {
    String place = real.apply(path);
    if (place == null) {
      return null;
    }
    List<Place> tree = new ArrayList<>();
    tree.add(at(place));
    for (Mount mount : mounts) {
      if (isWithin(mount.mountPoint(), place)) {
        tree.add(new Place(mount.major(), mount.minor(), mount.root()));
      }
    }
    return tree;
  }

  private Place at(String path) {
    for (String point = path; ; point = parent(point)) {
      Mount mount = byPoint.get(point);
      if (mount != null) {
        String rest = point.equals("/") ? path : path.substring(point.length());
        String root = mount.root().equals("/") ? "" : mount.root();
        return new Place(
            mount.major(), mount.minor(), rest.equals("/") ? mount.root() : root + rest);
      }
      if (point.equals("/")) {
        return new Place(0, 0, path);
      }
    }
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }

  private static boolean isWithin(String path, String directory) {
    String lead = directory.endsWith("/") ? directory : directory + "/";
    return path.equals(directory) || path.startsWith(lead);
  }
}
