package io.coreaudit.spool;

import java.nio.file.Path;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.impl.table.Metadata;
import net.openhft.chronicle.queue.impl.table.SingleTableBuilder;

/// Chronicle's table with its write lock held by a process of a given number, as a kill leaves it.
final class LockedTable {
  private LockedTable() {}

  static void lockFor(Path metadata, long pid) {
    SingleChronicleQueueBuilder.addAliases();
    try (var table = SingleTableBuilder.binary(metadata, Metadata.NoMeta.INSTANCE).build()) {
      table.doWithExclusiveLock(
          t -> {
            t.acquireValueFor("chronicle.write.lock").setVolatileValue(pid);
            return null;
          });
    }
  }
}
