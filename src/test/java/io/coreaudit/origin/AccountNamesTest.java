package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AccountNamesTest {
  @TempDir Path root;

  @Test
  void shouldReadEtcBeforeUsrLib() throws IOException {
    write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\ncore:x:1000:1000::/home/core:/bin/sh\n");
    write("usr/lib/passwd", "other:x:0:0::/:/bin/sh\nchrony:x:993:990::/:/sbin/nologin\n");
    write("etc/group", "root:x:0:\nwheel:x:10:core\n");
    AccountNames names = new AccountNames(root);
    assertThat(names.user(0)).asString().isEqualTo("root");
    assertThat(names.user(1000)).asString().isEqualTo("core");
    assertThat(names.user(993)).asString().isEqualTo("chrony");
    assertThat(names.user(10)).isNull();
    assertThat(names.group(10)).asString().isEqualTo("wheel");
    assertThat(names.group(1000)).isNull();
    assertThat(names.brokenLines()).isZero();
  }

  @Test
  void shouldSkipBrokenLines() throws IOException {
    write(
        "etc/passwd",
        "# comment\n\n:x:5:5::/:\nnoid:x::1::/:\nshort:x\n+nis::7:7::/:\nbig:x:4294967296:1::/:\n"
            + "unset:x:4294967295:1::/:\nneg:x:-1:1::/:\ntext:x:abc:1::/:\n"
            + "max:x:4294967294:1::/:\n\u00e9t\u00e9:x:8:8::/:\nlast:x:9:9:no newline");
    AccountNames names = new AccountNames(root);
    assertThat(names.user((int) 4294967294L)).asString().isEqualTo("max");
    assertThat(names.user(8)).asString(StandardCharsets.UTF_8).isEqualTo("\u00e9t\u00e9");
    assertThat(names.user(9)).asString().isEqualTo("last");
    assertThat(names.user(-1)).isNull();
    assertThat(names.user(5)).isNull();
    assertThat(names.user(7)).isNull();
    assertThat(names.user(0)).isNull();
    assertThat(names.brokenLines()).isEqualTo(8);
  }

  @Test
  void shouldKnowNobodyWithoutFiles() {
    AccountNames names = new AccountNames(root);
    assertThat(names.user(0)).isNull();
    assertThat(names.group(0)).isNull();
  }

  @Test
  void shouldHoldManyAccountsAndNoMore() throws IOException {
    StringBuilder file = new StringBuilder();
    for (int id = 0; id < 70_000; id++) {
      file.append('u').append(id).append(":x:").append(id).append(":0::/:\n");
    }
    write("etc/passwd", file.toString());
    AccountNames names = new AccountNames(root);
    assertThat(names.user(65_535)).asString().isEqualTo("u65535");
    assertThat(names.user(65_536)).isNull();
    assertThat(names.brokenLines()).isEqualTo(70_000 - 65_536);
  }

  @Test
  void shouldReadAgainOnlyAfterAChange() throws IOException {
    write("etc/passwd", "a:x:1:1::/:\n");
    AccountNames names =
        new AccountNames(List.of(root.resolve("etc/passwd")), List.of(root.resolve("none")), 0);
    assertThat(names.refreshIfChanged()).isFalse();
    write("etc/passwd.new", "b:x:1:1::/:\n");
    Files.move(
        root.resolve("etc/passwd.new"),
        root.resolve("etc/passwd"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(names.refreshIfChanged()).isTrue();
    assertThat(names.user(1)).asString().isEqualTo("b");
    Files.delete(root.resolve("etc/passwd"));
    assertThat(names.refreshIfChanged()).isTrue();
    assertThat(names.user(1)).isNull();
    assertThat(names.refreshIfChanged()).isFalse();
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
