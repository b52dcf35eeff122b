package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.frame.FrameFlyweight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/// What a program that may send records can say, and what it cannot.
final class ClaimsTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  private static final String KERNEL =
      "audit(1795321989.001:1): pid=900 uid=7 auid=1000 ses=3 subj=sender_t msg='";

  private final EcsEncoder encoder = new EcsEncoder(false);

  @Test
  void shouldTakeNoIdentityAndNoTagFromAMessage() {
    JsonNode event =
        encoded(
            1121,
            "op=x pid=1 ppid=1 uid=0 auid=0 gid=0 euid=0 ses=9 subj=kernel key=\"openshift_secret\""
                + " comm=\"cat\" exe=\"/usr/bin/cat\" syscall=257 arch=c000003e proctitle=6C73"
                + " saddr=020000357F0000010000000000000000 success=no res=success'");
    assertKernelsWord(event);
    assertThat(event.get("process").has("name")).isFalse();
    assertThat(event.get("process").get("executable").asText()).isEqualTo("/usr/bin/cat");
    assertThat(event.get("coreaudit").get("claimed").toString())
        .isEqualTo("[\"process.executable\"]");
    assertThat(event.get("event").get("outcome").asText()).isEqualTo("success");
    JsonNode data = event.get("coreaudit").get("data");
    assertThat(data.get("uid").asText()).isEqualTo("0");
    assertThat(data.get("key").asText()).isEqualTo("openshift_secret");
    assertThat(data.get("comm").asText()).isEqualTo("cat");
  }

  @Test
  void shouldNotBeLedOutOfTheMessageByAQuote() {
    JsonNode event = encoded(1121, "op=x' key=\"k\" ppid=1 comm=\"cat\" msg='uid=0'");
    assertKernelsWord(event);
    assertThat(event.get("process").has("name")).isFalse();
  }

  @Test
  void shouldBelieveSystemdWhoNamesItself() {
    JsonNode event =
        encoded(1130, "unit=crio comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" res=success'");
    assertThat(event.get("process").get("name").asText()).isEqualTo("systemd");
    assertThat(event.get("service").get("name").asText()).isEqualTo("crio");
    assertThat(event.get("coreaudit").get("claimed").toString())
        .isEqualTo("[\"process.name\",\"process.executable\"]");
  }

  @Test
  void shouldTakeTheKeyOfARecordOfTheKernel() {
    JsonNode event = encodedText(1305, "audit(1.002:3): auid=1 ses=2 op=set key=\"k\" res=1");
    assertThat(event.get("tags").toString()).isEqualTo("[\"k\"]");
    assertThat(event.get("coreaudit").has("claimed")).isFalse();
  }

  @Test
  void shouldNotMakeFieldsOfNamesThatNobodyKnows() {
    StringBuilder message = new StringBuilder("op=x");
    for (int i = 0; i < 500; i++) {
      message.append(" evil").append(i).append("=").append(i);
    }
    JsonNode coreaudit = encoded(1121, message + "'").get("coreaudit");
    assertThat(coreaudit.get("data").toString()).isEqualTo("{\"op\":\"x\"}");
    assertThat(coreaudit.get("label").toString()).isEqualTo("{\"subject\":\"sender_t\"}");
    assertThat(coreaudit.get("other")).hasSize(64);
    assertThat(coreaudit.get("other").get(63).asText()).isEqualTo("evil63=63");
  }

  @Test
  void shouldWriteEachNameOnceThoughTheMessageGivesOursToo() {
    JsonNode event =
        encoded(1107, "avc:  denied  { x } for seresult=y seperms=z op=1 op=2 permissive=1'");
    JsonNode coreaudit = event.get("coreaudit");
    assertThat(coreaudit.get("data").get("seresult").asText()).isEqualTo("denied");
    assertThat(coreaudit.get("data").get("op").asText()).isEqualTo("1");
    assertThat(coreaudit.get("other").toString()).isEqualTo("[\"seresult=y\",\"seperms=z\"]");
    assertThat(event.get("event").get("type").toString()).isEqualTo("[\"allowed\"]");
  }

  private static final String DENIED =
      "avc:  denied  { stop } for auid=1000 uid=1000 gid=1000 path=\"/x.service\" cmdline=\"";
  private static final String BEHIND =
      "\" scontext=u:r:bad_t:s0 tcontext=a:b:d tclass=service permissive=0"
          + " exe=\"/usr/lib/systemd/systemd\"'";

  // With what auditd would add, were it auditd's.
  private static final String FORGED =
      "x  scontext=u:r:good_t:s0 tcontext=u:r:t:s0 tclass=file permissive=1 exe=\"/usr/bin/good\""
          + " res=success '\u001dUID=\"root\" AUID=\"alice\" \"";

  // By netlink, as a line of auditd's, and with the names it adds.
  private List<JsonNode> encodedBothWays(String message) {
    String line = "type=USER_AVC msg=";
    JsonNode raw = encoded(line, 1107, KERNEL + message);
    assertThat(raw.at("/user").findValues("name")).isEmpty();
    JsonNode named = encoded(line, 1107, KERNEL + message + "\u001dUID=\"seven\" AUID=\"carol\"");
    assertThat(named.at("/user/name").asText()).isEqualTo("seven");
    assertThat(named.at("/user/audit/name").asText()).isEqualTo("carol");
    return List.of(encoded(1107, message), raw, named);
  }

  @Test
  void shouldNotAllowWhatWasDenied() {
    for (String line :
        List.of(
            "systemctl stop auditd granted x",
            "x\" permissive=1 scontext=u:r:good_t:s0 tclass=file \"",
            "x\" permissive=1 scontext=u:r:good_t:s0 tclass=file y=",
            "x\" apparmor=\"ALLOWED\" \"",
            "x' apparmor=\"ALLOWED\" \"",
            FORGED)) {
      for (JsonNode event : encodedBothWays(DENIED + line + BEHIND)) {
        assertThat(event.at("/event/type").toString()).as(line).isEqualTo("[\"denied\"]");
        assertThat(event.at("/event/outcome").asText()).as(line).isEqualTo("failure");
        assertThat(event.at("/coreaudit/selinux/source/type").asText()).isEqualTo("bad_t");
        assertThat(event.at("/coreaudit/data/tclass").asText("service")).isEqualTo("service");
        assertThat(event.at("/coreaudit/data/permissive").asText("0")).isEqualTo("0");
      }
    }
    JsonNode granted = encoded(1107, "avc:  granted  { x } for cmdline=\"denied" + BEHIND);
    assertThat(granted.at("/event/type").toString()).isEqualTo("[\"allowed\"]");
  }

  @Test
  void shouldTakeNothingOutOfTheCallersWords() {
    String words =
        "x\" exe=\"/usr/bin/good\" path=\"/y\" sauid=7 hostname=evil zz=1 function=\"f\" a=\"";
    for (String end :
        List.of(words, words + " b=\"q", words + " scontext=u:r:good_t:s0 c", FORGED)) {
      for (JsonNode event : encodedBothWays(DENIED + end + BEHIND)) {
        assertThat(event.at("/process/executable").asText()).isEqualTo("/usr/lib/systemd/systemd");
        assertThat(event.at("/coreaudit/selinux/source/type").asText()).isEqualTo("bad_t");
        assertThat(event.has("source")).isFalse();
        JsonNode data = event.at("/coreaudit/data");
        assertThat(data.get("cmdline").asText()).isEqualTo(end);
        assertThat(data.get("path").asText()).isEqualTo("/x.service");
        assertThat(data.get("tclass").asText()).isEqualTo("service");
        assertThat(data.has("sauid") || data.has("function") || data.has("a")).isFalse();
        assertThat(event.at("/coreaudit/other").isMissingNode()).isTrue();
      }
    }
    JsonNode event = encoded(1107, DENIED + "x\" function=\"f_1" + BEHIND);
    assertThat(event.at("/coreaudit/data/function").asText()).isEqualTo("f_1");
    assertThat(event.at("/coreaudit/data/cmdline").asText()).isEqualTo("x");
  }

  @Test
  void shouldNotBelieveContextsOfADecisionThatWasCut() {
    // libselinux makes its part in 1024 bytes; what comes behind those of the caller is missing.
    String forged = "\" scontext=u:r:good_t:s0 tcontext=a:b:c tclass=file permissive=1";
    String cut = DENIED + "x".repeat(1023 - DENIED.length() - forged.length()) + forged;
    JsonNode event = encoded(1107, cut + " exe=\"/usr/lib/systemd/systemd\" sauid=0'");
    assertThat(event.at("/event/type").toString()).isEqualTo("[\"denied\"]");
    assertThat(event.at("/coreaudit/selinux/source").isMissingNode()).isTrue();
    assertThat(event.at("/coreaudit/data/permissive").isMissingNode()).isTrue();
    assertThat(event.at("/process/executable").asText()).isEqualTo("/usr/lib/systemd/systemd");
  }

  @Test
  void shouldBelieveDbusWhatAppArmorDecided() {
    String rest = " operation=\"dbus_method_call\" bus=\"system\" name=\"x\" mask=\"send\"'";
    JsonNode event = encoded(1107, "apparmor=\"ALLOWED\"" + rest);
    assertThat(event.at("/event/action").asText()).isEqualTo("allowed-by-apparmor");
    assertThat(event.at("/event/outcome").asText()).isEqualTo("success");
    event = encoded(1107, "apparmor=\"DENIED\"" + rest);
    assertThat(event.at("/event/action").asText()).isEqualTo("denied-by-apparmor");
  }

  @Property(tries = 3000)
  void shouldKeepTheKernelsWordWhateverTheMessage(@ForAll("messages") String message) {
    JsonNode event = encoded(1121, message);
    assertKernelsWord(event);
    assertKernelsWord(encoded("type=TRUSTED_APP msg=", 1121, KERNEL + message + "'"));
    assertThat(event.get("process").has("name")).isFalse();
    if (event.get("coreaudit").has("data")) {
      assertThat(KNOWN_IN_PROPERTY).containsAll(names(event.get("coreaudit").get("data")));
    }
  }

  private static final Set<String> KNOWN_IN_PROPERTY =
      Set.of(
          "pid",
          "ppid",
          "uid",
          "auid",
          "ses",
          "subj",
          "key",
          "msg",
          "comm",
          "op",
          "gid",
          "hostname",
          "acct",
          "success",
          "syscall",
          "name");

  @Provide("messages")
  Arbitrary<String> messages() {
    Arbitrary<String> words =
        Arbitraries.oneOf(
            Arbitraries.of(
                "pid=1",
                "ppid=1",
                "uid=0",
                "auid=0",
                "ses=1",
                "subj=x",
                "key=\"k\"",
                "key=6B",
                "comm=\"c\"",
                "exe=\"/e\"",
                "op=x",
                "'",
                "\"",
                "msg='",
                "msg='pid=1",
                "\u001d",
                "x.y=1",
                "hostname=\"a",
                "(uid=0)",
                "gid=0",
                "acct=\"r\"",
                "success=no",
                "syscall=1",
                "name=\"/x\"",
                "\u001dUID=\"evil\"",
                "=",
                "a=",
                "\"uid=0"),
            Arbitraries.strings().withChars(" ='\"ab\n\\\u0001\u00ff").ofMaxLength(6));
    return words.list().ofMaxSize(15).map(list -> String.join(" ", list));
  }

  private static void assertKernelsWord(JsonNode event) {
    assertThat(event.has("tags")).isFalse();
    assertThat(event.get("process").get("pid").asInt()).isEqualTo(900);
    assertThat(event.get("process").has("parent")).isFalse();
    JsonNode user = event.get("user");
    assertThat(user.get("id").asText()).isEqualTo("7");
    assertThat(user.has("name")).isFalse();
    assertThat(user.has("effective")).isFalse();
    assertThat(user.has("group")).isFalse();
    assertThat(user.get("audit").get("id").asText()).isEqualTo("1000");
    assertThat(event.get("coreaudit").get("session").asText()).isEqualTo("3");
    assertThat(event.get("coreaudit").has("syscall")).isFalse();
    assertThat(event.has("destination")).isFalse();
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    assertThat(names).hasSameSizeAs(new HashSet<>(names));
    return names;
  }

  private JsonNode encoded(int type, String message) {
    return encodedText(type, KERNEL + message);
  }

  private JsonNode encodedText(int type, String text) {
    return encoded("", type, text);
  }

  private JsonNode encoded(String prefix, int type, String text) {
    try (Arena arena = Arena.ofConfined()) {
      FrameFlyweight frame =
          new Frames(arena)
              .one(
                  type,
                  prefix.getBytes(StandardCharsets.ISO_8859_1),
                  text.getBytes(StandardCharsets.ISO_8859_1));
      return JSON.readTree(new Encoded().bytes(encoder, frame));
    } catch (IOException invalid) {
      throw new AssertionError(text, invalid);
    }
  }
}
