package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpAnswersTest {
  private static final String LONG =
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
  private static final String STREAM =
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
          + "HTTP/1.1 100 Continue\r\n\r\n"
          + "HTTP/1.1 503 Busy\r\nretry-after: 7\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n"
          + "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 17, 1000})
  void shouldReadAnswersHoweverTheNetworkCutsThem(int piece) {
    HttpAnswers answers = new HttpAnswers();
    List<String> read = new ArrayList<>();
    for (int at = 0; at < STREAM.length(); at += piece) {
      String part = STREAM.substring(at, Math.min(STREAM.length(), at + piece));
      answers.add(part.getBytes(StandardCharsets.US_ASCII));
      while (answers.next()) {
        read.add(
            answers.reason()
                + "|"
                + new String(answers.body(), StandardCharsets.US_ASCII)
                + "|"
                + answers.retryAfterSeconds()
                + "|"
                + answers.closes());
      }
    }
    assertThat(read)
        .containsExactly(
            "200 OK|hello|-1|false", "503 Busy|abc0123456789|7|false", "204 No Content||-1|true");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 rsp 6 200 OK\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
      })
  void shouldSayWhatIsNoAnswer(String text) {
    HttpAnswers answers = new HttpAnswers();
    answers.add(text.getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(answers::next).hasMessageStartingWith("the receiver");
  }

  @Test
  void shouldTakeABodyThatEndsWithTheConnection() {
    HttpAnswers answers = new HttpAnswers();
    answers.add(ascii("HTTP/1.0 200 OK\r\n\r\nuntil "));
    assertThat(answers.next()).isFalse();
    answers.add(ascii("the end"));
    assertThat(answers.next()).isFalse();
    assertThat(answers.ended()).isTrue();
    assertThat(new String(answers.body(), StandardCharsets.US_ASCII)).isEqualTo("until the end");
    answers.add(ascii("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"));
    assertThat(answers.next()).isFalse();
    assertThat(answers.ended()).isFalse();
  }

  @Test
  void shouldCutALongBodyWhereNothingInItCounts() {
    HttpAnswers answers = new HttpAnswers();
    answers.expect(100, true);
    answers.add(ascii("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + "x".repeat(1000)));
    assertThat(answers.next()).isTrue();
    assertThat(answers.body()).hasSize(100);
  }

  /// Streams without an end: each ends in words for people, and little memory is held until then.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\n#X: y\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;#extension",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n#1;ext=ension\r\nx\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n#Trailer: t\r\n",
        "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n#40;\r\n" + LONG + "\r\n",
        "HTTP/1.1 200 OK\r\n\r\n#x",
        "#HTTP/1.1 100 x\r\n\r\n"
      })
  void shouldHoldLittleOfAnAnswerWithoutAnEnd(String text) {
    HttpAnswers answers = new HttpAnswers();
    answers.add(ascii(text.substring(0, text.indexOf('#'))));
    byte[] more = ascii(text.substring(text.indexOf('#') + 1));
    byte[] twice = new byte[more.length * 2];
    System.arraycopy(more, 0, twice, 0, more.length);
    System.arraycopy(more, 0, twice, more.length, more.length);
    int half = more.length / 2; // cut in the middle, again and again
    byte[] piece = java.util.Arrays.copyOfRange(twice, half, half + more.length);
    int[] most = new int[1];
    assertThatThrownBy(
            () -> {
              assertThat(answers.next()).isFalse();
              answers.add(java.util.Arrays.copyOf(more, half));
              for (int i = 0; i < 10_000_000; i++) {
                while (answers.next()) {
                  throw new AssertionError("no answer has an end");
                }
                most[0] = Math.max(most[0], answers.heldBytes());
                answers.add(piece);
              }
            })
        .hasMessageStartingWith("the receiver");
    assertThat(most[0]).isLessThan(300 << 10);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
