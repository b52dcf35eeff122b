package io.coreaudit.format;

/// What RFC 5424 calls the facility of a message, in the order of its numbers.
public enum SyslogFacility {
  /// The kernel.
  KERN,
  /// Users' programs.
  USER,
  /// Mail.
  MAIL,
  /// Daemons.
  DAEMON,
  /// Security and authorization.
  AUTH,
  /// The syslog daemon itself.
  SYSLOG,
  /// Printers.
  LPR,
  /// Network news.
  NEWS,
  /// UUCP.
  UUCP,
  /// Clock daemons.
  CRON,
  /// Security and authorization, private.
  AUTHPRIV,
  /// FTP.
  FTP,
  /// NTP.
  NTP,
  /// Log audit.
  AUDIT,
  /// Log alert.
  ALERT,
  /// Scheduling daemons.
  CLOCK,
  /// For local use.
  LOCAL0,
  /// For local use.
  LOCAL1,
  /// For local use.
  LOCAL2,
  /// For local use.
  LOCAL3,
  /// For local use.
  LOCAL4,
  /// For local use.
  LOCAL5,
  /// For local use.
  LOCAL6,
  /// For local use.
  LOCAL7
}
