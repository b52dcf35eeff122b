package io.coreaudit.forward;

import io.coreaudit.format.ByteOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/// Writes the requests of one sink. The token is read for each connection anew and kept nowhere
/// else.
final class HttpRequests {
  private final SinkSettings.Http settings;

  /// Names this sender to Splunk; acknowledgements are kept by it.
  private final String channel = UUID.randomUUID().toString();

  private final ByteOutput body = new ByteOutput(64 << 10);
  private final ByteOutput packed = new ByteOutput(16 << 10);
  private final ByteOutput request = new ByteOutput(64 << 10);
  private String authorization = "";
  private String token = "";

  HttpRequests(SinkSettings.Http settings) {
    this.settings = settings;
  }

  /// Reads the token.
  ///
  /// @throws IOException with words for people, the key and file named, never its content
  void readToken() throws IOException {
    authorization = "";
    token = "";
    if (settings.tokenFile() == null) {
      return;
    }
    var file = new NamedFile(settings.tokenKey(), settings.tokenFile());
    String line = file.firstLine().strip();
    if (!line.matches("[!-~]+( [!-~]+)?")) {
      throw file.fault("holds no token in its first line");
    }
    token = line.substring(line.indexOf(' ') + 1);
    String value = line.indexOf(' ') > 0 ? line : settings.dialect().tokenScheme + ' ' + line;
    authorization = "Authorization: " + value + "\r\n";
  }

  /// What a receiver said, without the token.
  String masked(String said) {
    return token.isEmpty() ? said : said.replace(token, "***");
  }

  /// A request with some events of a batch.
  ///
  /// @param chosen which of them
  ByteOutput events(Batch batch, int[] chosen, int count) {
    HttpDialect dialect = settings.dialect();
    body.clear();
    body.put(dialect.before);
    for (int i = 0; i < count; i++) {
      int start = batch.start(chosen[i]);
      body.put(batch.array(), start, batch.end(chosen[i]) - start);
    }
    if (dialect == HttpDialect.OTLP && count > 0) {
      body.truncate(body.length() - 1); // the last comma
    }
    body.put(dialect.after);
    ByteOutput content = body;
    if (settings.gzip()) {
      pack();
      content = packed;
    }
    return request(settings.target(), dialect.contentType, content, settings.gzip());
  }

  /// A question whether events are indexed.
  ByteOutput acks(String ids) {
    body.clear();
    body.put(("{\"acks\":[" + ids + "]}").getBytes(StandardCharsets.US_ASCII));
    return request(ackTarget(settings.target()), "application/json", body, false);
  }

  /// Where acknowledgements are asked for: beside where the events go.
  static String ackTarget(String target) {
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    return path.replaceFirst("(/(event|raw)(/1\\.0)?)?/?$", "") + "/ack";
  }

  private ByteOutput request(String target, String type, ByteOutput content, boolean gzip) {
    request.clear();
    String head =
        "POST "
            + target
            + " HTTP/1.1\r\nHost: "
            + settings.way().address()
            + "\r\nUser-Agent: coreaudit\r\nContent-Type: "
            + type
            + "\r\nContent-Length: "
            + content.length()
            + "\r\n"
            + (gzip ? "Content-Encoding: gzip\r\n" : "")
            + (settings.dialect().collector()
                ? "X-Splunk-Request-Channel: " + channel + "\r\n"
                : "")
            + authorization
            + "\r\n";
    request.put(head.getBytes(StandardCharsets.ISO_8859_1));
    request.put(content.array(), 0, content.length());
    return request;
  }

  private void pack() {
    packed.clear();
    OutputStream to =
        new OutputStream() {
          @Override
          public void write(int b) {
            packed.put(b);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            packed.put(bytes, offset, length);
          }
        };
    try (var zip =
        new GZIPOutputStream(to, 8192) {
          {
            def.setLevel(Deflater.BEST_SPEED);
          }
        }) {
      zip.write(body.array(), 0, body.length());
    } catch (IOException e) {
      throw new IllegalStateException(e); // it writes to memory
    }
  }
}
