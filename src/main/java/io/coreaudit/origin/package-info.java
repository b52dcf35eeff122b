/// Who and where, before it vanishes: what an event's frame gets besides its records.
///
/// ```text
///  AssembledEvent ──► OriginCollector ──tags──► FrameWriter            (intake thread, no allocation)
///                       │   ├── HostName          the node                re-read by the conductor
///                       │   ├── AccountNames      id to name              re-read by the conductor
///                       │   ├── ProcessFinder     which process had the number, what it ran, where it belongs
///                       │   │     ├── ProcessTable    4096 processes: held when, name, executable, Membership
///                       │   │     ├── ProcFiles       /proc/<pid>/stat, cgroup, exe
///                       │   │     ├── LookBudget      0.3 s of a second at most, and a share for each pod
///                       │   │     └── CgroupText      a cgroup's path to pod and container
///                       │   ├── ScriptFinder      what a process executed, behind its interpreter
///                       │   ├── ProcessLabel      the domain in SELinux of one that is gone
///                       │   ├── SecretReader      a file's device to a secret volume; whose it is
///                       │   └── Admission         before anything is written: told in full, or counted?
///                       │         ├── SecretReads     1024 reads of own secrets, and 1024 accesses beyond the rate, of the last minute
///                       │         └── ContainerRates  4096 containers' token buckets
///                       │
///        volatile ◄── ContainerNames, SelinuxDomains ◄── ContainerFiles   thread "containers": inotify, CRI-O's, Podman's and Docker's files
///        lock-free ◄── SecretDevices ◄── thread "mounts"
///                          ▲ MissedContainers: ids that an event names and nobody knows
/// ```
///
/// A tag is u16 number, u16 length, value (`OriginTag`). An event gets, in this order: NODE, one
/// ACCOUNT for each distinct known id of its records, OWN, PARENT_NAME, PARENT_EXECUTABLE, SCRIPT,
/// PARENT_SCRIPT, PROCESS, PARENT, CONFIDENCE, CONTAINER, POD, SECRET, SECRET_POD. An id without a
/// name, 4294967295 (unset) and a parent that is gone get no tag: absence means unknown.
///
/// The invariant is that nothing wrong is told: `ProcessFinder` says what that rests on. Offline
/// (`OriginSources.NONE`) only the stream itself is asked: names of parents, no containers.
///
/// A tag that does not fit its frame is left out and counted; records are never sacrificed for it.
/// Files that cannot be read name nobody. Tables that other threads fill are immutable and
/// published by a volatile, or single cells that are written once.
package io.coreaudit.origin;
