package io.coreaudit.agent.config;

/// How a syslog sink's messages travel.
public enum SyslogProtocol {
  /// Over TCP, or TLS, each with its length in front.
  TCP,
  /// As datagrams.
  UDP
}
