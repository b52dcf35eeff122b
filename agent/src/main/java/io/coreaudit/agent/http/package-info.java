/// What others ask over HTTP: `/metrics`, `/healthz`, `/readyz`.
///
/// One Netty event loop thread answers; nothing here waits. A request and its answer must be
/// through within ten seconds, so a slow or silent client is cut off; there are at most 64
/// connections, and a new one beyond that takes the place of the one that has been silent longest;
/// a body is refused. Metrics are read from the stages' counters at the moment of the scrape, by
/// that thread: a stage is never asked, only looked at.
///
/// There are two listeners at most, each with its own thread: one in plain text on a loopback
/// address, for this host's people and probes, and one over TLS (`metrics.listen`) for clients of
/// other hosts that show a certificate. Its files may be renewed under it (`RenewedTls`).
package io.coreaudit.agent.http;
