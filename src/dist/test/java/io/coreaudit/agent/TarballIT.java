package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is in the tarball: everything that belongs to it, with its sum, its licence and its entry
/// in the bill of materials, and the same bytes each time.
final class TarballIT {
  private static final long MOST_BYTES = 90_000_000;

  /// A link to a file, without the place in it; one of another scheme (`https:`) is none.
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]+)(?:#[^)\\s]*)?\\)");

  private static final int FEWEST_LINKS = 50;

  @TempDir private Path dir;

  @Test
  void shouldHoldEverythingWithItsSum() throws Exception {
    Path unpacked = Tarball.unpack(dir);
    assertThat(Files.size(Tarball.FILE)).isLessThan(MOST_BYTES);
    Command.run("sh", "-c", "cd " + unpacked + " && sha256sum --quiet --check SHA256SUMS");
    Set<String> summed = new TreeSet<>();
    for (String line : Files.readAllLines(unpacked.resolve("SHA256SUMS"))) {
      summed.add(line.substring(line.indexOf("  ") + 2));
    }
    Set<String> there = new TreeSet<>();
    try (Stream<Path> all = Files.walk(unpacked)) {
      all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .forEach(file -> there.add(unpacked.relativize(file).toString()));
    }
    there.remove("SHA256SUMS");
    assertThat(summed).isEqualTo(there);
    assertThat(there)
        .contains(
            "bin/coreaudit",
            "lib/agent.aot",
            "lib/commands.aot",
            "lib/native/libjnidispatch.so",
            "lib/runtime/bin/java",
            "man/man8/coreaudit.8",
            "man/man5/coreaudit.yaml.5",
            "completion/coreaudit",
            "etc/coreaudit/coreaudit.yaml",
            "rules/etcd.rules",
            "openshift/Containerfile",
            "monitoring/coreaudit.rules.yml",
            "systemd/coreaudit.service",
            "systemd/kubelet-namespace.conf",
            "docs/operations.md",
            "install.sh",
            "uninstall.sh",
            "LICENSE",
            "NOTICE",
            "README.md",
            "licenses/java-runtime/java.base/LICENSE",
            "sbom.cdx.json");
    assertThat(Path.of(Tarball.FILE + ".sha256"))
        .content()
        .isEqualTo(Command.run("sh", "-c", "cd target && sha256sum " + Tarball.FILE.getFileName()));
  }

  /// A document is to be read where it came from, on a host without a network too.
  @Test
  void shouldHoldWhatItsDocumentsLinkTo() throws Exception {
    Path unpacked = Tarball.unpack(dir);
    List<String> away = new ArrayList<>();
    int links = 0;
    for (Path document : documents(unpacked)) {
      Matcher link = LINK.matcher(Files.readString(document));
      while (link.find()) {
        Path target = document.resolveSibling(link.group(1)).normalize();
        links++;
        if (!target.startsWith(unpacked) || !Files.exists(target)) {
          away.add(unpacked.relativize(document) + ": " + link.group(1));
        }
      }
    }
    assertThat(links).isGreaterThan(FEWEST_LINKS);
    assertThat(away).isEmpty();
  }

  private static List<Path> documents(Path unpacked) throws IOException {
    try (Stream<Path> all = Files.walk(unpacked)) {
      return all.filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !file.startsWith(unpacked.resolve("licenses")))
          .toList();
    }
  }

  @Test
  void shouldNameEachJarInTheNoticeAndTheBillOfMaterials() throws Exception {
    Path unpacked = Tarball.unpack(dir);
    String notice = Files.readString(unpacked.resolve("NOTICE"));
    JsonNode bill = new ObjectMapper().readTree(unpacked.resolve("sbom.cdx.json").toFile());
    Set<String> listed = new TreeSet<>();
    bill.at("/components")
        .forEach(
            part -> listed.add(part.at("/name").asText() + "-" + part.at("/version").asText()));
    Set<String> shipped = new TreeSet<>();
    for (Path jar : jars(unpacked)) {
      String name = jar.getFileName().toString().replaceFirst("\\.jar$", "");
      shipped.add(name.replaceFirst("-native$", ""));
      if (!name.startsWith("coreaudit-")) {
        assertThat(notice).containsPattern("[ ,]" + name.replaceFirst("-[0-9].*", "") + "\\b");
      }
    }
    assertThat(listed).filteredOn(part -> part.startsWith("OpenJDK-25")).hasSize(1);
    listed.removeIf(part -> part.startsWith("OpenJDK-"));
    assertThat(listed).isEqualTo(shipped);
    assertThat(bill.at("/serialNumber").isMissingNode()).as("another one each time").isTrue();
  }

  private static Set<Path> jars(Path unpacked) throws IOException {
    try (Stream<Path> all = Files.list(unpacked.resolve("lib"))) {
      return new TreeSet<>(all.filter(file -> file.toString().endsWith(".jar")).toList());
    }
  }

  /// All steps of the packaging anew, but for the training runs: those learn what happened in
  /// threads, and never quite the same.
  @Test
  void shouldBeTheSameWhenItIsMadeAgain() throws Exception {
    Path unpacked = Tarball.unpack(dir.resolve("first"));
    Path again = dir.resolve("again");
    Command.runWithin(
        300,
        "env",
        "JAVA_HOME=" + System.getProperty("java.home"),
        "./assemble.sh",
        Tarball.VERSION,
        System.getProperty("coreaudit.timestamp"),
        "target/coreaudit.cdx.json",
        again.toString(),
        unpacked.resolve("lib").toString());
    assertThat(Files.mismatch(Tarball.FILE, again.resolve(Tarball.FILE.getFileName())))
        .as("the first byte that differs")
        .isEqualTo(-1);
  }
}
