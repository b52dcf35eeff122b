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

    Tag attached(boolean anew) {
      return reason.isEmpty() && !anew ? this : new Tag(volume, Instant.now(), "");
    }

    Tag refused(String why) {
      return why.equals(reason) ? this : new Tag(volume, Instant.now(), why);
    }

    Tag at(SecretVolume moved) {
      return new Tag(moved, since, reason);
    }
  }

  private static final Common NOTHING_COMMON = new Common("", Instant.EPOCH);
  private static final String SEEN = "it was just mounted";

  static long key(Mount mount) {
    return mount.key();
  }

  void seen(SecretVolume volume) {
    tags.put(key(volume.mount()), new Tag(volume, Instant.now(), SEEN));
  }

  /// Notes what came of attaching one; one that has gone meanwhile stays gone.
  ///
  /// @param reason why it was refused; empty when it was not
  /// @param anew whether what was attached before may have been lost: it is watched since now
  /// @return how it stood before; null when it has gone
  Tag note(long key, String reason, boolean anew) {
    Tag before = tags.get(key);
    tags.computeIfPresent(
        key, (k, tag) -> reason.isEmpty() ? tag.attached(anew) : tag.refused(reason));
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

  /// Forgets one.
  ///
  /// @return what it was; null when it was none
  SecretVolume gone(Mount mount) {
    Tag tag = tags.remove(key(mount));
    return tag == null ? null : tag.volume();
  }

  /// Forgets all.
  ///
  /// @return what they were
  List<SecretVolume> clear() {
    List<SecretVolume> volumes = tags.values().stream().map(Tag::volume).toList();
    tags.clear();
    return volumes;
  }

  void each(Consumer<Mount> action) {
    tags.values().forEach(tag -> action.accept(tag.volume().mount()));
  }

  /// Those that are mounted at a place or below it.
  List<Mount> below(String place) {
    List<Mount> below = new ArrayList<>();
    each(
        mount -> {
          if (MountsBelow.isAtOrBelow(mount.mountPoint(), place)) {
            below.add(mount);
          }
        });
    return below;
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

  /// How those stand for which there is no room: of so many at most there are rules. Each since it
  /// was mounted.
  List<Watch> beyond(int mostRules) {
    String reason =
        "watch.secrets.most_rules=" + mostRules + " secrets have rules: use mode anchor";
    List<Watch> beyond = new ArrayList<>();
    tags.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .skip(mostRules)
        .map(entry -> new Tag(entry.getValue().volume(), entry.getValue().since(), reason))
        .forEach(tag -> beyond.add(watch(tag, NOTHING_COMMON, Watch.Cause.NO_ROOM)));
    return beyond;
  }

  /// What the rules are worth that all secrets share.
  ///
  /// @param trouble why none of them is watched, whatever is attached; empty when that is not so
  /// @param since when that began
  record Common(String trouble, Instant since) {
    /// What comes of a look; as long as it stands as it stood, it does since then.
    Common now(String why) {
      if (why.equals(trouble)) {
        return this;
      }
      return new Common(why, why.isEmpty() == trouble.isEmpty() ? since : Instant.now());
    }
  }

  /// How each stands.
  List<Watch> watches(Common common) {
    List<Watch> watches = new ArrayList<>(tags.size());
    Watch.Cause cause = common.trouble().isEmpty() ? Watch.Cause.REFUSED : Watch.Cause.ANCHOR;
    tags.values().forEach(tag -> watches.add(watch(tag, common, cause)));
    return watches;
  }

  static Watch watch(Tag tag, Common common, Watch.Cause cause) {
    String reason = common.trouble().isEmpty() ? tag.reason() : common.trouble();
    // One that is not attached is not watched since then, whatever the rules were worth.
    boolean byRules = tag.reason().isEmpty() && common.since().isAfter(tag.since());
    return new Watch(
        Watch.Kind.SECRET,
        tag.volume().mount().mountPoint(),
        SecretSettings.KEY,
        reason.isEmpty() ? Watch.State.COVERED : Watch.State.UNCOVERED,
        byRules ? common.since() : tag.since(),
        reason.isEmpty() ? Watch.Cause.NONE : cause,
        reason);
  }
}
