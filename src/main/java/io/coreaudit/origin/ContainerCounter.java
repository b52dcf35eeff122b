package io.coreaudit.origin;

import io.coreaudit.telemetry.CounterKey;

/// What is counted of the containers' files.
public enum ContainerCounter implements CounterKey {
  KNOWN("Containers and sandboxes that are known now."),
  READ("Files of containers that were read."),
  MISSED("Containers that were asked for because an event named them."),
  UNREADABLE("Files of containers that could not be read, or are no JSON."),
  WITHOUT_FILE("Containers that were asked for and have no file."),
  REMOVED("Containers that were forgotten after they had been removed."),
  LEFT_OUT("Containers that found no room: more than are kept."),
  LOOKED_ANEW("How often the whole directory was looked at.");

  private final String sentence;

  ContainerCounter(String sentence) {
    this.sentence = sentence;
  }

  @Override
  public String sentence() {
    return sentence;
  }

  @Override
  public boolean gauge() {
    return this == KNOWN;
  }
}
