package io.coreaudit.mount;

/// A mount that holds a secret, and whose it is.
///
/// @param podUid the pod's UID; of a static pod 32 hexadecimal digits without dashes. Empty when
///   the path does not tell
/// @param kind the kind of volume: `secret`, `projected`, `csi`, …; empty when the path does not
///   tell
/// @param volume the volume's name in the pod (not the Secret's); empty when the path does not tell
/// @param mount where it is mounted; its device number is in the audit records of who opens a file
///   of it, whatever the path
public record SecretVolume(String podUid, String kind, String volume, Mount mount) {}
