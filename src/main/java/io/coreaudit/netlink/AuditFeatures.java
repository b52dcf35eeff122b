package io.coreaudit.netlink;

import static io.coreaudit.kernel.AuditConstants.AUDIT_FEATURE_LOGINUID_IMMUTABLE;
import static io.coreaudit.kernel.AuditConstants.AUDIT_FEATURE_ONLY_UNSET_LOGINUID;

/// The switches of the kernel's audit that change how login ids behave.
///
/// @param version the version of the kernel's struct
/// @param mask which bits count; the kernel says all
/// @param features which are on
/// @param lock which cannot be changed until the next boot
public record AuditFeatures(int version, int mask, int features, int lock) {
  /// Whether a login id may only be set while it is unset.
  public boolean onlyUnsetLoginuid() {
    return (features >>> AUDIT_FEATURE_ONLY_UNSET_LOGINUID & 1) != 0;
  }

  /// Whether a login id, once set, stays.
  public boolean loginuidImmutable() {
    return (features >>> AUDIT_FEATURE_LOGINUID_IMMUTABLE & 1) != 0;
  }
}
