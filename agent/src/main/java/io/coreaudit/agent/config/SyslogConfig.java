package io.coreaudit.agent.config;

import io.coreaudit.format.SyslogFacility;

/// How a sink's syslog messages look and travel.
///
/// @param protocol of a syslog sink
/// @param facility of every message
/// @param structuredDataId name of the structured data
/// @param maxSizeBytes the most that one message takes
/// @param oversize what becomes of longer events
public record SyslogConfig(
    SyslogProtocol protocol,
    SyslogFacility facility,
    String structuredDataId,
    int maxSizeBytes,
    Oversize oversize) {
  /// The most that a datagram carries, rounded down.
  static final int MOST_OF_DATAGRAM = 63 << 10;

  /// The most that a receiver takes in a RELP frame unless told otherwise.
  static final int MOST_OF_FRAME = 128 << 10;

  private static final int MOST_OF_NAME = 32;

  /// Checks the values.
  public SyslogConfig {
    new Checks()
        .within(ConfigKey.SINK_MAX_SIZE, maxSizeBytes)
        .that(
            structuredDataId.length() <= MOST_OF_NAME,
            ConfigKey.SINK_STRUCTURED_DATA_ID,
            "has more than the 32 characters of RFC 5424")
        .done();
  }
}
