package io.coreaudit.format;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;

/// Puts the arguments of a program together, byte for byte.
///
/// EXECVE gives them as `a0="sh" a1_len=9000 a1[0]=2F75.. a1[1]=..`, over as many records as it
/// takes. An argument or piece that comes again (a repeated record) is passed over; a lost one is
/// missing, and `argc` tells. PROCTITLE, the fallback, holds them with zero bytes between, cut at
/// 128 bytes by the kernel.
final class Arguments {
  private static final byte[] PLACE = EventAction.bytes("process.args");

  /// No argument is put together beyond this; Linux takes 128 KiB.
  private static final int LONGEST = 512 << 10;

  private final RecordFlyweight record = new RecordFlyweight();
  private final ArgumentName name = new ArgumentName();
  private final Value value = new Value();
  private final Scratch whole = new Scratch(8192);
  private int current; // the argument whose pieces are collected, -1: none
  private int nextPiece;
  private int written;

  /// Writes the elements of the array from EXECVE records.
  void writeExecve(JsonWriter json, FrameFlyweight frame) {
    current = -1;
    nextPiece = 0;
    written = 0;
    int next = 0;
    frame.rewindRecords();
    while (frame.nextRecord() && json.hasRoom()) {
      if (frame.recordType() != RecordType.EXECVE) {
        continue;
      }
      frame.fields(record);
      while (record.next()) {
        if (!name.read(record)) {
          continue;
        }
        int argument = name.argument();
        int piece = name.piece();
        if (piece < 0 || (argument != current && piece == 0)) {
          if (argument < next) {
            continue;
          }
          flush(json);
          next = argument + 1;
          current = argument;
          nextPiece = piece < 0 ? -1 : 0;
        }
        boolean continues = argument == current && (piece < 0 || piece == nextPiece);
        if (continues) {
          nextPiece++;
          if (whole.length() >= LONGEST) {
            json.cut();
            continue;
          }
          value.decode(record.valueAddress(), record.valueLength(), true);
          whole.append(value.address(), value.length());
        }
      }
    }
    flush(json);
  }

  /// Writes the elements of the array from the title of the process.
  void writeTitle(JsonWriter json, long title, int titleLength) {
    if (!value.decode(title, titleLength, true)) {
      return;
    }
    written = 0;
    long at = value.address();
    long end = at + value.length();
    while (end > at && Memory.byteAt(end - 1) == 0) {
      end--;
    }
    while (at < end) {
      long zero = EightBytes.find(at, end, 0);
      element(json, at, (int) (zero - at));
      at = zero + 1;
    }
  }

  private void flush(JsonWriter json) {
    if (current >= 0) {
      element(json, whole.address(), whole.length());
      current = -1;
    }
    whole.clear();
  }

  private void element(JsonWriter json, long address, int length) {
    if (!json.hasRoom()) {
      return;
    }
    ByteOutput out = json.out();
    out.put('"');
    json.element(PLACE, written++, address, length);
    out.put('"', ',');
  }
}
