package io.coreaudit.format;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.interpret.AccountNames;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/// A secret among any other arguments is in no format's output, nor is its hexadecimal, nor any
/// part of it: wherever a record may tell a command.
final class SecretsFuzzTest {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final String SECRET = "Zq9xWv7KtL3pRm5J";
  private static final int PART = 8;
  private static final int GIVEN_AWAY = 4; // escapes may stand for a letter of the part
  private static final String[] WORDS = {
    "mysql",
    "curl",
    "-u",
    "sh",
    "-c",
    "--token",
    "--",
    "docker",
    "login",
    "&&",
    ";",
    "-p",
    "sshpass",
    "'",
    "\"",
    "\\",
    "password",
    "=",
    "Authorization:",
    "https://a:b@c",
    "{\"token\":",
    "a b",
    "-H"
  };

  private final Arena arena = Arena.ofAuto();
  private final Frames frames = new Frames(arena);
  private final EventEncoder[] encoders = {
    new RedactingEncoder(new EcsEncoder(true)),
    new RedactingEncoder(new RawEncoder()),
    new RedactingEncoder(new RecordsEncoder(new AccountNames(), new AccountNames())),
    new RedactingEncoder(FlatEncoder.cef("1")),
    new RedactingEncoder(FlatEncoder.leef("1")),
    new RedactingEncoder(new OcsfEncoder("1", true))
  };
  private final ByteOutput out = new ByteOutput(1024);
  private boolean enriched; // lines are as auditd writes them with names

  @FuzzTest(maxDuration = "60s")
  void shouldLetNoSecretOut(FuzzedDataProvider data) {
    FrameFlyweight frame = frame(data, data.consumeInt(0, 7));
    for (EventEncoder encoder : encoders) {
      out.clear();
      encoder.encode(frame, out);
      String line = new String(out.array(), 0, out.length(), StandardCharsets.ISO_8859_1);
      String part = finds(line, PART);
      if (part != null) {
        throw new AssertionError(part + " in " + line);
      }
    }
  }

  private static String finds(String text, int length) {
    for (int i = 0; i + length <= SECRET.length(); i++) {
      String part = SECRET.substring(i, i + length);
      String hex = hex(bytes(part));
      if (text.contains(part) || text.toUpperCase(Locale.ROOT).contains(hex)) {
        return part;
      }
    }
    return null;
  }

  private FrameFlyweight frame(FuzzedDataProvider data, int form) {
    boolean asLine = data.consumeBoolean();
    enriched = data.consumeBoolean();
    List<byte[]> arguments = new ArrayList<>();
    int before = data.consumeInt(0, 5);
    for (int i = 0; i < before; i++) {
      arguments.add(argument(data));
    }
    boolean isList = form <= 3;
    plant(arguments, data.consumeInt(0, isList ? 5 : 3));
    if (!isList) {
      arguments.add(bytes("x")); // a value of no secret
    }
    while (data.remainingBytes() > 0 && arguments.size() < 12) {
      arguments.add(argument(data));
    }
    frames.begin();
    switch (form) {
      case 0 -> execve(arguments, false, asLine);
      case 1 -> execve(arguments, true, asLine);
      case 2 -> pieces(arguments, data, asLine);
      case 3 -> add(1327, "proctitle=" + hex(joined(arguments, 0)), asLine);
      case 4 -> add(1123, "pid=1 msg='cwd=\"/\" cmd=" + hex(joined(arguments, ' ')) + "'", asLine);
      case 5 -> add(1319, "tty pid=1 data=" + hex(joined(arguments, ' ')), asLine);
      default ->
          add(
              1107,
              "pid=1 uid=0 msg='avc:  denied  { stop } for uid=0 cmdline=\""
                  + text(joined(arguments, ' '))
                  + (form == 6 ? "\" function=\"f\"" : "\"")
                  + " scontext=a:b:c tcontext=a:b:d tclass=service'",
              asLine);
    }
    return frames.finish();
  }

  private static byte[] argument(FuzzedDataProvider data) {
    if (data.consumeBoolean()) {
      return bytes(data.pickValue(WORDS));
    }
    byte[] bytes = data.consumeBytes(data.consumeInt(0, 16));
    for (int i = 0; i < bytes.length; i++) {
      // No argument has a zero, and no line a line feed; a backslash takes away what follows it.
      bytes[i] = bytes[i] == 0 || bytes[i] == '\n' || bytes[i] == '\\' ? (byte) 'x' : bytes[i];
    }
    // The fuzzer sees what it is compared with, and would give the secret away itself.
    return finds(text(bytes), GIVEN_AWAY) == null ? bytes : bytes("x");
  }

  private static void plant(List<byte[]> arguments, int way) {
    switch (way) {
      case 0 -> arguments.add(bytes("--password=" + SECRET));
      case 1 -> arguments.add(bytes("API_KEY=" + SECRET));
      case 2 -> arguments.add(bytes("https://bob:" + SECRET + "@host/"));
      case 3 -> arguments.add(bytes("{\"password\":\"" + SECRET + "\"}"));
      case 4 -> {
        arguments.add(bytes("--token"));
        arguments.add(bytes(SECRET));
      }
      default -> arguments.add(bytes("Authorization: Basic " + SECRET));
    }
  }

  private void execve(List<byte[]> arguments, boolean hex, boolean asLine) {
    StringBuilder record = new StringBuilder("argc=" + arguments.size());
    for (int i = 0; i < arguments.size(); i++) {
      String text = text(arguments.get(i));
      boolean plain = !hex && text.matches("[!#-~]*");
      record.append(" a").append(i).append('=');
      record.append(plain ? '"' + text + '"' : hex(arguments.get(i)));
    }
    add(1309, record.toString(), asLine);
  }

  // As the kernel splits a long argument, over records too.
  private void pieces(List<byte[]> arguments, FuzzedDataProvider data, boolean asLine) {
    StringBuilder record = new StringBuilder("argc=" + arguments.size());
    for (int i = 0; i < arguments.size(); i++) {
      byte[] bytes = arguments.get(i);
      record.append(" a").append(i).append("_len=").append(2 * bytes.length);
      int piece = 0;
      for (int at = 0; at < bytes.length; piece++) {
        int to = Math.min(bytes.length, at + data.consumeInt(1, 20));
        if (data.consumeBoolean()) {
          add(1309, record.toString(), asLine);
          record.setLength(0);
        }
        record.append(record.isEmpty() ? "" : " ").append('a').append(i).append('[').append(piece);
        record.append("]=").append(HEX.formatHex(bytes, at, to));
        at = to;
      }
    }
    add(1309, record.toString(), asLine);
  }

  private void add(int type, String text, boolean asLine) {
    byte[] prefix = asLine ? bytes("type=UNKNOWN[" + type + "] msg=") : new byte[0];
    String suffix = asLine && enriched ? "\u001dUID=\"x\" AUID=\"y\"" : "";
    frames.add(type, prefix, bytes("audit(100.001:1): " + text + suffix));
  }

  private static byte[] joined(List<byte[]> arguments, int separator) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] argument : arguments) {
      if (bytes.size() > 0) {
        bytes.write(separator);
      }
      bytes.writeBytes(argument);
    }
    return bytes.toByteArray();
  }

  private static String hex(byte[] bytes) {
    return HEX.formatHex(bytes);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
