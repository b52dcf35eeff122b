package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RelpAnswersTest {
  private static final String STREAM =
      "1 rsp 25 200 OK\nrelp_version=0\nx=y\n2 rsp 6 200 OK\n3 rsp 8 500 nope\n0 serverclose 0\n"
          + "4 rsp 0 \n5 rsp 20 500 command disabled\n";

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void shouldReadFramesHoweverTheNetworkCutsThem(int piece) {
    RelpAnswers answers = new RelpAnswers();
    List<String> read = new ArrayList<>();
    for (int at = 0; at < STREAM.length(); at += piece) {
      String part = STREAM.substring(at, Math.min(STREAM.length(), at + piece));
      answers.add(part.getBytes(StandardCharsets.US_ASCII));
      while (answers.next()) {
        read.add(
            answers.number() + answers.command() + answers.verdict() + answers.data().length());
      }
    }
    assertThat(read)
        .containsExactly(
            "1rspTAKEN25",
            "2rspTAKEN6",
            "3rspREFUSED8",
            "0servercloseREFUSED0",
            "4rspREFUSED0",
            "5rspDISABLED20");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "1 rsp x 200 OK\n",
        "1 rsp 3 200 OK\n",
        "1 rsp 999999 200",
        "9999999999 rsp 6 200 OK\n",
        "\u0015\u0003\u0001"
      })
  void shouldSayWhatIsNoRelp(String text) {
    RelpAnswers answers = new RelpAnswers();
    answers.add(text.getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(
            () -> {
              while (answers.next()) {
                answers.number();
              }
            })
        .hasMessage("the receiver does not speak RELP");
  }

  @Test
  void shouldWaitForTheRest() {
    RelpAnswers answers = new RelpAnswers();
    answers.add("12 rsp 6 200".getBytes(StandardCharsets.US_ASCII));
    assertThat(answers.next()).isFalse();
    answers.clear();
    answers.add("1 rsp 6 200 OK\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(answers.next()).isTrue();
    assertThat(answers.number()).isEqualTo(1);
  }

  @Test
  void shouldHoldLittleHoweverTheNetworkCuts() {
    RelpAnswers answers = new RelpAnswers();
    byte[] piece = "0 OK\n77 rsp 6 20".getBytes(StandardCharsets.US_ASCII);
    answers.add("77 rsp 6 20".getBytes(StandardCharsets.US_ASCII));
    int read = 0;
    for (int i = 0; i < 100_000; i++) {
      answers.add(piece);
      while (answers.next()) {
        read++;
      }
      assertThat(answers.heldBytes()).isLessThan(8 << 10);
    }
    assertThat(read).isEqualTo(100_000);
  }
}
