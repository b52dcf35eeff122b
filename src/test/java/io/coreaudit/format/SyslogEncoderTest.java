package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.format.SyslogEncoder.Layout;
import io.coreaudit.frame.FrameFlyweight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SyslogEncoderTest {
  /// The grammar of RFC 5424, narrowed to what is ours.
  private static final Pattern MESSAGE =
      Pattern.compile(
          "<([0-9]{1,3})>1 ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z) ([!-~]{1,255})"
              + " coreaudit ([0-9]+) ([!-~]{1,32}) \\[coreaudit@32473"
              + "((?: [a-z]{1,32}=\"(?:[^\"\\\\\\]]|\\\\[\"\\\\\\]])*\")+)\\] (.*)",
          Pattern.DOTALL);

  private static final Pattern PARAMETER =
      Pattern.compile(" ([a-z]+)=\"((?:[^\"\\\\\\]]|\\\\[\"\\\\\\]])*)\"");

  private record Message(
      int priority, String host, String type, Map<String, String> data, byte[] text, int length) {}

  static List<Path> logs() throws IOException {
    return EcsGoldenTest.logs();
  }

  private static SyslogEncoder encoder(EventEncoder body, int most, boolean split, boolean lines) {
    return new SyslogEncoder(
        body, new Layout(SyslogFacility.AUDIT, "coreaudit@32473", most, split, lines));
  }

  private static List<Message> messages(SyslogEncoder encoder, FrameFlyweight frame) {
    ByteOutput out = new ByteOutput(16);
    encoder.encode(frame, out);
    List<Message> messages = new ArrayList<>();
    byte[] bytes = Arrays.copyOf(out.array(), out.length());
    for (int at = 0; at < bytes.length; ) {
      int blank = at;
      while (bytes[blank] != ' ') {
        blank++;
      }
      int length = Integer.parseInt(new String(bytes, at, blank - at, StandardCharsets.US_ASCII));
      messages.add(parse(bytes, blank + 1, length));
      at = blank + 1 + length;
    }
    return messages;
  }

  private static Message parse(byte[] bytes, int from, int length) {
    Matcher matcher = MESSAGE.matcher(new String(bytes, from, length, StandardCharsets.ISO_8859_1));
    assertThat(matcher.matches()).as(matcher.toString()).isTrue();
    Map<String, String> data = new HashMap<>();
    Matcher parameter = PARAMETER.matcher(matcher.group(6));
    while (parameter.find()) {
      assertThat(data.put(parameter.group(1), parameter.group(2).replaceAll("\\\\(.)", "$1")))
          .isNull();
    }
    return new Message(
        Integer.parseInt(matcher.group(1)),
        matcher.group(3),
        matcher.group(5),
        data,
        matcher.group(7).getBytes(StandardCharsets.ISO_8859_1),
        length);
  }

  private static void each(Path log, Consumer<FrameFlyweight> consumer) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      new Frames(arena).each(Files.readString(log, StandardCharsets.ISO_8859_1), consumer);
    }
  }

  private static String text(EventEncoder body, FrameFlyweight frame) {
    ByteOutput out = new ByteOutput(16);
    body.encode(frame, out);
    return new String(out.array(), 0, out.length(), StandardCharsets.ISO_8859_1);
  }

  private static String joined(List<Message> messages) {
    return messages.stream()
        .map(message -> new String(message.text(), StandardCharsets.ISO_8859_1))
        .collect(Collectors.joining());
  }

  @ParameterizedTest
  @MethodSource("logs")
  void shouldCarryEachEventWholeHoweverItIsSplit(Path log) throws IOException {
    EventEncoder body = new EcsEncoder(true);
    SyslogEncoder whole = encoder(body, 1 << 20, true, false);
    SyslogEncoder split = encoder(body, 2048, true, false);
    each(
        log,
        frame -> {
          String event = text(body, frame).stripTrailing();
          assertThat(messages(whole, frame)).hasSize(1);
          assertThat(joined(messages(whole, frame))).isEqualTo(event);
          List<Message> parts = messages(split, frame);
          assertThat(joined(parts)).isEqualTo(event);
          for (int i = 0; i < parts.size() && parts.size() > 1; i++) {
            assertThat(parts.get(i).data())
                .containsEntry("part", Integer.toString(i + 1))
                .containsEntry("parts", Integer.toString(parts.size()))
                .containsEntry("id", parts.getFirst().data().get("id"));
            assertThat(parts.get(i).length()).isLessThanOrEqualTo(2048);
            assertThat(isUtf8(parts.get(i).text())).isTrue();
          }
        });
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  @ParameterizedTest
  @MethodSource("logs")
  void shouldCutAndSayHowMuch(Path log) throws IOException {
    EventEncoder body = new EcsEncoder(true);
    SyslogEncoder cut = encoder(body, 2048, false, false);
    each(
        log,
        frame -> {
          String event = text(body, frame).stripTrailing();
          Message message = messages(cut, frame).getFirst();
          assertThat(messages(cut, frame)).hasSize(1);
          assertThat(message.length()).isLessThanOrEqualTo(2048);
          int left = Integer.parseInt(message.data().getOrDefault("cut", "0"));
          assertThat(event).startsWith(new String(message.text(), StandardCharsets.ISO_8859_1));
          assertThat(message.text().length + left).isEqualTo(event.length());
        });
  }

  @ParameterizedTest
  @MethodSource("logs")
  void shouldGiveEachRecordAMessageOfItsOwn(Path log) throws IOException {
    EventEncoder body = new RawEncoder();
    SyslogEncoder encoder = encoder(body, 1 << 20, true, true);
    each(
        log,
        frame -> {
          List<Message> messages = messages(encoder, frame);
          List<String> lines = text(body, frame).lines().toList();
          assertThat(
                  messages.stream()
                      .map(m -> new String(m.text(), StandardCharsets.ISO_8859_1))
                      .toList())
              .isEqualTo(lines);
          for (int i = 0; i < lines.size(); i++) {
            String type = lines.get(i).replaceFirst("^(node=\\S+ )?type=(\\S+) .*", "$2");
            if (!type.startsWith("COREAUDIT_") && !type.startsWith("UNKNOWN")) {
              assertThat(messages.get(i).type()).isIn(type, "-");
            }
          }
        });
  }

  @Test
  void shouldSayWhoseAndWhereAndHowGrave() {
    String log =
        """
        #! node node-1
        #! seq 48211
        #! container 1 0123456789012345678901234567890123456789012345678901234567890123 6f3c
        #! pod 1=payments|2=app-1
        type=SYSCALL msg=audit(1795321989.984:3022): arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=1 a2=0 a3=0 items=1 ppid=1 pid=2 auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4 comm="cat" exe="/usr/bin/cat" key="etcd]\\"x"
        #! clear
        #! node node-1
        #! own gap audit(1795321989.007:0): reason=netlink_overrun events=12
        """;
    List<Message> messages = new ArrayList<>();
    SyslogEncoder encoder = encoder(FlatEncoder.cef("1"), 8192, true, false);
    try (Arena arena = Arena.ofConfined()) {
      new Frames(arena).each(log, frame -> messages.addAll(messages(encoder, frame)));
    }
    Message audit = messages.get(0);
    assertThat(audit.priority()).isEqualTo(13 * 8 + 6);
    assertThat(audit.host()).isEqualTo("node-1");
    assertThat(audit.type()).isEqualTo("SYSCALL");
    assertThat(audit.data())
        .containsEntry("id", "node-1:1795321989.984:3022")
        .containsEntry("seq", "48211")
        .containsEntry("auid", "1000")
        .containsEntry("ses", "4")
        .containsEntry("pod", "app-1")
        .containsEntry("ns", "payments")
        .containsEntry(
            "container", "0123456789012345678901234567890123456789012345678901234567890123");
    assertThat(audit.data().get("key")).startsWith("etcd]");
    assertThat(new String(audit.text(), StandardCharsets.UTF_8)).startsWith("CEF:0|coreaudit|");
    Message gap = messages.get(1);
    assertThat(gap.type()).isEqualTo("gap");
    assertThat(gap.priority()).isEqualTo(13 * 8 + 4);
    assertThat(gap.data().get("id")).contains(":gap:");
  }
}
