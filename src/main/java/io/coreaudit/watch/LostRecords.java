package io.coreaudit.watch;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.OwnEvents;
import io.coreaudit.intake.BootId;
import io.coreaudit.netlink.AuditStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How much of the kernel's own count of lost records has been told.
///
/// The kernel counts what it lost before any listener could have it; such a record took no serial,
/// so nothing else tells of it. What is told stands in a file, so that the next agent of the same
/// boot goes on from there: what was lost while none ran is told by it. Where no agent of this boot
/// was before, counting begins with the agent, before its start has lasted a moment.
///
/// Somebody may set the kernel's count to 0. What it counted since then is told; what was lost
/// between the last look and that moment is not known. What multicast lost is not counted there.
public final class LostRecords {
  private static final Logger LOG = LoggerFactory.getLogger(LostRecords.class);

  private final Path file;
  private final BootId boot;
  private long told;

  private LostRecords(Path file, BootId boot, long told) {
    this.file = file;
    this.boot = boot;
    this.told = told;
  }

  /// Goes on from what the last agent of this boot told; without one, from what is lost now.
  ///
  /// @param file where it stands
  public static LostRecords goOn(Path file, BootId boot, AuditStatus now) {
    long before = read(file, boot);
    LostRecords lost = new LostRecords(file, boot, before < 0 ? now.lost() : before);
    if (before < 0) {
      lost.write();
    }
    return lost;
  }

  /// Tells what was lost since it was last told. One thread.
  ///
  /// @param events where to; what does not fit there is told the next time
  public void look(AuditStatus now, OwnEvents events) {
    long lost = now.lost();
    if (lost == told) {
      return;
    }
    long fresh = lost > told ? lost - told : lost;
    if (fresh > 0
        && !events.offer(
            OwnEvent.of(EventKind.GAP)
                .with("reason", "kernel_lost")
                .with("records", fresh)
                .build())) {
      return;
    }
    told = lost;
    write();
  }

  /// What stands in the file; -1: nothing of this boot.
  private static long read(Path file, BootId boot) {
    try {
      if (Files.exists(file)) {
        String[] words = Files.readString(file).strip().split(" ");
        if (words.length == 2
            && words[0].equals(boot.toString())
            && words[1].matches("[0-9]{1,10}")) {
          return Long.parseLong(words[1]);
        }
      }
    } catch (IOException e) {
      LOG.warn("cannot read {}: {}; what was lost before is not told", file, e.getMessage());
    }
    return -1;
  }

  private void write() {
    try {
      StateFile.write(file, List.of(boot + " " + told));
    } catch (IOException e) {
      LOG.warn(
          "cannot write {}: {}; the next agent tells again what was lost, or not at all",
          file,
          e.getMessage());
    }
  }
}
