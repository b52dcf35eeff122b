package io.coreaudit.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
      List<Records.Heard> heard = records.until(record -> record.type() == 1320);
      Records.Heard syscall =
          heard.stream()
              .filter(record -> record.isOf(1300, "key=\"heard\""))
              .findFirst()
              .orElseThrow();
      String stamp = syscall.text().substring(0, syscall.text().indexOf(' '));
      assertThat(stamp).matches("audit\\(\\d+\\.\\d{3}:\\d+\\):");
      assertThat(heard.stream().filter(record -> record.text().startsWith(stamp)))
          .extracting(Records.Heard::type)
          .containsExactly(1300, 1307, 1302, 1327, 1320);
      assertThat(heard)
          .anyMatch(record -> record.isOf(1302, "name=\"" + file + "\""))
          .allMatch(record -> record.verdict() == AuditReceiver.TEXT)
          // To the multicast group the kernel counts the header into the message's length.
          .allMatch(record -> record.statedExcess() == 0);
    }
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
  void shouldTellMessagesOfOtherProcesses() {
    control.enable(1);
    try (AuditReceiver receiver = AuditReceiver.openMulticast(BUFFER_BYTES);
        Records records = new Records(receiver);
        Pages pages = Pages.allocate(4096)) {
      int spoofer = NetlinkSocket.open(0, BUFFER_BYTES);
      long message = pages.address();
      Memory.putInt(message, 64);
      Memory.putShort(message + 4, (short) 1300);
      long to = message + 1024;
      Memory.putShort(to, (short) LinuxConstants.AF_NETLINK);
      Memory.putInt(to + 4, NetlinkSocket.portId(receiver.fd()));
      assertThat(LibC.sendto(spoofer, message, 64, 0, to, 12)).isEqualTo(64);
      LibC.close(spoofer);
      List<Records.Heard> heard =
          records.until(record -> record.verdict() == AuditReceiver.FOREIGN);
      assertThat(heard.getLast().type()).isEqualTo(1300);
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
