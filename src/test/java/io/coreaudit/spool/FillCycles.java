package io.coreaudit.spool;

import java.nio.file.Path;
import java.util.Random;

/// Fills a spool until it refuses, reads a part, again and again; at the end everything that was
/// accepted must have come, in order and right. Main of a child process: exit code 0 and a last
/// line with the figures, or a stack trace.
final class FillCycles {
  private FillCycles() {}

  /// Arguments: directory, segment size, cycles, seed.
  public static void main(String[] args) {
    int segmentSize = Integer.parseInt(args[1]);
    int cycles = Integer.parseInt(args[2]);
    Random random = new Random(Long.parseLong(args[3]));
    SpoolSettings settings =
        new SpoolSettings(Path.of(args[0]), 1L << 40, 0, segmentSize, SpoolSettings.OnFull.REFUSE);
    SpoolProbe probe = new SpoolProbe();
    long accepted = 0;
    long read = 0;
    long refused = 0;
    long rolls = 0;
    long failedSpares = 0;
    int refusedOpens = 0;
    int cycle = 0;
    while (cycle < cycles) {
      Spool spool;
      try {
        spool = Spool.open(settings);
      } catch (SpoolException e) {
        if (accepted > 0) {
          throw new AssertionError("a spool with frames must open on a full disk", e);
        }
        refusedOpens++;
        continue;
      }
      try (spool;
          FrameBatch batch = spool.newBatch()) {
        if (spool.lastSeq() != accepted) {
          throw new AssertionError("lastSeq " + spool.lastSeq() + ", accepted " + accepted);
        }
        SpoolReader reader = openReader(spool, cycle + 1 == cycles);
        spool.releaseAcknowledged();
        if (reader == null) {
          continue;
        }
        for (int i = 0; i < 25 && cycle < cycles; ) {
          long before = accepted;
          for (int refusals = 0; refusals < 3; ) {
            batch.clear();
            int length = length(random, settings.maxFrameBytes());
            int count = 1 + random.nextInt(12);
            while (batch.frames() < count && batch.hasRoom(length)) {
              probe.add(batch, accepted + 1 + batch.frames(), length);
            }
            if (spool.append(batch)) {
              accepted += batch.frames();
            } else {
              if (spool.state() == SpoolStat.State.FAILED) {
                throw new AssertionError(spool.stat().lastError());
              }
              refused++;
              refusals++;
            }
          }
          long wanted = read + (long) ((accepted - read) * random.nextDouble());
          read = read(probe, reader, read, wanted);
          reader.acknowledge(reader.position());
          // Only a cycle that filled something counts.
          if (accepted > before) {
            i++;
            cycle++;
          }
          Thread.sleep(random.nextInt(30));
        }
        read = read(probe, reader, read, accepted);
        if (reader.next()) {
          throw new AssertionError("more than was accepted: " + reader.frame().seq());
        }
        reader.acknowledge(reader.position());
        if (reader.skippedEvents() != 0 || reader.corruptFrames() != 0) {
          throw new AssertionError(
              "skipped " + reader.skippedEvents() + ", corrupt " + reader.corruptFrames());
        }
        var counters = spool.counters();
        if (counters.value(SpoolCounter.OFFERED)
            != counters.value(SpoolCounter.APPENDED)
                + counters.value(SpoolCounter.REFUSED_NO_SPACE)) {
          throw new AssertionError("the identity does not hold");
        }
        rolls += counters.value(SpoolCounter.ROLLS);
        failedSpares += spool.keeperCounters().value(KeeperCounter.SPARES_WITHOUT_SPACE);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    if (read != accepted) {
      throw new AssertionError("accepted " + accepted + ", read " + read);
    }
    System.out.printf(
        "accepted=read=%d refused=%d rolls=%d failed_spares=%d refused_opens=%d%n",
        accepted, refused, rolls, failedSpares, refusedOpens);
  }

  /// A cursor needs 8 KiB once.
  private static SpoolReader openReader(Spool spool, boolean last) {
    for (int tries = 0; ; tries++) {
      try {
        return spool.reader("one");
      } catch (SpoolException e) {
        if (tries > 5_000 || last && tries > 50_000) {
          throw e;
        }
        try {
          Thread.sleep(2);
        } catch (InterruptedException interrupted) {
          throw new AssertionError(interrupted);
        }
      }
    }
  }

  private static int length(Random random, int max) {
    int kind = random.nextInt(1000);
    if (kind == 0) {
      return 100 + random.nextInt(max - 100);
    }
    return kind < 20 ? 1_500 + random.nextInt(60_000) : 100 + random.nextInt(1_400);
  }

  private static long read(SpoolProbe probe, SpoolReader reader, long from, long to) {
    for (long seq = from + 1; seq <= to; seq++) {
      if (!reader.next()) {
        throw new AssertionError("no frame " + seq + " of " + to);
      }
      if (reader.frame().seq() != seq || !probe.isRight(reader)) {
        throw new AssertionError("wrong frame " + reader.frame().seq() + " instead of " + seq);
      }
    }
    return to;
  }
}
