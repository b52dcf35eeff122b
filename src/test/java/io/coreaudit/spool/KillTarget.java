package io.coreaudit.spool;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/// Appends and reads until it is killed; main of a child process.
///
/// A mapped file outlives it: the number of the last frame that `append` took, of the last that it
/// was offered, and of the last that the reader acknowledged. Most appends are batches.
final class KillTarget {
  static final int ACCEPTED = 0;
  static final int ACKNOWLEDGED = 8;
  static final int OPENED = 16;
  static final int OFFERED = 24;
  static final int NOTES_LENGTH = 64;

  private KillTarget() {}

  /// Arguments: directory, file of notes, seed.
  public static void main(String[] args) throws Exception {
    SpoolSettings settings =
        new SpoolSettings(Path.of(args[0]), 48L << 20, 0, 1 << 20, SpoolSettings.OnFull.REFUSE);
    Random random = new Random(Long.parseLong(args[2]));
    try (FileChannel channel =
        FileChannel.open(Path.of(args[1]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var notes = channel.map(FileChannel.MapMode.READ_WRITE, 0, NOTES_LENGTH, Arena.global());
      Spool spool = Spool.open(settings);
      SpoolReader reader = spool.reader("one");
      spool.releaseAcknowledged();
      notes.set(ValueLayout.JAVA_LONG, OPENED, notes.get(ValueLayout.JAVA_LONG, OPENED) + 1);
      Thread.ofPlatform().daemon().start(() -> forward(reader, notes));
      SpoolProbe probe = new SpoolProbe();
      long seq = spool.lastSeq();
      FrameBatch batch = spool.newBatch();
      while (true) {
        batch.clear();
        if (random.nextInt(200) == 0) {
          probe.add(batch, seq + 1, 70_000 + random.nextInt(400_000));
        } else {
          int count = 1 + random.nextInt(20);
          int length = 100 + random.nextInt(900);
          while (batch.frames() < count && batch.hasRoom(length)) {
            probe.add(batch, seq + 1 + batch.frames(), length);
          }
        }
        notes.set(ValueLayout.JAVA_LONG, OFFERED, seq + batch.frames());
        if (spool.append(batch)) {
          seq += batch.frames();
          notes.set(ValueLayout.JAVA_LONG, ACCEPTED, seq);
        } else {
          Thread.sleep(1);
        }
        spool.signalReaders();
      }
    }
  }

  private static void forward(SpoolReader reader, java.lang.foreign.MemorySegment notes) {
    SpoolProbe probe = new SpoolProbe();
    while (true) {
      while (reader.next()) {
        if (!probe.isRight(reader)) {
          Runtime.getRuntime().halt(9);
        }
        // The sink has it, so the acknowledgement is noted before the cursor can move.
        notes.set(ValueLayout.JAVA_LONG, ACKNOWLEDGED, reader.frame().seq());
        reader.acknowledge(reader.position());
      }
      reader.await(1_000_000);
    }
  }
}
