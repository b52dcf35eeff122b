package io.coreaudit.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The shipped packs as they are, but for a root of their own below which all that they watch is
/// there: a test neither needs a master nor touches the host.
final class ScratchPacks {
  private static final Pattern PLACE = Pattern.compile("-F (dir|path)=(/\\S+)");

  private ScratchPacks() {}

  /// Makes what packs watch below a root.
  ///
  /// @return the directory of the packs
  static Path below(Path root, String... names) throws IOException {
    Path packs = Files.createDirectories(root.resolve("packs"));
    for (String name : names) {
      String text = Files.readString(Path.of("../rules", name + ".rules"));
      Matcher places = PLACE.matcher(text);
      while (places.find()) {
        make(root.resolve(places.group(2).substring(1)), places.group(1).equals("dir"));
      }
      Files.writeString(packs.resolve(name + ".rules"), places.replaceAll("-F $1=" + root + "$2"));
    }
    return packs;
  }

  private static void make(Path place, boolean directory) throws IOException {
    if (directory) {
      Files.createDirectories(place);
    } else if (!Files.exists(place)) {
      Files.createDirectories(place.getParent());
      Files.createFile(place);
    }
  }
}
