/// From the spool to a receiver: one forwarder, one sink, one cursor, one thread each.
///
/// ```text
///  spool ──► SpoolReader ──► Forwarder ──► Batch ──► Sink ──► receiver
///              │               Flow: which events, how fast
///              cursor ◄── acknowledge ◄── acknowledgedPosition
/// ```
///
/// - **Threads.** Each `Forwarder` has its own (`coreaudit-forward-NAME`); it alone reads, encodes,
///   decides and moves the cursor. The bytes of all network sinks are moved by one `NetworkLoop`,
///   which decides nothing: it reports to a `TcpConnection` and rings the forwarder's bell.
/// - **Full or dead.** A receiver that takes nothing holds up its own forwarder: a megabyte and one
///   batch wait here, everything else in the spool. When the spool must drop what this sink has not
///   had, the sink's stream says so with a gap event in that place.
/// - **Cursor.** It moves when the sink acknowledged. TCP and TLS acknowledge nothing, so the
///   cursor follows a resend window behind what the receiver's kernel has (`ResendWindow`); after
///   an abnormal close, of the connection or of this process, the window is sent again with the
///   same event ids. A clean stop ends with the receiver's own close and moves the cursor to the
///   end. RELP answers each message (`RelpWindow`): the cursor follows the answers. HTTP answers
///   each batch or each event of it (`HttpSink`, `HttpDialect`), Kafka each message. Datagrams,
///   file and standard output are at most once past write(2).
/// - **Books.** Each `Sink` keeps three: how it went on the way (`SinkHistory`), what the receiver
///   has (`Acknowledged`), and what it will never take (`Poison`).
/// - **Refused.** What a receiver will never take goes to `DeadLetters`, is counted, told in the
///   sink's stream by a gap event, and passed. Until that event is acknowledged the cursor's file
///   remembers it (`SinkGaps`).
/// - **Left out.** What the sink's filter does not want is passed unencoded, and moves the cursor
///   when all before it is acknowledged. Numbers that a sink will not have are kept as ranges until
///   a heartbeat tells them (`UnsentRanges`).
/// - **Replaced.** A forwarder may leave (`Forwarder.leave`) and another go on on the same reader
///   (`goOnAfter`): what was under way comes again, what was to be told is.
/// - **Broken.** Whatever is wrong with a receiver, a certificate or a disk is a state
///   (`SinkState`), one line for people, counted, and tried again with growing waits. Only a
///   standard output without a reader ends a forwarder.
/// - **Not here.** Revocation of certificates is not checked. Settings are checked where they are
///   read, in the agent's `config`, also that plaintext to another host is spelled out.
///
/// - **Kafka.** `KafkaSink` has a producer, whose own thread moves the bytes and tells the fate of
///   each `KafkaMessage`; its classes are loaded where such a sink is configured.
///
/// Netty and the Kafka client are seen in this room only.
package io.coreaudit.forward;
