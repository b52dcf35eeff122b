package io.coreaudit.watch;

import java.time.Instant;
import java.util.Locale;

/// One thing to watch and how it stands.
///
/// @param kind what sort of thing it is
/// @param path file or directory, as the user wrote it; the rule is on what its symbolic links lead
///   to
/// @param key the key that its events carry
/// @param state how it stands
/// @param since when that began
/// @param cause of what sort the reason is
/// @param reason why it is not covered; empty when it is
public record Watch(
    Kind kind, String path, String key, State state, Instant since, Cause cause, String reason) {
  /// Why a watch is not covered.
  public enum Cause {
    /// It is.
    NONE,
    /// Nothing is there, or nothing that could be watched.
    NOT_THERE,
    /// The kernel refused a rule.
    REFUSED,
    /// Somebody removed it.
    REMOVED,
    /// Somebody removed it again and again.
    CONTESTED,
    /// A rule of somebody else takes its effect.
    SHADOWED,
    /// The anchor's own rules do not watch.
    ANCHOR,
    /// There are as many rules as there may be.
    NO_ROOM,
    /// Mounts are not followed, or not all of them are looked at yet.
    NOT_FOLLOWED,
    /// The host's mounts cannot be reached from where the agent runs.
    NOT_ENTERED,
    /// The kernel has no list of rules for this way to a file.
    NO_LIST;

    /// The name for people and metrics: `not_there`.
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// What sort of thing is watched.
  public enum Kind {
    /// A path of `watch.paths`.
    PATH,
    /// A path of etcd and the control plane.
    ETCD,
    /// The directory that secrets are attached to.
    ANCHOR,
    /// A program whose own reads of secrets are not recorded.
    READER,
    /// A mounted secret.
    SECRET,
    /// A rule of a pack.
    PACK,
    /// Something that watching rests on besides rules; listed while it does not hold.
    PREMISE;

    /// The name for people: `etcd`.
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// How a watch stands.
  public enum State {
    /// The kernel holds what it takes.
    COVERED,
    /// Nothing is there that could be watched, and nothing need be.
    ABSENT,
    /// It should be watched and is not.
    UNCOVERED,
    /// Somebody takes its rules away again and again, and the agent has stopped to bring them back.
    CONTESTED;

    /// The name for people: `covered`.
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// The same under the name that it has now.
  Watch named(String name) {
    return name.equals(path) ? this : new Watch(kind, name, key, state, since, cause, reason);
  }

  /// Whether the kernel holds what it takes.
  public boolean covered() {
    return state == State.COVERED;
  }

  /// Whether it should be watched and is not, for whatever reason.
  public boolean open() {
    return state == State.UNCOVERED || state == State.CONTESTED;
  }
}
