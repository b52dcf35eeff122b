/// How a running agent is asked, and how it is known that one runs.
///
/// ```text
///   run.dir (0700)
///     lock      held as long as the agent lives; its text says who holds it   HostLock
///     control   unix socket, 0600: one request line in, one JSON line out     ControlServer
/// ```
///
/// One thread, `control`, serves the socket and does nothing else, so that an agent whose other
/// threads are stuck still answers. At most 8 clients at a time, each for at most 5 s; only the
/// agent's own user and root are answered (SO_PEERCRED), whatever the file's mode has become.
package io.coreaudit.agent.control;
