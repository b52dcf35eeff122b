package io.coreaudit.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.KernelAudit;
import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.LinuxConstants;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.rule.WatchRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Records of the real kernel.
@KernelAudit
final class AuditReceiverIT {
  private static final int BUFFER_BYTES = 4 << 20;
  private static final int AUDIT_USER_AUTH = 1100;

  private AuditControl control;

  @BeforeEach
  void open() {
    control = AuditControl.open();
  }

  @AfterEach
  void close() {
    control.close();
  }

  @Test
  void shouldHearAFileBeingOpened(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("watched"), "content");
    try (Records records = new Records(AuditReceiver.openMulticast(BUFFER_BYTES))) {
      control.enable(1);
      control.addRule(WatchRule.directory(folder.toString(), "heard").data());
      records.until(heard -> heard.isOf(1305, "op=add_rule"));
      AuditControlIT.run("cat", file.toString());
      List<Records.Heard> heard = records.until(record -> record.type() == 1327);
      Records.Heard syscall =
          heard.stream()
              .filter(record -> record.isOf(1300, "key=\"heard\""))
              .findFirst()
              .orElseThrow();
      String stamp = syscall.text().substring(0, syscall.text().indexOf(' '));
      assertThat(stamp).matches("audit\\(\\d+\\.\\d{3}:\\d+\\):");
      assertThat(heard.stream().filter(record -> record.text().startsWith(stamp)))
          .extracting(Records.Heard::type)
          .containsExactly(1300, 1307, 1302, 1327);
      assertThat(heard)
          .anyMatch(record -> record.isOf(1302, "name=\"" + file + "\""))
          .allMatch(record -> record.verdict() == AuditReceiver.TEXT)
          // To the multicast group the kernel counts the header into the message's length.
          .allMatch(record -> record.statedExcess() == 0);
    }
  }

  @Test
  void shouldHearNoEndsUntilItTakesThem(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("watched"), "content");
    try (AuditReceiver receiver = AuditReceiver.openMulticast(BUFFER_BYTES);
        Records records = new Records(receiver)) {
      control.enable(1);
      control.addRule(WatchRule.directory(folder.toString(), "heard").data());
      assertThat(receiver.leavesOutEnds()).isTrue();
      for (int i = 0; i < 5; i++) {
        AuditControlIT.run("cat", file.toString());
      }
      control.userMessage(AUDIT_USER_AUTH, "op=here");
      List<Records.Heard> heard = records.until(record -> record.isOf(AUDIT_USER_AUTH, "op=here"));
      assertThat(heard).filteredOn(record -> record.type() == 1327).hasSizeGreaterThanOrEqualTo(5);
      assertThat(heard).noneMatch(record -> record.type() == 1320);
      assertThat(receiver.drops()).as("they count as no drops").isZero();

      assertThat(receiver.takeEnds()).isZero();
      assertThat(receiver.leavesOutEnds()).isFalse();
      AuditControlIT.run("cat", file.toString());
      assertThat(records.until(record -> record.type() == 1320).getLast().text())
          .matches("audit\\(\\d+\\.\\d{3}:\\d+\\): ");
    }
  }

  @Test
  void shouldHearTheLastPathLastOfAnOperationOfIoUring(@TempDir Path folder) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "gcc is not installed");
    Path watched = Files.createDirectory(folder.resolve("directory"));
    Path file = Files.writeString(watched.resolve("file"), "content");
    Path opener = folder.resolve("uring_open");
    assertThat(AuditControlIT.run("gcc", "-o", opener.toString(), "test/c/uring_open.c")).isEmpty();
    try (Records records = new Records(AuditReceiver.openMulticast(BUFFER_BYTES))) {
      control.enable(1);
      control.addRule(WatchRule.directory(watched.toString(), "heard").data());
      control.addRule(WatchRule.directory(watched.toString(), "heard").ioUring());
      records.until(heard -> heard.isOf(1305, "list=7"));
      List<Records.Heard> inline = recordsOfAnOpen(records, opener, file, "inline");
      assertThat(inline)
          .extracting(Records.Heard::type)
          .containsExactly(1336, 1300, 1307, 1302, 1327);
      // A worker's operation has the paths that it resolved itself; this kernel's has none.
      List<Records.Heard> worker = recordsOfAnOpen(records, opener, file, "worker");
      long paths = worker.stream().filter(one -> one.type() == 1302).count();
      assertThat(worker.getFirst().text()).contains(" items=" + paths + " ");
      assertThat(worker.getLast().type()).isEqualTo(paths == 0 ? 1336 : 1302);
    }
  }

  /// The records of the event of which one is URINGOP.
  private List<Records.Heard> recordsOfAnOpen(Records records, Path opener, Path file, String way)
      throws Exception {
    assertThat(AuditControlIT.run(opener.toString(), file.toString(), way)).contains("result=");
    control.userMessage(AUDIT_USER_AUTH, "op=" + way);
    List<Records.Heard> heard = records.until(one -> one.isOf(AUDIT_USER_AUTH, "op=" + way));
    String head = heard.stream().filter(one -> one.type() == 1336).findFirst().orElseThrow().text();
    String stamp = head.substring(0, head.indexOf(' '));
    return heard.stream().filter(one -> one.text().startsWith(stamp)).toList();
  }

  @Test
  void shouldHearItsOwnMessages() {
    control.enable(1);
    try (Records records = new Records(AuditReceiver.openMulticast(BUFFER_BYTES))) {
      control.userMessage(AUDIT_USER_AUTH, "op=coreaudit-test text=\"é\"");
      List<Records.Heard> heard =
          records.until(record -> record.isOf(AUDIT_USER_AUTH, "op=coreaudit-test"));
      // The last byte is not cut off, and there is none behind.
      assertThat(heard.getLast().text()).endsWith("text=\"Ã©\"'");
    }
  }

  @Test
  void shouldTellAnOverrunAndHearAgainWhenDrained() {
    control.enable(1);
    try (AuditReceiver receiver = AuditReceiver.openMulticast(4096);
        Records records = new Records(receiver)) {
      assertThat(receiver.receiveBufferBytes()).isEqualTo(8192);
      // That we joined is a record too.
      awaitQuiet(receiver);
      flood(records);
      assertThat(records.overruns()).isZero();
      long dropped = receiver.drops();
      int sent = 300;
      for (int i = 0; i < sent; i++) {
        control.userMessage(AUDIT_USER_AUTH, "op=flood");
      }
      awaitQuiet(receiver);
      int heard = flood(records);
      assertThat(records.overruns()).isEqualTo(1);
      assertThat(receiver.drops() - dropped).isEqualTo(sent - heard).isPositive();
      assertThat(NetlinkTable.drops("/proc/net/netlink", NetlinkSocket.inode(receiver.fd())))
          .as("the table says the same")
          .isEqualTo(receiver.drops());
      control.userMessage(AUDIT_USER_AUTH, "op=after");
      records.until(record -> record.isOf(AUDIT_USER_AUTH, "op=after"));
    }
  }

  /// Takes all that waits, through an overrun.
  ///
  /// @return how many messages of the flood there were
  private static int flood(Records records) {
    int flood = 0;
    int before;
    List<Records.Heard> heard;
    do {
      before = records.overruns();
      heard = records.take();
      flood += (int) heard.stream().filter(one -> one.isOf(AUDIT_USER_AUTH, "op=flood")).count();
    } while (!heard.isEmpty() || records.overruns() > before);
    return flood;
  }

  /// Waits until the kernel's thread has sent, or dropped, all that was queued.
  private static void awaitQuiet(AuditReceiver receiver) {
    long before;
    do {
      before = receiver.drops();
      LibC.usleep(300_000);
    } while (receiver.drops() != before);
  }

  @Test
  void shouldRefuseMessagesOfOtherProcessesToItsPort() {
    control.enable(1);
    try (AuditReceiver multicast = AuditReceiver.openMulticast(BUFFER_BYTES);
        AuditReceiver unicast = AuditReceiver.openUnicast(BUFFER_BYTES);
        Records records = new Records(multicast);
        Pages pages = Pages.allocate(4096)) {
      for (AuditReceiver receiver : List.of(multicast, unicast)) {
        assertThat(send(pages, NetlinkSocket.portId(receiver.fd()), 0))
            .isEqualTo(-Errno.ECONNREFUSED);
      }
      control.userMessage(AUDIT_USER_AUTH, "op=here");
      assertThat(records.until(record -> record.isOf(AUDIT_USER_AUTH, "op=here")))
          .noneMatch(record -> record.verdict() == AuditReceiver.FOREIGN);
      assertThat(unicast.receive()).isZero();
    }
  }

  @Test
  void shouldTellMessagesThatAProcessSendsToTheGroup() {
    control.enable(1);
    try (AuditReceiver unicast = AuditReceiver.openUnicast(BUFFER_BYTES);
        Records records = new Records(AuditReceiver.openMulticast(BUFFER_BYTES));
        Pages pages = Pages.allocate(4096)) {
      // The kernel has nothing against it: the sender has CAP_NET_ADMIN here.
      assertThat(send(pages, 0, 1)).isEqualTo(64);
      List<Records.Heard> heard =
          records.until(record -> record.verdict() == AuditReceiver.FOREIGN);
      assertThat(heard.getLast().type()).isEqualTo(1300);
      assertThat(unicast.receive()).as("a member of no group").isZero();
    }
  }

  /// Sends what looks like a record of the kernel.
  private static long send(Pages pages, int port, int groups) {
    int spoofer = NetlinkSocket.open(0, BUFFER_BYTES);
    try {
      long message = pages.address();
      Memory.putInt(message, 64);
      Memory.putShort(message + 4, (short) 1300);
      long to = message + 1024;
      Memory.putShort(to, (short) LinuxConstants.AF_NETLINK);
      Memory.putInt(to + 4, port);
      Memory.putInt(to + 8, groups);
      return LibC.sendto(spoofer, message, 64, 0, to, 12);
    } finally {
      LibC.close(spoofer);
    }
  }

  @Test
  void shouldBeTheRegisteredDaemonAndGiveThePlaceBack() throws Exception {
    control.enable(1);
    control.backlogWaitTime(10);
    int self = LibC.getpid();
    try (AuditReceiver receiver = AuditReceiver.openUnicast(BUFFER_BYTES);
        Records records = new Records(receiver)) {
      control.registerPid(receiver);
      try {
        assertThat(control.status().pid()).isEqualTo(self);
        control.userMessage(AUDIT_USER_AUTH, "op=unicast");
        List<Records.Heard> heard =
            records.until(record -> record.isOf(AUDIT_USER_AUTH, "op=unicast"));
        assertThat(receiver.leavesOutEnds()).isTrue();
        // To the registered daemon the kernel leaves the header out of the message's length.
        assertThat(heard.getLast().statedExcess()).isEqualTo(-16);
        assertThat(heard.getLast().verdict()).isEqualTo(AuditReceiver.TEXT);
        assertThatThrownBy(() -> control.registerPid(receiver))
            .isInstanceOf(AuditControlException.class)
            .hasMessageContaining("EEXIST (17), File exists: process " + self + " (java)");
        assertThat(Probe.run(List.of(), "register"))
            .contains("AUDIT_SET pid=")
            .contains("EEXIST (17), File exists: process " + self + " (java) is the registered");
        // The kernel asked whether we live: a binary question, and the refusal of our own second
        // try.
        List<Records.Heard> asked = records.until(record -> record.type() == 1329);
        assertThat(asked)
            .filteredOn(record -> record.type() < 1100 || record.type() == 1329)
            .isNotEmpty()
            .allMatch(record -> record.verdict() == AuditReceiver.CONTROL);
        assertThat(Probe.run(List.of(), "unregister"))
            .contains("AUDIT_SET pid=0: EACCES (13)")
            .contains("only the registered audit daemon");
      } finally {
        control.unregisterPid();
      }
      assertThat(control.status().pid()).isZero();
    }
  }
}
