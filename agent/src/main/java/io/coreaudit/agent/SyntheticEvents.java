package io.coreaudit.agent;

import static io.coreaudit.kernel.LinuxConstants.MSG_DONTWAIT;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_NLMSGHDR_NLMSG_LEN;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_NLMSGHDR_NLMSG_TYPE;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_NLMSGHDR;

import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordTypes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Events that no kernel made, in the kernel's form: for the rehearsal before the first real one.
///
/// They take turns and differ as real ones do, for the compiler leaves out what it has not seen:
/// after a rehearsal of one kind of event alone it compiles most of the encoder a second time, just
/// when the first burst comes. For the same reason they come in pairs, of which some are mixed as
/// those of two CPUs are.
final class SyntheticEvents {
  private static final int MIXED_EVERY = 4;
  private static final String SOURCE = "synthetic-events.log";
  private static final String BEFORE_STAMP = " msg=";

  /// Serials have so many digits here, so that another one fits.
  private static final long FIRST_SERIAL = 1_000_000;

  private record Line(String type, String record) {
    int serialAt() {
      return record.indexOf(':') + 1;
    }

    byte[] bytes() {
      return record.getBytes(StandardCharsets.US_ASCII);
    }

    String serial() {
      return record.substring(serialAt(), record.indexOf(')'));
    }
  }

  private final List<List<Line>> events = new ArrayList<>();

  SyntheticEvents() {
    String last = "";
    for (String line : source().lines().filter(text -> text.startsWith("type=")).toList()) {
      int stamp = line.indexOf(BEFORE_STAMP);
      Line read =
          new Line(
              line.substring("type=".length(), stamp),
              line.substring(stamp + BEFORE_STAMP.length()));
      if (!read.serial().equals(last)) {
        events.add(new ArrayList<>());
        last = read.serial();
      }
      events.getLast().add(read);
    }
  }

  private static String source() {
    try (InputStream in = SyntheticEvents.class.getResourceAsStream(SOURCE)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(SOURCE, e);
    }
  }

  /// What is to be done with a record of a turn's event.
  private interface Step {
    void record(int turn, int index);
  }

  /// Goes through the records of a pair: one event after the other, or record by record of both,
  /// the later one first.
  private void pair(int turn, Step step) {
    int first = of(turn).size();
    int second = of(turn + 1).size();
    boolean mixed = turn / 2 % MIXED_EVERY == 0;
    for (int i = 0; i < (mixed ? Math.max(first, second) : first); i++) {
      if (mixed && i < second) {
        step.record(turn + 1, i);
      }
      if (i < first) {
        step.record(turn, i);
      }
    }
    for (int i = 0; !mixed && i < second; i++) {
      step.record(turn + 1, i);
    }
  }

  private List<Line> of(int turn) {
    return events.get(turn % events.size());
  }

  /// A pair of events as lines of a log.
  ///
  /// @param turn the first one's; its serial too. The second has the next
  String lines(int turn) {
    StringBuilder lines = new StringBuilder();
    pair(turn, (event, index) -> append(lines, of(event).get(index), event));
    return lines.toString();
  }

  private static void append(StringBuilder lines, Line line, int turn) {
    String record = line.record();
    lines.append("type=").append(line.type()).append(BEFORE_STAMP);
    lines.append(record, 0, line.serialAt()).append(FIRST_SERIAL + turn);
    lines.append(record, line.serialAt() + line.serial().length(), record.length()).append('\n');
  }

  /// The events as netlink messages, made once; only the serial changes from turn to turn.
  static final class Messages implements AutoCloseable {
    private final SyntheticEvents source;
    private final Pages memory;
    private final long[][] messages;
    private final int[][] serialAt;

    Messages(SyntheticEvents source) {
      this.source = source;
      List<List<Line>> events = source.events;
      int bytes = 0;
      for (List<Line> event : events) {
        for (Line line : event) {
          bytes += room(line);
        }
      }
      memory = Pages.allocate(bytes);
      messages = new long[events.size()][];
      serialAt = new int[events.size()][];
      long next = memory.address();
      for (int i = 0; i < messages.length; i++) {
        messages[i] = new long[events.get(i).size()];
        serialAt[i] = new int[messages[i].length];
        for (int k = 0; k < messages[i].length; k++) {
          Line line = events.get(i).get(k);
          messages[i][k] = next;
          serialAt[i][k] = SIZEOF_NLMSGHDR + line.serialAt() + line.serial().length();
          write(line, next);
          next += room(line);
        }
      }
    }

    private static int room(Line line) {
      return SIZEOF_NLMSGHDR + (line.bytes().length + 3 & ~3);
    }

    private static void write(Line line, long at) {
      byte[] bytes = line.bytes();
      Memory.putInt(at + OFFSETOF_NLMSGHDR_NLMSG_LEN, SIZEOF_NLMSGHDR + bytes.length);
      Memory.putShort(at + OFFSETOF_NLMSGHDR_NLMSG_TYPE, (short) RecordTypes.number(line.type()));
      Memory.copy(bytes, 0, at + SIZEOF_NLMSGHDR, bytes.length);
    }

    /// Sends a pair's records over a datagram socket.
    void send(int fd, int turn) {
      source.pair(turn, (event, index) -> send(fd, event, index));
    }

    private void send(int fd, int turn, int index) {
      int event = turn % messages.length;
      long message = messages[event][index];
      long digit = message + serialAt[event][index];
      for (long rest = FIRST_SERIAL + turn; rest > 0; rest /= 10) {
        Memory.putByte(--digit, (byte) ('0' + rest % 10));
      }
      int length = Memory.intAt(message + OFFSETOF_NLMSGHDR_NLMSG_LEN);
      LibC.sendto(fd, message, length, MSG_DONTWAIT, 0, 0);
    }

    @Override
    public void close() {
      memory.close();
    }
  }
}
