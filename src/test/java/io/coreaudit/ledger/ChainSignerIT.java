package io.coreaudit.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keys of the real openssl, which also verifies what the agent signs, as chain.md says.
final class ChainSignerIT {
  private static final long NOW = 1_795_321_990_005L;

  @TempDir private Path dir;
  private final AcceptedEvents events = new AcceptedEvents();
  private final List<String> problems = new ArrayList<>();
  private Path key;
  private Path publicKey;

  @BeforeEach
  void makeKeys() throws Exception {
    key = dir.resolve("sign.pem");
    publicKey = dir.resolve("sign.pub");
    makeKey(key, publicKey);
  }

  @AfterEach
  void close() {
    events.close();
  }

  @Test
  void shouldSignWhatOpensslVerifies() throws Exception {
    ChainMark mark = marked(10);
    Path said = Files.write(dir.resolve("said"), ChainSigner.signed("node-1", mark, NOW));
    assertThat(Files.readString(said))
        .isEqualTo(
            """
            coreaudit-chain 1
            node=node-1
            from_boot=%s
            from=1
            boot=%s
            seq=10
            hash=%s
            time=%d
            """
                .formatted(mark.fromBoot(), mark.boot(), mark.hash(), NOW));
    String signature = new ChainSigner(key).sign("node-1", mark, NOW);
    Path bytes = Files.write(dir.resolve("signature"), Base64.getDecoder().decode(signature));
    String[] verify = {
      "pkeyutl",
      "-verify",
      "-pubin",
      "-inkey",
      publicKey.toString(),
      "-rawin",
      "-in",
      said.toString(),
      "-sigfile",
      bytes.toString()
    };
    assertThat(openssl(verify)).contains("Signature Verified Successfully");
    Files.writeString(said, Files.readString(said).replace("seq=10", "seq=11"));
    assertThat(new ProcessBuilder(line(verify)).start().waitFor()).isNotZero();
  }

  @Test
  void shouldFindWhatWasSignedSound() throws Exception {
    ChainCheck check = check(publicKey);
    for (long seq = 1; seq <= 10; seq++) {
      check.add(events.opened(seq, "/etc/" + seq).frame());
    }
    ChainMark mark = events.mark(1, 10);
    String signature = new ChainSigner(key).sign(AcceptedEvents.NODE, mark, NOW);
    check.add(signed(11, mark, signature).frame());
    assertThat(problems).isEmpty();
    assertThat(check.findings().signedHeartbeats()).isOne();
    assertThat(check.findings().checkedEvents()).isEqualTo(10);
    assertThat(check.findings().isSound()).isTrue();
  }

  @Test
  void shouldFindAChainThatWasComputedAnew() throws Exception {
    ChainMark mark = marked(10);
    String signature = new ChainSigner(key).sign(AcceptedEvents.NODE, mark, NOW);
    // Root on the host changes an event, and computes hash and heartbeat anew; it has no key.
    AcceptedEvents forged = new AcceptedEvents();
    ChainCheck check = check(publicKey);
    for (long seq = 1; seq <= 10; seq++) {
      check.add(forged.opened(seq, seq == 5 ? "/forged" : "/etc/" + seq).frame());
    }
    ChainMark anew = forged.mark(1, 10);
    check.add(
        forged
            .heartbeat(
                11,
                anew,
                fields -> fields.with(ChainMark.TIME, NOW).with(ChainMark.SIGNATURE, signature))
            .frame());
    check.add(forged.heartbeat(12, anew).frame());
    assertThat(problems)
        .containsExactly(
            "event 11: the heartbeat's signature is by none of the keys given, or of other words",
            "event 12: the heartbeat is not signed");
    assertThat(check.findings().unsignedHeartbeats()).isEqualTo(2);
    assertThat(check.findings().isSound()).isFalse();
    forged.close();
  }

  @Test
  void shouldTakeARenewedKeyAndVerifyWithBoth() throws Exception {
    ChainMark mark = marked(10);
    ChainSigner signer = new ChainSigner(key);
    String before = signer.sign(AcceptedEvents.NODE, mark, NOW);
    Path renewed = dir.resolve("renewed.pub");
    Files.delete(key);
    makeKey(key, renewed);
    String after = signer.sign(AcceptedEvents.NODE, mark, NOW);
    assertThat(after).isNotEqualTo(before);
    ChainCheck check = check(publicKey, renewed);
    check.add(events.opened(11, "/a").delivered());
    check.add(signed(12, mark, before).delivered());
    check.add(signed(13, mark, after).delivered());
    assertThat(check.findings().signedHeartbeats()).isEqualTo(2);
    ChainCheck old = check(publicKey);
    old.add(events.opened(11, "/a").delivered());
    old.add(signed(12, mark, after).delivered());
    assertThat(old.findings().unsignedHeartbeats()).isOne();
  }

  @Test
  void shouldRefuseAKeyThatOthersMayReadAndWhatIsNone() throws Exception {
    ChainSigner signer = new ChainSigner(key);
    signer.check();
    for (String mode : List.of("rw-r--r--", "rw--w----", "rw----r--", "rw-------")) {
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(mode));
      if (mode.equals("rw-------")) {
        signer.check();
      } else {
        assertThatThrownBy(signer::check)
            .isInstanceOf(IOException.class)
            .hasMessageContaining(key.toString())
            .hasMessageContaining(mode)
            .hasMessageContaining("chmod 0400");
      }
    }
    Path rsa = dir.resolve("rsa.pem");
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", rsa + "");
    Files.setPosixFilePermissions(rsa, PosixFilePermissions.fromString("r--------"));
    for (Path none : List.of(rsa, publicKey)) {
      Files.setPosixFilePermissions(none, PosixFilePermissions.fromString("r--------"));
      assertThatThrownBy(() -> new ChainSigner(none).check())
          .hasMessageContaining(none.toString())
          .hasMessageContaining("openssl genpkey -algorithm ed25519");
    }
    assertThatThrownBy(() -> ChainKeys.read(List.of(key)))
        .hasMessageContaining("openssl pkey -in KEY -pubout");
    assertThatThrownBy(() -> ChainKeys.read(List.of(dir.resolve("none"))))
        .hasMessageContaining("no such file");
  }

  private ChainMark marked(long last) throws Exception {
    for (long seq = 1; seq <= last; seq++) {
      events.opened(seq, "/etc/" + seq);
    }
    return events.mark(1, last);
  }

  private AcceptedEvents signed(long seq, ChainMark mark, String signature) throws Exception {
    return events.heartbeat(
        seq, mark, fields -> fields.with(ChainMark.TIME, NOW).with(ChainMark.SIGNATURE, signature));
  }

  private ChainCheck check(Path... keys) throws IOException {
    return new ChainCheck(ChainKeys.read(List.of(keys)), problems::add);
  }

  private static void makeKey(Path key, Path publicKey) throws Exception {
    openssl("genpkey", "-algorithm", "ed25519", "-out", key.toString());
    openssl("pkey", "-in", key.toString(), "-pubout", "-out", publicKey.toString());
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
  }

  private static List<String> line(String... words) {
    List<String> line = new ArrayList<>(List.of("openssl"));
    line.addAll(List.of(words));
    return line;
  }

  private static String openssl(String... words) throws Exception {
    Process process = new ProcessBuilder(line(words)).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }
}
