/// What must be watched now, and whether it is.
///
/// `WatchKeeper` keeps one rule in the kernel for each path of `watch.paths`; `Conductor` is the
/// role that looks after it all from time to time: a canary that says whether the stream and the
/// watched paths are heard, a sweep of rules and of the kernel's settings, the kernel's own count
/// of lost records. One thread, asleep between its dates.
///
/// A rule holds on inodes, a path is a name: what stands at each path (symbolic links followed) is
/// compared with what its rule was loaded on, at each canary and each sweep. While a path is
/// uncovered, it is looked at every 5 s.
package io.coreaudit.watch;
