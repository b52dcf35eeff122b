package io.coreaudit.mount;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Says which mounts are secrets, and of which pod: a tmpfs whose mount point one of the globs
/// matches.
///
/// | in a glob | matches |
/// |---|---|
/// | `*` | any characters but `/`, also none |
/// | `?` | one character but `/` |
/// | `**` | any characters, also `/`, also none |
/// | `/**/` | `/`, or any directories between |
/// | `\` | the next character as it is |
/// | anything else | itself |
///
/// A glob matches the whole path. Pod and volume are read from the tail
/// `pods/<uid>/volumes/kubernetes.io~<kind>/<name>[/mount]`, the last one in the path, under any
/// root. A file or directory of a secret that is bound elsewhere (subPath:
/// `volume-subpaths/<name>/<container>/<n>`) is the same tmpfs with the same device number: it is
/// no volume of its own here.
public final class SecretMounts {
  /// What the kubelet, and OpenShift 3's, mounts secrets at, wherever its root is.
  public static final List<String> DEFAULT_MATCH =
      List.of(
          "/**/pods/*/volumes/kubernetes.io~secret/*",
          "/**/pods/*/volumes/kubernetes.io~projected/*",
          "/**/pods/*/volumes/kubernetes.io~csi/*/mount");

  private static final Pattern TAIL =
      Pattern.compile(
          ".*/pods/(?<pod>[^/]+)/volumes/kubernetes\\.io~(?<kind>[^/]+)/(?<name>[^/]+)(?:/mount)?",
          Pattern.DOTALL);

  private final List<Pattern> match;

  /// Reads the globs.
  ///
  /// @throws IllegalArgumentException naming the glob that is none
  public SecretMounts(List<String> globs) {
    match = globs.stream().map(SecretMounts::pattern).toList();
  }

  /// The secret volume that a mount is; null when it is none.
  public SecretVolume volume(Mount mount) {
    if (!mount.fsType().equals("tmpfs") || !matches(mount.mountPoint())) {
      return null;
    }
    Matcher tail = TAIL.matcher(mount.mountPoint());
    return tail.matches()
        ? new SecretVolume(tail.group("pod"), tail.group("kind"), tail.group("name"), mount)
        : new SecretVolume("", "", "", mount);
  }

  private boolean matches(String path) {
    for (Pattern pattern : match) {
      if (pattern.matcher(path).matches()) {
        return true;
      }
    }
    return false;
  }

  private static Pattern pattern(String glob) {
    if (!glob.startsWith("/")) {
      throw new IllegalArgumentException("glob \"" + glob + "\" does not begin with /");
    }
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); ) {
      i += append(regex, glob, i);
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }

  /// Translates what stands at a place, and says how many characters that was.
  private static int append(StringBuilder regex, String glob, int i) {
    if (glob.startsWith("/**/", i)) {
      regex.append("/(?:.*/)?");
      return 4;
    }
    if (glob.startsWith("**", i)) {
      regex.append(".*");
      return 2;
    }
    int c = glob.codePointAt(i);
    if (c == '*' || c == '?') {
      regex.append(c == '*' ? "[^/]*" : "[^/]");
      return 1;
    }
    int escape = c == '\\' ? 1 : 0;
    if (escape == 1 && i + 1 == glob.length()) {
      throw new IllegalArgumentException("glob \"" + glob + "\" ends in a lone \\");
    }
    int literal = glob.codePointAt(i + escape);
    regex.append(Pattern.quote(Character.toString(literal)));
    return escape + Character.charCount(literal);
  }
}
