package io.coreaudit.watch;

import io.coreaudit.rule.AuditRuleData;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Something that is to be watched, and the rules that this takes. Equal while the same is watched,
/// wherever that was written down.
sealed interface Claim permits PathClaim, AnchorClaim, ReaderClaim, SecretClaim, PackClaim {
  /// What sort of thing it is.
  Watch.Kind kind();

  /// What it is called in `watches`: a path, a pack's rule.
  String name();

  /// The key that its events carry.
  String key();

  /// Whether it is no fault when it is not there.
  boolean mayBeAbsent();

  /// Whether nothing at all is there that could be watched.
  boolean absent();

  /// Whether rules of ours are taken as they are also where nobody knows what they stand on; else
  /// they are loaded anew then.
  default boolean trustsHeld() {
    return false;
  }

  /// The paths whose names it hangs on.
  List<Path> places();

  /// Looks what is there now, and says which rules that takes. Changes nothing in the kernel.
  Wish look();

  /// What is wanted for a claim at one moment.
  ///
  /// @param rules in the order in which the kernel should hold them; none when it cannot be watched
  /// @param optional those of the rules without which it is watched all the same
  /// @param bound what the rules hang on: equal as long as they need not be loaded anew
  /// @param canary what to open to hear the rules; null when there is nothing
  /// @param detail what the events tell beside, or why it cannot be watched; may be null
  record Wish(
      List<AuditRuleData> rules,
      Set<AuditRuleData> optional,
      List<Sight> bound,
      Path canary,
      String detail) {
    /// It cannot be watched now.
    static Wish none(String reason) {
      return new Wish(List.of(), Set.of(), List.of(), null, reason);
    }

    /// What the rules hang on, in short: `fd00:81,2e:1`; empty when it is nothing.
    String stand() {
      return bound.stream().map(Sight::number).collect(Collectors.joining(","));
    }

    boolean watchable() {
      return !rules.isEmpty();
    }
  }
}
