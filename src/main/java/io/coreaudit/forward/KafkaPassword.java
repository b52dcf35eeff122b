package io.coreaudit.forward;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;

/// Tells a producer's connections name and password, the latter read for each of them anew: it
/// stands in no setting of the producer. The producer makes it by its name.
public final class KafkaPassword implements AuthenticateCallbackHandler {
  /// Where the `SinkSettings.Sasl` stand among the producer's settings.
  static final String SETTINGS = "coreaudit.sasl";

  private SinkSettings.Sasl settings;

  /// Made by the producer.
  public KafkaPassword() {}

  @Override
  public void configure(
      Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
    settings = (SinkSettings.Sasl) configs.get(SETTINGS);
  }

  @Override
  public void handle(Callback[] callbacks) {
    for (Callback callback : callbacks) {
      switch (callback) {
        case NameCallback name -> name.setName(settings.user());
        case PasswordCallback password -> {
          try {
            char[] secret = read(settings);
            password.setPassword(secret);
            java.util.Arrays.fill(secret, '\0');
          } catch (IOException e) {
            throw new KafkaException(e.getMessage(), e);
          }
        }
        default -> {
          // extensions of SCRAM, which nobody needs
        }
      }
    }
  }

  /// Reads the password.
  ///
  /// @throws IOException whose message begins with the key in the configuration
  static char[] read(SinkSettings.Sasl settings) throws IOException {
    var file = new NamedFile(settings.passwordKey(), settings.passwordFile());
    String password = file.firstLine();
    if (password.isEmpty()) {
      throw file.fault("its first line is empty");
    }
    return password.toCharArray();
  }

  @Override
  public void close() {
    // nothing is held
  }
}
