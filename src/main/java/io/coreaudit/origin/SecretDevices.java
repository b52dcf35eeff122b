package io.coreaudit.origin;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;

/// Which secret volume a device number meant, and when.
///
/// A secret is a tmpfs, and its device number stands in the PATH record of whoever opens a file of
/// it, under whatever path. The kernel gives a number out again as soon as it is free, so each
/// entry has the time in which it was seen mounted; where an event falls near a change of owners,
/// nobody is told.
///
/// One thread tells of mounts, the intake thread looks up; neither waits for the other.
public final class SecretDevices {
  private static final int BUCKETS = 4096;

  /// A mount is noticed within this time.
  private static final long NOTICED_MS = 1000;

  /// So long an unmounted volume is remembered, for events that come late.
  private static final long KEPT_MS = TimeUnit.SECONDS.toMillis(60);

  private static final long NOT_YET = Long.MAX_VALUE;

  private final AtomicReferenceArray<Volume> buckets = new AtomicReferenceArray<>(BUCKETS);
  private final Deque<Volume> unmounted = new ArrayDeque<>();
  private final LongSupplier nowMs;
  private volatile int size;

  /// A volume while it was mounted.
  static final class Volume {
    final long device;
    final String uid;
    final String volume;
    final byte[] uidBytes;
    final byte[] name;
    final long mountedMs;
    volatile long unmountedMs = NOT_YET;
    private volatile Volume older;

    Volume(long device, String uid, String name, long mountedMs, Volume older) {
      this.device = device;
      this.uid = uid;
      this.volume = name;
      this.uidBytes = uid.getBytes(StandardCharsets.UTF_8);
      this.name = name.getBytes(StandardCharsets.UTF_8);
      this.mountedMs = mountedMs;
      this.older = older;
    }
  }

  /// Creates one that knows none.
  public SecretDevices() {
    this(System::currentTimeMillis);
  }

  SecretDevices(LongSupplier nowMs) {
    this.nowMs = nowMs;
  }

  /// Notes that a volume is mounted. The thread that follows mounts.
  ///
  /// @param uid of its pod; empty when the path does not tell
  /// @param before whether it was there before anybody looked
  public void mounted(int major, int minor, String uid, String name, boolean before) {
    forget();
    long device = device(major, minor);
    int bucket = bucket(device);
    Volume last = newest(device, bucket);
    if (last != null && last.unmountedMs == NOT_YET) {
      if (last.uid.equals(uid) && last.volume.equals(name)) {
        return; // the same, told again
      }
      gone(last);
    }
    long sinceMs = before ? Long.MIN_VALUE / 2 : nowMs.getAsLong();
    buckets.set(bucket, new Volume(device, uid, name, sinceMs, buckets.get(bucket)));
    size++;
  }

  /// Notes that it is mounted no more. The thread that follows mounts.
  public void unmounted(int major, int minor) {
    forget();
    long device = device(major, minor);
    Volume last = newest(device, bucket(device));
    if (last != null && last.unmountedMs == NOT_YET) {
      gone(last);
    }
  }

  /// Volumes that are known, those that were unmounted a moment ago too.
  public int size() {
    return size;
  }

  private void gone(Volume volume) {
    volume.unmountedMs = nowMs.getAsLong();
    unmounted.add(volume);
  }

  private void forget() {
    long beforeMs = nowMs.getAsLong() - KEPT_MS;
    while (!unmounted.isEmpty() && unmounted.peek().unmountedMs < beforeMs) {
      Volume old = unmounted.remove();
      int bucket = bucket(old.device);
      Volume at = buckets.get(bucket);
      if (at == old) {
        buckets.set(bucket, old.older);
      } else {
        while (at.older != old) {
          at = at.older;
        }
        at.older = old.older;
      }
      size--;
    }
  }

  private Volume newest(long device, int bucket) {
    return next(buckets.get(bucket), device);
  }

  private static Volume next(Volume from, long device) {
    Volume at = from;
    while (at != null && at.device != device) {
      at = at.older;
    }
    return at;
  }

  /// The volume that a device was at a time; null: none, or it is not certain which. Intake thread.
  Volume find(long device, long stampMs) {
    Volume last = newest(device, bucket(device));
    if (last == null || stampMs > last.unmountedMs) {
      return null;
    }
    if (stampMs >= last.mountedMs) {
      return last;
    }
    boolean near = last.mountedMs - stampMs <= NOTICED_MS;
    Volume before = next(last.older, device);
    if (before == null || before.unmountedMs < stampMs) {
      return near ? last : null;
    }
    return near || stampMs < before.mountedMs ? null : before;
  }

  /// A device's number in one.
  static long device(long major, long minor) {
    return major << 32 | minor;
  }

  private static int bucket(long device) {
    return (int) (device ^ device >>> 32) & BUCKETS - 1;
  }
}
