package io.coreaudit.agent.http;

import io.coreaudit.telemetry.CounterKey;
import io.coreaudit.telemetry.Counters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;

/// All that is measured, as Prometheus reads it. Values are read where they are counted, at the
/// moment of the scrape.
///
/// The counter `OVERRUNS` of stage `intake` is `coreaudit_intake_overruns_total`; a gauge has no
/// `_total`. The description is the counter's own sentence.
public final class Metrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /// Creates the registry with the few figures of the process itself.
  public Metrics() {
    ProcessFigures.bind(this);
  }

  /// Shows the counters of a stage of which there is one.
  public <K extends Enum<K> & CounterKey> void bind(Counters<K> counters) {
    bind(counters, Tags.empty());
  }

  /// Shows the counters of a stage of which there are several, such as sinks.
  ///
  /// @param label the label that tells them apart: `sink`
  /// @param value this one's: `siem`
  public <K extends Enum<K> & CounterKey> void bind(
      Counters<K> counters, String label, String value) {
    bind(counters, Tags.of(label, value));
  }

  /// Shows one figure that can fall.
  ///
  /// @param name the whole name
  /// @param sentence what it is
  public void gauge(String name, String sentence, DoubleSupplier value) {
    gauge(name, sentence, Tags.empty(), value);
  }

  /// Shows one figure that can fall, of several that a label tells apart.
  public void gauge(
      String name, String sentence, String label, String labelValue, DoubleSupplier value) {
    gauge(name, sentence, Tags.of(label, labelValue), value);
  }

  private void gauge(String name, String sentence, Tags tags, DoubleSupplier value) {
    Gauge.builder(name, value, DoubleSupplier::getAsDouble)
        .description(sentence)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  /// Shows one figure that can fall, of several that some labels tell apart.
  ///
  /// @param labels name, value, name, value, …
  public void gauge(String name, String sentence, List<String> labels, DoubleSupplier value) {
    gauge(name, sentence, Tags.of(labels.toArray(String[]::new)), value);
  }

  /// Shows how long something takes, as a histogram in seconds.
  ///
  /// @param name the whole name, with `_seconds`
  /// @param bounds of its buckets
  /// @return takes each time, in nanoseconds; any thread
  public LongConsumer times(String name, String sentence, Duration... bounds) {
    Timer timer =
        Timer.builder(name).description(sentence).serviceLevelObjectives(bounds).register(registry);
    return ns -> timer.record(ns, TimeUnit.NANOSECONDS);
  }

  /// Shows one figure that only grows.
  ///
  /// @param name the whole name, without `_total`
  /// @param sentence what it counts
  public void counter(String name, String sentence, DoubleSupplier value) {
    FunctionCounter.builder(name, value, DoubleSupplier::getAsDouble)
        .description(sentence)
        .register(registry);
    held.add(new Held(Tags.empty(), value));
  }

  /// Shows no longer what a label tells apart, all of one value: of a sink that is gone.
  public void forget(String label, String value) {
    Tag tag = Tag.of(label, value);
    for (Meter meter : registry.getMeters()) {
      if (meter.getId().getTags().contains(tag)) {
        registry.remove(meter);
      }
    }
    held.removeIf(one -> one.tags().stream().anyMatch(tag::equals));
  }

  /// Writes everything.
  ///
  /// @param contentType the form that the reader asks for; null: Prometheus text
  void write(OutputStream out, String contentType) throws IOException {
    registry.scrape(out, contentType);
  }

  private <K extends Enum<K> & CounterKey> void bind(Counters<K> counters, Tags tags) {
    held.add(new Held(tags, counters));
    for (K key : counters.keys()) {
      String name = "coreaudit_" + counters.stage() + "_" + key.name().toLowerCase(Locale.ROOT);
      if (key.gauge()) {
        Gauge.builder(name, counters, c -> c.value(key))
            .description(key.sentence())
            .tags(tags)
            .strongReference(true)
            .register(registry);
      } else {
        FunctionCounter.builder(name, counters, c -> c.value(key))
            .description(key.sentence())
            .tags(tags)
            .register(registry);
      }
    }
  }

  // Micrometer holds what a FunctionCounter reads by a weak reference only.
  private final List<Held> held = new CopyOnWriteArrayList<>();

  private record Held(Tags tags, Object read) {}
}
