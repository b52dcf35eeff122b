package io.coreaudit.telemetry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The counters of one stage: written by that stage's thread alone, read by anyone at any time.
///
/// Adding is a plain read and an opaque write: no atomics, no allocation. A reader sees each value
/// whole, perhaps a moment late.
///
/// @param <K> the stage's enum of counters
public final class Counters<K extends Enum<K> & CounterKey> {
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  /// Two lines of cache: cells of two threads on one line would cost both of them each write.
  private static final int PAD = 16;

  private final String stage;
  private final K[] keys;
  private final long[] cells;

  /// Creates the counters of a stage, all zero.
  ///
  /// @param stage the stage's name in metrics: lower case, `_` between words
  /// @param keys the stage's enum
  public Counters(String stage, Class<K> keys) {
    this.stage = stage;
    this.keys = keys.getEnumConstants();
    this.cells = new long[PAD + this.keys.length + PAD];
  }

  /// Adds one. Writer thread only.
  public void increment(K key) {
    add(key, 1);
  }

  /// Adds a number. Writer thread only.
  public void add(K key, long count) {
    int cell = PAD + key.ordinal();
    CELL.setOpaque(cells, cell, cells[cell] + count);
  }

  /// Sets a gauge. Writer thread only.
  public void set(K key, long value) {
    CELL.setOpaque(cells, PAD + key.ordinal(), value);
  }

  /// The value now, from any thread.
  public long value(K key) {
    return (long) CELL.getOpaque(cells, PAD + key.ordinal());
  }

  /// The stage's name.
  public String stage() {
    return stage;
  }

  /// All keys, in their order.
  public K[] keys() {
    return keys.clone();
  }
}
