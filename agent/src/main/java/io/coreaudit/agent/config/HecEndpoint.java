package io.coreaudit.agent.config;

/// Which of its endpoints Splunk's collector is given events at.
public enum HecEndpoint {
  /// Objects with time, host, index, source and sourcetype.
  EVENT,
  /// Plain lines.
  RAW
}
