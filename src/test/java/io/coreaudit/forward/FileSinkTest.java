package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.forward.Sink.Readiness;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileSinkTest {
  @TempDir private Path directory;

  private FileSink sink(long maxSize, int keep) {
    return new FileSink(new SinkSettings.File("f", directory.resolve("audit.log"), maxSize, keep));
  }

  private static boolean write(FileSink sink, long position, String text) {
    var batch = new Batch(1 << 16);
    batch.output().put(text.getBytes(StandardCharsets.US_ASCII));
    batch.added(position, position);
    return sink.poll() == Readiness.READY && sink.offer(batch);
  }

  private String content(String name) throws IOException {
    return Files.readString(directory.resolve(name));
  }

  @Test
  void shouldWriteAFileThatOnlyItsOwnerReads() throws IOException {
    try (var sink = sink(1 << 20, 2)) {
      assertThat(write(sink, 1, "one\n")).isTrue();
      assertThat(write(sink, 2, "two\n")).isTrue();
      assertThat(sink.acknowledgedPosition()).isEqualTo(2);
      assertThat(sink.acknowledgedEvents()).isEqualTo(2);
      assertThat(sink.state().text()).isEqualTo("writing to " + directory + "/audit.log");
    }
    assertThat(content("audit.log")).isEqualTo("one\ntwo\n");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("audit.log"))))
        .isEqualTo("rw-------");
  }

  @Test
  void shouldRotateBeforeItGrowsTooLargeAndKeepSoMany() throws IOException {
    try (var sink = sink(4096, 2)) {
      for (char c = 'a'; c <= 'e'; c++) {
        assertThat(write(sink, c, String.valueOf(c).repeat(2_999) + "\n")).isTrue();
      }
    }
    assertThat(content("audit.log")).startsWith("eee").hasSize(3_000);
    assertThat(content("audit.log.1")).startsWith("ddd").hasSize(3_000);
    assertThat(content("audit.log.2")).startsWith("ccc").hasSize(3_000);
    assertThat(directory.resolve("audit.log.3")).doesNotExist();
  }

  @Test
  void shouldRotateWithoutKeepingAny() throws IOException {
    try (var sink = sink(4096, 0)) {
      assertThat(write(sink, 1, "a".repeat(3_000) + "\n")).isTrue();
      assertThat(write(sink, 2, "b".repeat(3_000) + "\n")).isTrue();
    }
    assertThat(content("audit.log")).startsWith("bbb").hasSize(3_001);
    assertThat(directory.resolve("audit.log.1")).doesNotExist();
  }

  @Test
  void shouldGoOnInAnExistingFileAndCutOffATornLine() throws IOException {
    Path file = directory.resolve("audit.log");
    Files.writeString(file, "whole\n{\"@timestamp\":" + "torn ".repeat(50_000));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    try (var sink = sink(1 << 20, 2)) {
      assertThat(write(sink, 1, "next\n")).isTrue();
    }
    assertThat(content("audit.log")).isEqualTo("whole\nnext\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{", "{\"@timestamp\":\"2026", "t", "type=SYSC", "node=n", "{}\n{\"@times"})
  void shouldCutOffAnyBeginningOfItsOwn(String torn) throws IOException {
    Files.writeString(directory.resolve("audit.log"), torn);
    try (var sink = sink(1 << 20, 2)) {
      assertThat(write(sink, 1, "next\n")).isTrue();
    }
    assertThat(content("audit.log")).endsWith("next\n").doesNotContain("2026", "SYSC", "@times");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"precious\": true}", "precious", "key\ntypes", "-"})
  void shouldRefuseAFileOfSomebodyElse(String text) throws IOException {
    Files.writeString(directory.resolve("audit.log"), text);
    assertRefused("is no log of the agent's");
    assertThat(content("audit.log")).isEqualTo(text);
  }

  @Test
  void shouldMakeTheFileAgainWhenItWasMovedOrDeleted() throws IOException {
    Path file = directory.resolve("audit.log");
    try (var sink = sink(1 << 20, 2)) {
      assertThat(write(sink, 1, "one\n")).isTrue();
      Files.move(file, directory.resolve("moved"));
      assertThat(write(sink, 2, "two\n")).isTrue();
      Files.delete(file);
      assertThat(write(sink, 3, "three\n")).isTrue();
      assertThat(sink.opened()).isEqualTo(3);
    }
    assertThat(content("moved")).isEqualTo("one\n");
    assertThat(content("audit.log")).isEqualTo("three\n");
  }

  @Test
  void shouldGoOnAtTheBeginningOfAFileThatWasEmptied() throws IOException {
    try (var sink = sink(1 << 20, 2)) {
      assertThat(write(sink, 1, "one\n")).isTrue();
      Files.writeString(directory.resolve("audit.log"), "");
      assertThat(write(sink, 2, "two\n")).isTrue();
    }
    assertThat(content("audit.log")).isEqualTo("two\n");
  }

  private void assertRefused(String why) {
    try (var sink = sink(1 << 20, 2)) {
      assertThat(write(sink, 1, "one\n")).isFalse();
      assertThat(sink.poll()).isEqualTo(Readiness.BUSY);
      assertThat(sink.dueNs()).isPositive();
      assertThat(sink.failures()).isEqualTo(1);
      assertThat(sink.acknowledgedPosition()).isEqualTo(Sink.NO_POSITION);
      assertThat(sink.state().phase()).isEqualTo(SinkState.Phase.WAITING);
      assertThat(sink.state().lastError()).startsWith(directory + "/audit.log: ").contains(why);
    }
  }

  @Test
  void shouldRefuseASymbolicLink() throws IOException {
    Path target = Files.writeString(directory.resolve("passwd"), "root\n");
    Files.createSymbolicLink(directory.resolve("audit.log"), target);
    assertRefused("is a symbolic link");
    assertThat(content("passwd")).isEqualTo("root\n");
  }

  @Test
  void shouldRefuseALinkToNothing() throws IOException {
    Files.createSymbolicLink(directory.resolve("audit.log"), directory.resolve("absent"));
    assertRefused("is a symbolic link");
    assertThat(directory.resolve("absent")).doesNotExist();
  }

  @Test
  void shouldRefuseAFileThatOthersMayWrite() throws IOException {
    Files.writeString(directory.resolve("audit.log"), "");
    Files.setPosixFilePermissions(
        directory.resolve("audit.log"), PosixFilePermissions.fromString("rw-rw----"));
    assertRefused("may be written by others (mode rw-rw----)");
  }

  @Test
  void shouldRefuseADirectory() throws IOException {
    Files.createDirectory(directory.resolve("audit.log"));
    assertRefused("is not a plain file");
  }

  @Test
  void shouldWaitForItsDirectory() throws Exception {
    Path later = directory.resolve("later");
    try (var sink =
        new FileSink(new SinkSettings.File("f", later.resolve("audit.log"), 1 << 20, 2))) {
      assertThat(write(sink, 1, "one\n")).isFalse();
      assertThat(sink.state().lastError()).contains("its directory does not exist");
      Files.createDirectory(later);
      LineReceiver.await(() -> write(sink, 1, "one\n"));
    }
    assertThat(Files.readString(later.resolve("audit.log"))).isEqualTo("one\n");
  }
}
