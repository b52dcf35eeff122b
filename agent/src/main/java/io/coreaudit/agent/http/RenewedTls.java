package io.coreaudit.agent.http;

import io.coreaudit.forward.TlsFiles;
import io.coreaudit.forward.TlsSettings;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The TLS side of a listener, whose files are renewed under it.
///
/// When a client comes and the last look is some seconds ago, the files are looked at; changed ones
/// are read. What cannot be used is told once, and the old ones stay in use until it can: a renewal
/// that is half written locks nobody out. The listener's thread alone.
final class RenewedTls {
  private static final Logger LOG = LoggerFactory.getLogger(RenewedTls.class);
  private static final String MARKS = "unix:ino,dev,size,ctime";

  private final TlsSettings settings;
  private final long lookNs;
  private SslContext context;
  private List<Map<String, Object>> marks;
  private long lookedNs = System.nanoTime();
  private String told = "";

  /// Reads the files.
  ///
  /// @param look how long a look is good for
  /// @throws IOException when one cannot be used; the message names key and file
  RenewedTls(TlsSettings settings, Duration look) throws IOException {
    this.settings = settings;
    this.lookNs = look.toNanos();
    marks = marks(); // first: what changes while they are read is seen at the next look
    context = TlsFiles.server(settings);
  }

  /// What the next client is shown.
  SslContext current() {
    long nowNs = System.nanoTime();
    if (nowNs - lookedNs >= lookNs) {
      lookedNs = nowNs;
      renew();
    }
    return context;
  }

  private void renew() {
    try {
      List<Map<String, Object>> now = marks();
      if (!now.equals(marks)) {
        context = TlsFiles.server(settings);
        marks = now;
        told = "";
        LOG.info("{}: its files were read anew", settings.key());
      }
    } catch (IOException e) {
      if (!Objects.equals(told, e.getMessage())) {
        LOG.warn("{} (those read before stay in use)", e.getMessage());
      }
      told = e.getMessage();
    }
  }

  private List<Map<String, Object>> marks() throws IOException {
    List<Map<String, Object>> found = new ArrayList<>();
    for (Path file : List.of(settings.ca(), settings.certificate(), settings.privateKey())) {
      try {
        found.add(Files.readAttributes(file, MARKS));
      } catch (IOException e) {
        throw new IOException(settings.key() + ": " + file + ": cannot be looked at", e);
      }
    }
    return found;
  }
}
