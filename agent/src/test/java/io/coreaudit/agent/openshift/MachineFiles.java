package io.coreaudit.agent.openshift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.openshift.api.model.machineconfiguration.v1.MachineConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/// What a MachineConfig brings to a host, in the form of Ignition or of Butane.
///
/// @param role of the pool
/// @param files by their paths: mode, and content
/// @param units those that are enabled
record MachineFiles(
    String role, Map<String, String> files, List<String> units, List<String> kernelArguments) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ROLE = "machineconfiguration.openshift.io/role";

  /// The content of a file.
  String text(String path) {
    assertThat(files).containsKey(path);
    return files.get(path).replaceFirst("^[0-7]+ ", "");
  }

  static MachineFiles of(Manifests manifests) throws IOException {
    MachineConfig config = manifests.the(MachineConfig.class);
    JsonNode ignition = JSON.valueToTree(config.getSpec().getConfig());
    assertThat(ignition.at("/ignition/version").asText()).isEqualTo("3.4.0");
    Map<String, String> files = new TreeMap<>();
    for (JsonNode file : ignition.at("/storage/files")) {
      JsonNode contents = file.get("contents");
      String text = decoded(contents.get("source").asText(), contents.path("compression").asText());
      assertThat(file.path("overwrite").asBoolean()).isTrue();
      files.put(
          file.get("path").asText(), Integer.toOctalString(file.get("mode").asInt()) + " " + text);
    }
    return new MachineFiles(
        config.getMetadata().getLabels().get(ROLE),
        files,
        units(ignition),
        config.getSpec().getKernelArguments());
  }

  static MachineFiles ofButane(Path top, String file) throws IOException {
    Object source = Manifests.yaml(Files.readString(top.resolve(file))).iterator().next();
    JsonNode butane = JSON.valueToTree(source);
    Map<String, String> files = new TreeMap<>();
    for (JsonNode each : butane.at("/storage/files")) {
      String mode = each.get("mode").asText().replaceFirst("^0", "");
      String text = Files.readString(top.resolve(each.at("/contents/local").asText()));
      files.put(each.get("path").asText(), mode + " " + text);
    }
    List<String> arguments = new ArrayList<>();
    butane.at("/openshift/kernel_arguments").forEach(word -> arguments.add(word.asText()));
    return new MachineFiles(
        butane.at("/metadata/labels").get(ROLE).asText(), files, units(butane), arguments);
  }

  private static List<String> units(JsonNode tree) {
    List<String> units = new ArrayList<>();
    for (JsonNode unit : tree.at("/systemd/units")) {
      assertThat(unit.get("enabled").asBoolean()).isTrue();
      units.add(unit.get("name").asText());
    }
    return units;
  }

  private static String decoded(String source, String compression) throws IOException {
    assertThat(source).startsWith("data:");
    String data = source.substring(source.indexOf(',') + 1);
    if (!source.startsWith("data:;base64,")) {
      assertThat(compression).isEmpty();
      // A plus is itself in such an address.
      return URLDecoder.decode(data.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
    InputStream bytes = new ByteArrayInputStream(Base64.getDecoder().decode(data));
    try (InputStream in = compression.equals("gzip") ? new GZIPInputStream(bytes) : bytes) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
