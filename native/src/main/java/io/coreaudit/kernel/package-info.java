/// What the agent asks of the kernel: the only room that sees JNA.
///
/// System calls are bound by direct mapping in [io.coreaudit.kernel.LibC]: C names, addresses as
/// `long`, and the errno contract: a call returns its value, or `-errno`. The bindings do not
/// retry, log or decide; who calls knows what EINTR, EAGAIN or ENOBUFS mean to it. The classes
/// built on them ([io.coreaudit.kernel.Poll], [io.coreaudit.kernel.FileSpace]) go on after EINTR.
/// Where going on makes no sense a [io.coreaudit.kernel.KernelException] names the call, the errno
/// and the remedy.
///
/// Memory that the kernel writes into for long comes from [io.coreaudit.kernel.Pages]: it is
/// mapped, and costs nothing until it is touched. For one call an arena does.
///
/// [io.coreaudit.kernel.AuditConstants], [io.coreaudit.kernel.LinuxConstants] and
/// [io.coreaudit.kernel.Errno] are generated from the kernel's headers; `src/main/c/abi_probe.c` is
/// compiled again by a test, which compares every line.
///
/// JNA unpacks its library to a temporary folder at the first call, unless `jna.boot.library.path`
/// names a folder that holds it (with `jna.nosys`, `jna.nounpack` and `jna.noclasspath` set to
/// true): that is how it runs where all that may be written to is mounted `noexec`.
package io.coreaudit.kernel;
