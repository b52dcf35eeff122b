package io.coreaudit.watch;

import io.coreaudit.mount.Mount;
import io.coreaudit.mount.SecretVolume;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Every mounted secret and how it stands. Any thread.
final class SecretTags {
  private final Map<Long, Tag> tags = new ConcurrentHashMap<>();

  /// One secret.
  ///
  /// @param reason why it is not attached; empty when it is
  record Tag(SecretVolume volume, Instant since, String reason) {
    /// Whether the kernel was asked and refused.
    boolean refused() {
      return !reason.isEmpty() && !reason.equals(SEEN);
    }

    Tag attached() {
      return reason.isEmpty() ? this : new Tag(volume, Instant.now(), "");
    }

    Tag refused(String why) {
      return why.equals(reason) ? this : new Tag(volume, Instant.now(), why);
    }

    Tag at(SecretVolume moved) {
      return new Tag(moved, since, reason);
    }
  }

  private static final String SEEN = "it was just mounted";

  static long key(Mount mount) {
    return mount.uniqueId() != 0 ? mount.uniqueId() : mount.id();
  }

  void seen(SecretVolume volume) {
    tags.put(key(volume.mount()), new Tag(volume, Instant.now(), SEEN));
  }

  /// Notes what came of attaching one; one that has gone meanwhile stays gone.
  ///
  /// @param reason why it was refused; empty when it was not
  /// @return how it stood before; null when it has gone
  Tag note(long key, String reason) {
    Tag before = tags.get(key);
    tags.computeIfPresent(key, (k, tag) -> reason.isEmpty() ? tag.attached() : tag.refused(reason));
    return before;
  }

  void moved(Mount now, SecretVolume volume) {
    if (volume == null) {
      // Attached it stays, as long as it is mounted; it is called by its new name.
      tags.computeIfPresent(
          key(now),
          (k, tag) ->
              tag.at(
                  new SecretVolume(
                      tag.volume().podUid(), tag.volume().kind(), tag.volume().volume(), now)));
    } else {
      tags.computeIfPresent(key(now), (k, tag) -> tag.at(volume));
    }
  }

  boolean knows(Mount mount) {
    return tags.containsKey(key(mount));
  }

  boolean gone(Mount mount) {
    return tags.remove(key(mount)) != null;
  }

  void clear() {
    tags.clear();
  }

  void each(Consumer<Mount> action) {
    tags.values().forEach(tag -> action.accept(tag.volume().mount()));
  }

  int size() {
    return tags.size();
  }

  /// Those that the kernel refused to attach.
  List<Mount> refused() {
    return new ArrayList<>(
        tags.values().stream().filter(Tag::refused).map(tag -> tag.volume().mount()).toList());
  }

  /// The secrets in the order in which they were mounted, as far as the kernel numbers them so.
  List<Mount> mounts() {
    return tags.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> entry.getValue().volume().mount())
        .toList();
  }

  /// How each stands.
  ///
  /// @param trouble why none of them is watched, whatever is attached; empty when that is not so
  List<Watch> watches(String trouble) {
    List<Watch> watches = new ArrayList<>(tags.size());
    tags.values().forEach(tag -> watches.add(watch(tag, trouble)));
    return watches;
  }

  static Watch watch(Tag tag, String trouble) {
    return watch(tag, trouble, trouble.isEmpty() ? Watch.Cause.REFUSED : Watch.Cause.ANCHOR);
  }

  static Watch watch(Tag tag, String trouble, Watch.Cause cause) {
    String reason = trouble.isEmpty() ? tag.reason() : trouble;
    return new Watch(
        Watch.Kind.SECRET,
        tag.volume().mount().mountPoint(),
        SecretSettings.KEY,
        reason.isEmpty() ? Watch.State.COVERED : Watch.State.UNCOVERED,
        tag.since(),
        reason.isEmpty() ? Watch.Cause.NONE : cause,
        reason);
  }
}
