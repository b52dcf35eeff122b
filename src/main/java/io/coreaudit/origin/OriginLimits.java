package io.coreaudit.origin;

/// What of a container's events is counted instead of told in full.
///
/// @param containerRate most events a second of one container; 0: no bound
/// @param secretKey the key of the rules that watch secrets: of its events, a container's repeated
///   reads of its own pod's secrets are summed up; empty: of none
public record OriginLimits(int containerRate, String secretKey) {
  /// Nothing: all events are told in full.
  public static final OriginLimits NONE = new OriginLimits(0, "");
}
