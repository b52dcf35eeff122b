package io.coreaudit.mount;

/// One mount, as it was when it was looked at.
///
/// @param uniqueId the id that is never used again; 0 where the kernel does not tell
/// @param id the id of `/proc/PID/mountinfo`; used again after the umount
/// @param parentId the id of the mount it is mounted on
/// @param major the major number of its device
/// @param minor the minor number of its device; both together name the file system, and are what an
///   audit record gives as `dev=` (in hexadecimal)
/// @param root what of its file system is mounted; `/` for all of it
/// @param mountPoint where it is mounted
/// @param fsType the file system's type, such as `tmpfs` or `fuse.sshfs`
/// @param source what the mounter called the source
/// @param options the mount's own options, such as `rw,relatime`
/// @param superOptions the file system's options, such as `rw,size=64k`; as the kernel escapes them
/// @param propagation the optional fields, such as `shared:2 master:1`; empty for a private mount
public record Mount(
    long uniqueId,
    int id,
    int parentId,
    int major,
    int minor,
    String root,
    String mountPoint,
    String fsType,
    String source,
    String options,
    String superOptions,
    String propagation) {
  /// The mount point's bytes, for a system call.
  public byte[] mountPointBytes() {
    return MountText.bytes(mountPoint);
  }

  /// What tells it from all others that are mounted now.
  public long key() {
    return uniqueId != 0 ? uniqueId : id;
  }

  /// The device as audit's PATH records write it: `00:27`.
  public String device() {
    return String.format("%02x:%02x", major, minor);
  }

  /// Whether both are of the same file system, the same part of it.
  boolean sameTree(Mount other) {
    return major == other.major
        && minor == other.minor
        && root.equals(other.root)
        && fsType.equals(other.fsType)
        && source.equals(other.source);
  }

  boolean sameOptions(Mount other) {
    return options.equals(other.options) && superOptions.equals(other.superOptions);
  }
}
