package io.coreaudit.origin;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
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
/// A volume may be mounted at several places (a copy of a whole tree, made and taken away again):
/// it is gone with the last of them.
///
/// Those who tell of mounts wait for each other; the intake thread looks up and waits for nobody.
public final class SecretDevices {
  private static final int BUCKETS = 4096;

  /// A mount is noticed within this time.
  private static final long NOTICED_MS = 1000;

  /// So long an unmounted volume is remembered, for events that come late.
  private static final long KEPT_MS = TimeUnit.SECONDS.toMillis(60);

  private static final long NOT_YET = Long.MAX_VALUE;

  private final AtomicReferenceArray<Volume> buckets = new AtomicReferenceArray<>(BUCKETS);
  private final Deque<Volume> unmounted = new ArrayDeque<>();
  private final Map<Long, Volume> mounts = new HashMap<>();
  private final LongSupplier nowMs;
  private volatile int size;

  /// A volume while it was mounted.
  static final class Volume {
    final long device;
    final String uid;
    final String volume;
    final byte[] uidBytes;
    final byte[] name;
    volatile long mountedMs;
    volatile long unmountedMs = NOT_YET;
    private volatile Volume older;
    private int mounts;

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

  /// Notes that a volume is mounted. Told of the same mount again, nothing changes.
  ///
  /// @param mount a number that no other mount has as long as this one is there
  /// @param uid of its pod; empty when the path does not tell
  /// @param before whether it was there before anybody looked
  public synchronized void mounted(
      long mount, int major, int minor, String uid, String name, boolean before) {
    forget();
    long device = device(major, minor);
    int bucket = bucket(device);
    Volume last = newest(device, bucket);
    if (last != null && last.unmountedMs == NOT_YET) {
      if (last.uid.equals(uid) && last.volume.equals(name)) {
        mounted(mount, last);
        return;
      }
      gone(last);
    }
    long sinceMs = before ? Long.MIN_VALUE / 2 : nowMs.getAsLong();
    Volume volume = new Volume(device, uid, name, sinceMs, buckets.get(bucket));
    buckets.set(bucket, volume);
    size++;
    mounted(mount, volume);
  }

  private void mounted(long mount, Volume volume) {
    Volume before = mounts.put(mount, volume);
    if (before != volume) {
      volume.mounts++;
      leave(before);
    }
  }

  /// Notes that a mount is gone, and the volume with the last of its mounts.
  public synchronized void unmounted(long mount) {
    forget();
    leave(mounts.remove(mount));
  }

  private void leave(Volume volume) {
    if (volume != null && --volume.mounts == 0 && volume.unmountedMs == NOT_YET) {
      gone(volume);
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
    long atMs = nowMs.getAsLong();
    long beforeMs = atMs - KEPT_MS;
    if (!unmounted.isEmpty() && unmounted.peekLast().unmountedMs > atMs) {
      // The clock was set back.
      unmounted.forEach(volume -> volume.unmountedMs = Math.min(volume.unmountedMs, atMs));
    }
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
    if (last == null) {
      return null;
    }
    if (last.unmountedMs != NOT_YET && isSetBackBehind(last.unmountedMs)) {
      last.unmountedMs = nowMs.getAsLong();
    }
    if (stampMs > last.unmountedMs) {
      return null;
    }
    if (stampMs >= last.mountedMs) {
      return last;
    }
    if (isSetBackBehind(last.mountedMs)) {
      last.mountedMs = Long.MIN_VALUE / 2; // before anything that the clock will stamp now
      return last;
    }
    boolean near = last.mountedMs - stampMs <= NOTICED_MS;
    Volume before = next(last.older, device);
    if (before == null || before.unmountedMs < stampMs) {
      return near ? last : null;
    }
    return near || stampMs < before.mountedMs ? null : before;
  }

  // Whether the clock was set back behind a moment that has been.
  private boolean isSetBackBehind(long momentMs) {
    return nowMs.getAsLong() < momentMs;
  }

  /// A device's number in one.
  static long device(long major, long minor) {
    return major << 32 | minor;
  }

  private static int bucket(long device) {
    return (int) (device ^ device >>> 32) & BUCKETS - 1;
  }
}
