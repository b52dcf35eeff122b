package io.coreaudit.forward;

import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.security.KeyStore;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.auth.SslEngineFactory;

/// TLS for the connections of a producer, as for those of all other sinks: the files are read for
/// each connection anew (`TlsFiles`). The producer makes it by its name.
public final class KafkaTls implements SslEngineFactory {
  /// Where the `TlsSettings` stand among the producer's.
  static final String SETTINGS = "coreaudit.tls";

  private static final int NO_PORT = -1;

  private TlsSettings settings;

  /// Made by the producer.
  public KafkaTls() {}

  @Override
  public void configure(Map<String, ?> configs) {
    settings = (TlsSettings) configs.get(SETTINGS);
  }

  @Override
  public SSLEngine createClientSslEngine(String host, int port, String endpointIdentification) {
    String name = settings.expectedName(host);
    try {
      return TlsFiles.context(settings).newEngine(ByteBufAllocator.DEFAULT, name, port);
    } catch (IOException e) {
      throw new KafkaException(e.getMessage(), e);
    }
  }

  @Override
  public SSLEngine createServerSslEngine(String host, int port) {
    return createClientSslEngine(host, NO_PORT, null); // never asked for by a client
  }

  @Override
  public boolean shouldBeRebuilt(Map<String, Object> nextConfigs) {
    return false;
  }

  @Override
  public Set<String> reconfigurableConfigs() {
    return Set.of();
  }

  @Override
  public KeyStore keystore() {
    return null;
  }

  @Override
  public KeyStore truststore() {
    return null;
  }

  @Override
  public void close() {
    // nothing is held
  }
}
