package io.coreaudit.forward;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.record.RecordType;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.spool.SpoolSettings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/// A real spool with a reader, into which a test puts events: number n has seq n.
final class FrameFeed implements AutoCloseable {
  static final long BOOT_HIGH = 7;
  static final long BOOT_LOW = 8;

  private static final String STAMP = "audit(1795321989.984:3022): ";
  private static final int[] FILE_READ_TYPES = {
    RecordType.SYSCALL, RecordType.CWD, RecordType.PATH, RecordType.PROCTITLE
  };

  /// The records of an event in which a file of etcd was read.
  static final List<String> FILE_READ =
      List.of(
          STAMP
              + "arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd2bd5a6f0 a2=0 a3=0"
              + " items=1 ppid=2436 pid=2489 auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0"
              + " sgid=0 fsgid=0 tty=pts0 ses=3 comm=\"cat\" exe=\"/usr/bin/cat\" subj=unconfined"
              + " key=\"openshift_etcd\"",
          STAMP + "cwd=\"/root\"",
          STAMP
              + "item=0 name=\"/var/lib/etcd/member/snap/db\" inode=2 dev=fd:00 mode=0100600 ouid=0"
              + " ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0"
              + " cap_frootid=0",
          STAMP + "proctitle=636174002F7661722F6C69622F657463642F6D656D6265722F736E61702F6462");

  private final Arena arena = Arena.ofShared();
  private final MemorySegment text;
  private final List<MemorySegment> records; // none: one of text
  private final FrameWriter writer;
  private final Spool spool;
  private final SpoolReader reader;
  private long appended;

  FrameFeed(Path directory, long events, int textBytes) {
    this(
        new SpoolSettings(directory, 1L << 30, 0, 8 << 20, SpoolSettings.OnFull.OVERRUN),
        textBytes);
    add(events);
  }

  FrameFeed(SpoolSettings settings, int textBytes) {
    this(settings, textBytes, List.of());
  }

  /// One whose events are `FILE_READ`.
  static FrameFeed ofFileReads(Path directory, long events) {
    var settings = new SpoolSettings(directory, 4L << 30, 0, 8 << 20, SpoolSettings.OnFull.OVERRUN);
    FrameFeed feed = new FrameFeed(settings, 16 << 10, FILE_READ);
    feed.add(events);
    return feed;
  }

  private FrameFeed(SpoolSettings settings, int textBytes, List<String> texts) {
    int capacity = textBytes + 4096;
    records = texts.stream().map(arena::allocateFrom).toList();
    text = arena.allocate(textBytes).fill((byte) 'x');
    writer = new FrameWriter(arena.allocate(capacity).address(), capacity);
    spool = Spool.open(settings);
    appended = spool.lastSeq();
    reader = spool.reader("siem");
    spool.releaseAcknowledged();
  }

  /// Puts more events in.
  void add(long events) {
    for (long last = appended + events; appended < last; ) {
      appended++;
      writer.begin(EventKind.AUDIT, 1, 0, appended, 0, 0);
      if (records.isEmpty()) {
        writer.record(RecordType.SYSCALL, 0, 0, text.address(), (int) text.byteSize());
      }
      for (int i = 0; i < records.size(); i++) {
        MemorySegment record = records.get(i);
        writer.record(FILE_READ_TYPES[i], 0, 0, record.address(), (int) record.byteSize() - 1);
      }
      append();
    }
    spool.signalReaders();
  }

  /// Puts one event of one record in.
  void add(EventKind kind, int type, String recordText) {
    byte[] bytes = recordText.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(bytes, 0, text, ValueLayout.JAVA_BYTE, 0, bytes.length);
    appended++;
    writer.begin(kind, 1, 0, appended, 0, 0);
    writer.record(type, 0, 0, text.address(), bytes.length);
    append();
    spool.signalReaders();
  }

  private void append() {
    int length = writer.finish(0, appended, BOOT_HIGH, BOOT_LOW);
    if (!spool.append(writer.address(), length)) {
      throw new AssertionError("refused: " + spool.stat());
    }
  }

  /// The numbers of the first events.
  static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }

  /// Number of events put in.
  long appended() {
    return appended;
  }

  SpoolReader reader() {
    return reader;
  }

  /// Number of events before the cursor, when none was overrun.
  long acknowledged() {
    return appended - reader.lagEvents();
  }

  @Override
  public void close() {
    spool.close();
    arena.close();
  }
}
