package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.Assembler;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.TextLine;
import io.coreaudit.ring.RecordRing;
import io.coreaudit.telemetry.Counters;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// Events of a container's process that are asked for, and what was told in their place.
abstract class AdmissionScene {
  static final long BASE_MS = 1_700_000_000_000L;
  static final String KEY = "openshift_secret";
  static final String POD = "7f0c2a0e-1d5e-4b0e-9a2b-0d6f3b1c2d3e";
  static final String VICTIM = "a5c1f8d5-1919-434d-add7-4afaafdaef89";
  static final String OPENAT = "arch=c000003e syscall=257 success=yes exit=3 a2=80000";

  final Arena arena = Arena.ofConfined();
  final RecordRing ring = RecordRing.allocate(1 << 20);
  final long lineBlock = arena.allocate(1 << 16).address();
  final long belongs = arena.allocate(Membership.BYTES, 8).address();
  final TextLine line = new TextLine();
  final AtomicLong nowMs = new AtomicLong();
  final SecretDevices devices = new SecretDevices(nowMs::get);
  final Counters<OriginCounter> counters = new Counters<>("origin", OriginCounter.class);
  final Assembler assembler =
      new Assembler(ring, AssemblerMode.LIVE, event -> admitted = admit(event));
  final List<OwnEvent> told = new ArrayList<>();
  final ProcessLabel label = new ProcessLabel();
  ContainerNames names = ContainerNames.NONE;
  Admission admission;
  int admitted;
  int serial;
  boolean keepPrefix;

  @BeforeEach
  void setUp() {
    devices.mounted(1, 0, 0x27, POD, "token", true);
    devices.mounted(2, 0, 0x28, VICTIM, "key", true);
    limit(0, KEY);
    inside(1);
  }

  @AfterEach
  void tearDown() {
    admission.close();
    ring.close();
    arena.close();
  }

  void limit(int rate, String key) {
    if (admission != null) {
      admission.close();
    }
    admission = new Admission(new OriginLimits(rate, key), devices, counters);
  }

  void inside(long container) {
    Membership.clear(belongs);
    byte[] bytes = (CrioTree.id((int) container) + POD).getBytes(StandardCharsets.US_ASCII);
    Memory.copy(bytes, 0, lineBlock, bytes.length);
    Membership.pod(belongs, lineBlock + Membership.ID_LENGTH, POD.length());
    Membership.container(belongs, lineBlock, ContainerRuntime.CRIO);
  }

  int admit(AssembledEvent event) {
    label.clear();
    byte[] namespace = null;
    if (Membership.kind(belongs) == Membership.UNKNOWN && label.read(event, event.call())) {
      namespace = names.domains().namespace(label.domain(), label.domainLength());
    }
    return admission.admit(
        event,
        event.headRecord() == 0 ? null : event.call(),
        belongs,
        label,
        namespace,
        names,
        event.stampSeconds() * 1000 + event.stampMillis());
  }

  int read(long stampMs) {
    return event(stampMs, OPENAT, "/bin/cat", "inode=5 dev=00:27");
  }

  int event(long stampMs, String call, String exe, String file) {
    return event(stampMs, call, exe, " key=\"" + KEY + '"', file);
  }

  int event(long stampMs, String call, String exe, String key, String... files) {
    String stamp =
        "msg=audit(%d.%03d:%d): ".formatted((BASE_MS + stampMs) / 1000, stampMs % 1000, ++serial);
    append(
        "type=SYSCALL "
            + stamp
            + call
            + " items=1 ppid=1 pid=2 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0"
            + " sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"cat\" exe=\""
            + exe
            + '"'
            + key);
    for (int i = 0; i < files.length; i++) {
      append(
          "type=PATH %sitem=%d name=\"/run/token\" %s mode=0100644 ouid=0 ogid=0 rdev=00:00"
              .formatted(stamp, i, files[i]));
    }
    assembler.flush();
    return admitted;
  }

  int operation(long stampMs, String label) {
    append(
        OriginScene.OPERATION.formatted(
            "%d.%03d:%d".formatted((BASE_MS + stampMs) / 1000, stampMs % 1000, ++serial),
            1,
            2,
            label));
    assembler.flush();
    return admitted;
  }

  void append(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    OriginScene.append(assembler, line, lineBlock, keepPrefix, bytes);
  }

  List<String> tell(long atMs, boolean last) {
    told.clear();
    admission.tell(told::add, names, BASE_MS + atMs, last);
    return told.stream()
        .map(event -> event.kind().label() + " " + new String(event.text(), StandardCharsets.UTF_8))
        .toList();
  }

  static long events(OwnEvent event) {
    String text = new String(event.text(), StandardCharsets.UTF_8);
    return Long.parseLong(text.replaceAll(".*\\bevents=(\\d+).*", "$1"));
  }

  static ContainerNames namesOf(CrioTree.Made... made) {
    List<ContainerFacts> facts = new ArrayList<>();
    for (CrioTree.Made each : made) {
      byte[] config = each.text().getBytes(StandardCharsets.UTF_8);
      facts.add(ContainerFacts.read(each.id(), config, List.of()));
    }
    return new ContainerNames(facts, List.of(), new HashMap<>());
  }

  // Uses up both bounds of a limit of 10.
  void useUp(long stampMs) {
    for (int i = 0; i < 10; i++) {
      assertThat(event(stampMs, OPENAT, "/bin/noise", "inode=1 dev=fd:00"))
          .isEqualTo(Admission.FULL);
    }
    for (int i = 0; i < 10; i++) {
      assertThat(event(stampMs, OPENAT, "/bin/noise", "inode=7 dev=00:28"))
          .isEqualTo(Admission.FULL);
    }
    assertThat(event(stampMs, OPENAT, "/bin/noise", "inode=1 dev=fd:00"))
        .isEqualTo(Admission.OVER_RATE);
  }
}
