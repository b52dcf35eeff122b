package io.coreaudit.mount;

import java.util.ArrayList;
import java.util.List;

/// All mounts at one moment.
public final class MountList {
  private MountList() {}

  /// Those of the calling thread's namespace, in the order of its table.
  ///
  /// @throws io.coreaudit.kernel.KernelException when there is no table of mounts
  public static List<Mount> here() {
    List<Mount> mounts = new ArrayList<>();
    try (MountinfoFile file = new MountinfoFile();
        MountinfoText text = new MountinfoText()) {
      text.read(file.fd());
      MountinfoLine line = new MountinfoLine();
      for (long at = text.begin(); at < text.end(); at = text.lineEnd(at) + 1) {
        Mount mount = line.read(at, text.lineEnd(at));
        if (mount != null) {
          mounts.add(mount);
        }
      }
    }
    return mounts;
  }
}
