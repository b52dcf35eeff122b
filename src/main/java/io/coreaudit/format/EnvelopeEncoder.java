package io.coreaudit.format;

import io.coreaudit.frame.FrameFlyweight;
import java.nio.charset.StandardCharsets;

/// Puts events of another format into what receivers over HTTP want around each:
///
/// ```text
/// collector  {"time":1795321989.984,"host":"node-1","sourcetype":"coreaudit","event":{...}}
/// bulk       {"create":{"_id":"node-1:1795321989.984:3022"}}
///            {"@timestamp":...}
/// log        {"timeUnixNano":"1795321989984000000","observedTimeUnixNano":"...","body":{"stringValue":"..."},"attributes":[...]},
/// ```
///
/// A format of JSON goes in as it is, text as a string; of text each line is an event of its own.
/// Allocates nothing once its buffers have met the longest event. For one thread.
public final class EnvelopeEncoder implements EventEncoder {
  private enum Kind {
    COLLECTOR,
    BULK,
    LOG
  }

  private static final int KEPT_BYTES = 512 << 10;
  private static final byte[] TIME = bytes("{\"time\":");
  private static final byte[] HOST = bytes(",\"host\":\"");
  private static final byte[] EVENT = bytes(",\"event\":");
  private static final byte[] CREATE = bytes("{\"create\":{\"_id\":\"");
  private static final byte[] CREATED = bytes("\"}}\n");
  private static final byte[] LOG_TIME = bytes("{\"timeUnixNano\":\"");
  private static final byte[] LOG_OBSERVED = bytes("000000\",\"observedTimeUnixNano\":\"");
  private static final byte[] LOG_ID =
      bytes("\",\"attributes\":[{\"key\":\"event.id\",\"value\":{\"stringValue\":\"");
  private static final byte[] LOG_HOST =
      bytes("\"}},{\"key\":\"host.name\",\"value\":{\"stringValue\":\"");
  private static final byte[] LOG_BODY = bytes("\"}}],\"body\":{\"stringValue\":\"");
  private static final byte[] LOG_END = bytes("\"}},");

  private final EventEncoder body;
  private final Kind kind;
  private final boolean json;
  private final TemplateFields fields;
  private final EventName name = new EventName();
  private final Scratch line = new Scratch(8192);
  private ByteOutput text = new ByteOutput(8192);

  private EnvelopeEncoder(EventEncoder body, Kind kind, boolean json, TemplateFields fields) {
    this.body = body;
    this.kind = kind;
    this.json = json;
    this.fields = fields;
  }

  /// For Splunk's HTTP Event Collector.
  ///
  /// @param json whether the body writes JSON
  /// @param index template of it; null: the token's
  /// @param source likewise
  /// @param sourcetype likewise
  public static EnvelopeEncoder collector(
      EventEncoder body, boolean json, String index, String source, String sourcetype) {
    TemplateFields fields =
        new TemplateFields()
            .with("index", index, EventTemplate.Use.INDEX)
            .with("source", source, EventTemplate.Use.TEXT)
            .with("sourcetype", sourcetype, EventTemplate.Use.TEXT);
    return new EnvelopeEncoder(body, Kind.COLLECTOR, json, fields);
  }

  /// For `_bulk` of Elasticsearch and OpenSearch. The event's id is the document's, so that one
  /// that comes twice is there once.
  ///
  /// @param body writes JSON, one line an event
  public static EnvelopeEncoder bulk(EventEncoder body) {
    return new EnvelopeEncoder(body, Kind.BULK, true, new TemplateFields());
  }

  /// For OTLP: log records with a comma behind each.
  public static EnvelopeEncoder log(EventEncoder body) {
    return new EnvelopeEncoder(body, Kind.LOG, false, new TemplateFields());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void encode(FrameFlyweight frame, ByteOutput out) {
    if (text.array().length > KEPT_BYTES) {
      text = new ByteOutput(8192); // one huge event must not stay
    }
    text.clear();
    body.encode(frame, text);
    name.read(frame);
    fields.read(frame);
    int start = 0;
    do {
      int end = start;
      while (end < text.length() && text.array()[end] != '\n') {
        end++;
      }
      switch (kind) {
        case COLLECTOR -> collected(start, end, out);
        case BULK -> {
          out.put(CREATE);
          name.appendId(out);
          out.put(CREATED);
          out.put(text.array(), start, end - start);
          out.put('\n');
        }
        case LOG -> logged(frame, start, end, out);
      }
      start = end + 1;
    } while (start < text.length());
  }

  private void collected(int start, int end, ByteOutput out) {
    long millis = name.millis();
    out.put(TIME);
    out.putDecimal(millis / 1000);
    out.put('.');
    out.putDigits((int) (millis % 1000), 3);
    if (name.hasNode()) {
      out.put(HOST);
      name.appendNode(out);
      out.put('"');
    }
    fields.append(out);
    out.put(EVENT);
    if (json) {
      out.put(text.array(), start, end - start);
    } else {
      out.put('"');
      quoted(start, end, out);
      out.put('"');
    }
    out.put('}', '\n');
  }

  private void logged(FrameFlyweight frame, int start, int end, ByteOutput out) {
    out.put(LOG_TIME);
    out.putDecimal(name.millis());
    out.put(LOG_OBSERVED);
    out.putDecimal(Math.max(0, frame.receiveTimeNs()));
    out.put(LOG_ID);
    name.appendId(out);
    if (name.hasNode()) {
      out.put(LOG_HOST);
      name.appendNode(out);
    }
    out.put(LOG_BODY);
    quoted(start, end, out);
    out.put(LOG_END);
  }

  private void quoted(int start, int end, ByteOutput out) {
    line.clear();
    byte[] array = text.array();
    for (int i = start; i < end; i++) {
      line.append(array[i]);
    }
    JsonText.append(out, line.address(), line.length());
  }
}
