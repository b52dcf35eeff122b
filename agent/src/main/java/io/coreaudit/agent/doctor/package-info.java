/// What `coreaudit doctor` looks at on a host: what is good, what is not, and what mends it.
///
/// A `Check` is one idea of what may be wrong, a name and a look; `Doctor` has the table of all. A
/// look gets the `Host`: its files below a root, what its kernel's audit says of itself, and the
/// agent's configuration. It answers with a `Finding`: good, warn (something is weaker than it
/// could be, or worth knowing), bad (something is not seen, or lost), or skipped, with the reason.
/// A look changes nothing on the host, also not for a moment: no lock is tried, no rule loaded, no
/// file made.
///
/// `Examination` gives each look a thread and a time; one that hangs or fails is skipped and said
/// so. Looks at files take made-up trees in tests; those that ask the kernel are only good on the
/// host itself (`Host.live`).
package io.coreaudit.agent.doctor;
