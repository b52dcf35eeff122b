package io.coreaudit.rule;

import io.coreaudit.kernel.AuditConstants;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The real auditctl, cut off from the kernel: `capture/audit_capture.c` stands between the two and
/// writes down what auditctl would send. Touches no audit and needs no lock; needs root, because
/// auditctl wants the rules file to be root's.
final class AuditctlOracle {
  private static final Path CAPTURE = Path.of("../test-fixtures/rules/capture");
  private static final int MARKER_BYTES = 16;
  private static final long TIMEOUT_SECONDS = 120;
  private static AuditctlOracle shared;
  private static String obstacle = "";

  private final Path folder;
  private final String version;

  private AuditctlOracle(Path folder, String version) {
    this.folder = folder;
    this.version = version;
  }

  /// A message of auditctl's.
  record Message(int type, byte[] content) {
    boolean isRule() {
      return type == AuditConstants.AUDIT_ADD_RULE || type == AuditConstants.AUDIT_DEL_RULE;
    }
  }

  /// Why there is none here; empty when there is one.
  static synchronized String obstacle() {
    if (shared == null && obstacle.isEmpty()) {
      try {
        shared = make();
      } catch (IOException | InterruptedException e) {
        obstacle = "no auditctl to ask: " + e.getMessage();
      }
    }
    return obstacle;
  }

  static synchronized AuditctlOracle get() {
    if (!obstacle().isEmpty()) {
      throw new IllegalStateException(obstacle);
    }
    return shared;
  }

  private static AuditctlOracle make() throws IOException, InterruptedException {
    if (!"root".equals(System.getProperty("user.name"))) {
      throw new IOException("it reads no rules file that is not root's, and this is no root");
    }
    Path folder = Files.createTempDirectory("auditctl-oracle");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
    String library = folder.resolve("audit_capture.so").toString();
    run(
        Map.of(),
        List.of(
            "gcc",
            "-shared",
            "-fPIC",
            "-O1",
            "-o",
            library,
            CAPTURE.resolve("audit_capture.c").toString()));
    // With the library or not at all: what is asked of auditctl must not reach the kernel.
    Path log = folder.resolve("probe");
    run(Map.of("LD_PRELOAD", library, "CAPTURE_LOG", log.toString()), List.of("true"));
    if (!Files.readString(log).equals("ready\n")) {
      throw new IOException(library + " is not loaded");
    }
    String version =
        run(Map.of(), List.of("auditctl", "-v")).strip().replace("auditctl version ", "");
    return new AuditctlOracle(folder, version);
  }

  private static void remove(Path folder) {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      System.err.println(folder + " stays: " + e);
    }
  }

  private static String run(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path out = Files.createTempFile("auditctl-oracle", ".out");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
      builder.environment().putAll(environment);
      builder.environment().put("LC_ALL", "C");
      Process process = builder.start();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(command + " does not end");
      }
      String text = new String(Files.readAllBytes(out), StandardCharsets.ISO_8859_1);
      boolean auditctl = command.contains("-R");
      if (process.exitValue() != 0 && !auditctl) {
        throw new IOException(command + " ended with " + process.exitValue() + ": " + text);
      }
      return text;
    } finally {
      Files.delete(out);
    }
  }

  /// As auditctl tells it.
  String version() {
    return version;
  }

  /// What auditctl would send for each line of a rules file; nothing for one that it refuses.
  List<List<Message>> capture(List<String> lines, TestEnvironment host)
      throws IOException, InterruptedException {
    Path rules = folder.resolve("rules");
    Path log = folder.resolve("log");
    StringBuilder text = new StringBuilder("-c\n");
    for (int i = 0; i < lines.size(); i++) {
      text.append("-b ").append(i).append('\n').append(lines.get(i)).append('\n');
    }
    Files.write(rules, EscapedUtf8.encode(text.toString()));
    Files.deleteIfExists(log);
    run(environment(host, log), auditctl("-R", rules.toString()));
    List<List<Message>> messages = new ArrayList<>();
    lines.forEach(_ -> messages.add(new ArrayList<>()));
    int line = -1;
    for (String entry : Files.readAllLines(log)) {
      if (entry.equals("ready")) {
        continue;
      }
      String[] words = entry.split(" ", -1);
      Message message = new Message(Integer.parseInt(words[0]), HexFormat.of().parseHex(words[1]));
      if (isMarker(message, line + 1)) {
        line++;
      } else if (message.type() != AuditConstants.AUDIT_GET
          && message.type() != AuditConstants.AUDIT_LIST_RULES) {
        messages.get(line).add(message);
      }
    }
    if (line != lines.size() - 1) {
      throw new IOException("auditctl stopped at line " + line + " of " + lines.size());
    }
    return messages;
  }

  private static boolean isMarker(Message message, int number) {
    byte[] content = message.content();
    return message.type() == AuditConstants.AUDIT_SET
        && content[0] == MARKER_BYTES
        && ByteBuffer.wrap(content)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt(AuditConstants.OFFSETOF_AUDIT_STATUS_BACKLOG_LIMIT)
            == number;
  }

  /// What `auditctl -l` prints, one line a rule. Each is asked for as if it were alone: auditctl
  /// takes the names of a rule without arch= from the architecture of the rule in front of it.
  List<String> list(List<AuditRuleData> rules, TestEnvironment host)
      throws IOException, InterruptedException {
    Path file = folder.resolve("listed");
    Path log = folder.resolve("log");
    AuditRuleData reset =
        new AuditRuleData.Builder(AuditConstants.AUDIT_FILTER_EXIT, AuditConstants.AUDIT_NEVER)
            .number(
                AuditConstants.AUDIT_ARCH, AuditConstants.AUDIT_EQUAL, host.architecture().elf())
            .build();
    List<String> hex = new ArrayList<>();
    for (AuditRuleData rule : rules) {
      hex.add(HexFormat.of().formatHex(reset.wire()));
      hex.add(HexFormat.of().formatHex(rule.wire()));
    }
    Files.write(file, hex);
    Files.deleteIfExists(log);
    Map<String, String> environment = new java.util.HashMap<>(environment(host, log));
    environment.put("CAPTURE_RULES", file.toString());
    byte[] out = run(environment, auditctl("-l")).getBytes(StandardCharsets.ISO_8859_1);
    List<String> lines = Arrays.asList(EscapedUtf8.decode(out).split("\n"));
    List<String> listed = new ArrayList<>();
    for (int i = 1; i < lines.size(); i += 2) {
      listed.add(lines.get(i));
    }
    if (listed.size() != rules.size()) {
      throw new IOException("auditctl -l printed " + lines.size() + " lines for " + hex.size());
    }
    return listed;
  }

  private static List<String> auditctl(String... arguments) {
    List<String> command =
        new ArrayList<>(List.of("setpriv", "--bounding-set=-audit_control", "auditctl"));
    command.addAll(List.of(arguments));
    return command;
  }

  private Map<String, String> environment(TestEnvironment host, Path log) throws IOException {
    Path directories = folder.resolve("directories");
    Files.write(directories, host.directories());
    return Map.of(
        "LD_PRELOAD", folder.resolve("audit_capture.so").toString(),
        "CAPTURE_LOG", log.toString(),
        "CAPTURE_MACHINE", host.architecture().word(),
        "CAPTURE_DIRECTORIES", directories.toString(),
        "CAPTURE_PASSWD", CAPTURE.resolve("passwd").toAbsolutePath().toString(),
        "CAPTURE_GROUP", CAPTURE.resolve("group").toAbsolutePath().toString());
  }
}
