package io.coreaudit.forward;

/// What is the same for all sinks over one connection at a time: how it stands with their `Link`.
abstract sealed class LinkedSink implements Sink permits AnsweredSink, TcpSink {
  final Link link;

  LinkedSink(Link link) {
    this.link = link;
  }

  @Override
  public final boolean mayWait() {
    return link.mayWait();
  }

  @Override
  public long dueNs() {
    return link.dueNs();
  }

  @Override
  public final long opened() {
    return link.connections();
  }

  @Override
  public long failures() {
    return link.failures();
  }

  @Override
  public final SinkState state() {
    return link.state();
  }

  @Override
  public final void close() {
    link.close();
  }
}
