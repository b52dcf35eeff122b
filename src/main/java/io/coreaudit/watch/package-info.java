/// What must be watched now, and that it is.
///
/// ```text
/// configuration ─► WatchSettings ─► Claim, one for each thing to watch
///                                     │ what stands there now, and which rules that takes
/// stream (CONFIG_CHANGE) ─┐           ▼
/// names (inotify) ────────┼─► Warden ─► WatchKeeper ─► RulePlan ─► kernel: rules
/// dates, other threads ───┘      │
///                                └► SecretKeeper ◄─ mounts (thread `mounts`) ─► kernel: attached
/// Conductor: canaries, the sweep each minute
/// ```
///
/// A `Claim` is one path, one rule of a pack, the anchor of the secrets. It says what is there now
/// and which rules that takes; it is bound to inodes, and a path is a name, so it is asked again
/// whenever a name on the way changes. `WatchKeeper` asks all claims and the kernel, `RulePlan`
/// finds the smallest change in an order that uncovers nothing, and it is made. Ours are the exact
/// wire forms that we loaded and the kernel still holds (`OwnRules`; they stand in `rules.state`),
/// and every rule on the anchor; nothing else is ever deleted.
///
/// `Warden` is the one thread that writes rules. Three things wake it beside dates: the kernel's
/// own word in the stream that rules, settings or what is attached changed (`ConfigChange`, with
/// who it was), inotify on each directory on the way to a path (`PathWatch`), and other threads
/// that ask. Its own changes, known by the process number, wake it and end there
/// (`ForeignChanges`). What somebody takes away comes back as `Comeback` says. Whether this host is
/// a master, whose etcd is watched, `Master` knows until the next boot.
///
/// Secrets hang on one anchor: an empty directory with three rules, to which `SecretKeeper`
/// attaches each tmpfs (AUDIT_MAKE_EQUIV) on the thread that sees it mounted. What is attached is
/// lost with the anchor's rules and with somebody's `auditctl -t`; both are told in the stream, and
/// all is attached again (`Reattaching`). `AnchorCanary` is attached as a secret is, and the
/// conductor opens it in each round. What is mounted below any other watched directory is attached
/// to that (`MountsBelow`). What the kernel refuses to attach is asked for again.
///
/// Where the host's mount namespace is another, the threads that look at paths are in it; the
/// agent's own files stay where it was configured (`Home`).
///
/// What all of it rests on besides rules (mounts that are followed and attached, the host's mounts,
/// a kernel that tells of changes, a list of rules for `IoUring`) is a `Premise`: an uncovered
/// watch while it does not hold. Rules of others that hide something are found by `Shadows`, by
/// where their paths lie.
///
/// When something is refused its watch is uncovered, with the reason, and the rest goes on; nothing
/// here ends the agent but a state file that cannot be written at the start.
package io.coreaudit.watch;
