package io.coreaudit.origin;

import io.coreaudit.telemetry.CounterKey;

/// What the origin stage counts.
///
/// ```text
/// EVENTS = PARENTS_REMEMBERED + PARENTS_READ + PARENTS_UNKNOWN + PARENTS_NONE
/// EVENTS = BY_CGROUP + BY_PARENT + BY_NAMESPACE + BY_NOTHING + NOT_ASKED
/// ```
public enum OriginCounter implements CounterKey {
  EVENTS("Events whose origin was looked for."),
  PARENTS_REMEMBERED("Events whose parent process was known from the stream or a moment ago."),
  PARENTS_READ("Events whose parent process was read from /proc."),
  PARENTS_UNKNOWN("Events whose parent process was gone, or not asked for to spare the host."),
  PARENTS_NONE("Events that name no parent process."),
  BY_CGROUP("Events whose process was found in its cgroup: of the host or of a container."),
  BY_PARENT("Events whose process was gone and is its parent's container's."),
  BY_NAMESPACE(
      "Events whose process was gone, and of which its SELinux label tells the namespace."),
  BY_NOTHING("Events of which it is not known where their process belongs."),
  NOT_ASKED("Events that name no process, or one of another host or another time."),
  IN_CONTAINERS("Events whose process belongs to a pod or a container."),
  CONTAINERS_UNKNOWN(
      "Events of a container of CRI-O, Podman or Docker that was not known by name yet."),
  LOOKS_THERE("Processes that were found in /proc."),
  LOOKS_AGAIN(
      "Processes of the host that were looked at again: whether they are in a container now."),
  LOOKS_GONE("Processes that were gone when they were looked for."),
  LOOKS_YOUNGER(
      "Numbers of processes that another one had by then, which is younger than the event."),
  LOOKS_NS("Nanoseconds that looking at processes took."),
  LOOKS_SPARED("Processes that were not looked for, to spare the host."),
  RATES_EVICTED("Containers whose count of events made room for another's."),
  READS_EVICTED("Accesses to secrets that were kept to be compared and made room for others."),
  PROCESSES_EVICTED("Processes that were forgotten to make room for others."),
  TAGS_LEFT_OUT("Tags that did not fit into their frame.");

  private final String sentence;

  OriginCounter(String sentence) {
    this.sentence = sentence;
  }

  @Override
  public String sentence() {
    return sentence;
  }
}
