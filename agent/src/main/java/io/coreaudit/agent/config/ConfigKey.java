package io.coreaudit.agent.config;

import io.coreaudit.agent.config.ValueType.Count;
import io.coreaudit.agent.config.ValueType.Duration;
import io.coreaudit.agent.config.ValueType.Endpoint;
import io.coreaudit.agent.config.ValueType.Flag;
import io.coreaudit.agent.config.ValueType.PathList;
import io.coreaudit.agent.config.ValueType.PathName;
import io.coreaudit.agent.config.ValueType.Percent;
import io.coreaudit.agent.config.ValueType.Size;
import io.coreaudit.agent.config.ValueType.Text;
import io.coreaudit.agent.config.ValueType.TextList;
import io.coreaudit.agent.config.ValueType.Word;
import io.coreaudit.forward.SinkFormat;
import io.coreaudit.spool.SpoolSettings.OnFull;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Every key of the configuration, described once: the reader, the reference file and the
/// documentation follow from here.
///
/// A `*` in a key stands for the place in the list of sinks.
public enum ConfigKey {
  /// How records come in.
  INPUT_MODE(
      "input.mode",
      Word.of(InputMode.class),
      "multicast",
      "Where records come from: multicast (beside auditd, which keeps its socket), unicast (in"
          + " place of auditd, only when nobody owns it), plugin (auditd's lines on standard input)"
          + " or file. Never chosen by itself."),
  /// Gathering time.
  INPUT_GATHER(
      "input.gather",
      new Duration(0, Units.SECOND, null),
      "100ms",
      "How long records gather after the first one before they are taken: longer is cheaper,"
          + " shorter is sooner. Cut short where many come."),
  /// Socket buffer.
  INPUT_RECEIVE_BUFFER(
      "input.receive_buffer",
      new Size(64 * Units.KIB, Units.GIB, null),
      "64MiB",
      "The audit socket's buffer. It holds about 450 events per MiB, for the time in which the"
          + " agent cannot take them."),
  /// Files to read.
  INPUT_FILES(
      "input.files",
      new PathList(),
      "[]",
      "What mode file reads, one after the other; a pipe is read until its end."),
  /// Switch audit on.
  AUDIT_ENABLE(
      "audit.enable",
      new Flag(),
      "true",
      "When audit is off: switch it on, and off again at a clean stop if the rules go too and"
          + " nobody else listens."),
  /// Keep audit on.
  AUDIT_KEEP_ENABLED(
      "audit.keep_enabled", new Flag(), "true", "Undo somebody's auditctl -e 0, and tell."),
  /// Kernel queue.
  AUDIT_BACKLOG_LIMIT(
      "audit.backlog_limit",
      new Count(64, 1_048_576),
      "8192",
      "How many records the kernel may queue. Only ever raised to this."),
  /// What becomes of the rules.
  RULES_AT_STOP(
      "rules.at_stop",
      Word.of(AtStop.class),
      "auto",
      "What becomes of the agent's rules at a clean stop: keep, remove, or auto (keep as a service"
          + " that systemd 248 or newer started, else remove). In a container say which."),
  /// Rules from files.
  RULES_PACKS(
      "rules.packs",
      new TextList(
          Pattern.compile("[a-z0-9][a-z0-9_-]{0,31}|/.{1,4000}"),
          "names of packs, or paths of files"),
      "[]",
      "Rules to load besides: a name is NAME.rules in rules.dir. A pack that changes on disk is"
          + " read anew."),
  /// Where packs lie.
  RULES_DIR(
      "rules.dir",
      new PathName(null),
      "/etc/coreaudit/rules",
      "Where the packs of rules.packs lie."),
  /// Watched paths.
  WATCH_PATHS(
      "watch.paths",
      new PathList(),
      "[]",
      "Directories (with all below them) and files whose reads, writes and attribute changes are"
          + " recorded."),
  /// Canary interval.
  WATCH_CANARY(
      "watch.canary",
      new Duration(5 * Units.SECOND, Units.HOUR, "off"),
      "60s",
      "How often the agent proves that it still hears: it makes an event and waits for it."),
  /// Whose mounts.
  WATCH_NAMESPACE(
      "watch.namespace",
      new Text(
          Pattern.compile("[0-9]{1,9}|/.{1,4000}"), "a process or a path in /proc/PID/ns", "auto"),
      "auto",
      "The mount namespace in which volumes are mounted and paths are meant. auto: the kubelet's,"
          + " that of kubens, process 1's, the agent's own, the first that there is."),
  /// etcd and the control plane.
  WATCH_ETCD_ENABLED(
      "watch.etcd.enabled",
      Word.of(SwitchWord.class),
      "auto",
      "Watch etcd and the control plane's files. auto: on masters, known by what is on the disk,"
          + " when records come from the kernel (input.mode multicast or unicast)."),
  /// Its paths.
  WATCH_ETCD_PATHS(
      "watch.etcd.paths",
      new PathList(),
      "[/var/lib/etcd, /var/lib/etcd-backup, /var/lib/etcd-auto-backup, /home/core/assets/backup,"
          + " /etc/kubernetes/cluster-backup, /etc/kubernetes/static-pod-resources,"
          + " /etc/kubernetes/manifests, /home/core/assets/manifests-stopped,"
          + " /var/lib/kubelet/kubeconfig, /etc/kubernetes/kubeconfig, /var/lib/kubelet/pki,"
          + " /var/lib/kubelet/config.json]",
      "What that is. A path that is not there is no fault: it is watched when it comes."),
  /// Mounted secrets.
  WATCH_SECRETS_ENABLED(
      "watch.secrets.enabled",
      Word.of(SwitchWord.class),
      "auto",
      "Watch every tmpfs that carries a secret, from its mount to its umount. auto: when records"
          + " come from the kernel (input.mode multicast or unicast). With false nobody follows"
          + " mounts: what is mounted below a watched directory after its rules were loaded is not"
          + " watched."),
  /// Which mounts are secrets.
  WATCH_SECRETS_MATCH(
      "watch.secrets.match",
      new TextList(Pattern.compile("/.{1,4000}"), "globs that begin with /"),
      "[/**/pods/*/volumes/kubernetes.io~secret/*, /**/pods/*/volumes/kubernetes.io~projected/*,"
          + " /**/pods/*/volumes/kubernetes.io~csi/*/mount]",
      "Which mounts are secrets, by their mount point on the host; only a tmpfs is one. * is"
          + " anything but /, ** is anything."),
  /// How.
  WATCH_SECRETS_MODE(
      "watch.secrets.mode",
      Word.of(SecretsMode.class),
      "anchor",
      "anchor attaches each secret to one directory that has rules, and costs the same for any"
          + " number of them; rule loads three for each, and every system call of the host goes"
          + " through them all."),
  /// How many.
  WATCH_SECRETS_MOST_RULES(
      "watch.secrets.most_rules",
      new Count(1, 5000),
      "200",
      "In mode rule: how many secrets get rules. Those beyond stay unwatched, and are told."),
  /// What of repeated reads.
  WATCH_SECRETS_REPEAT(
      "watch.secrets.repeat",
      Word.of(SecretsRepeat.class),
      "summarise",
      "What becomes of a pod's successful reads of its own secrets. summarise: the first of a"
          + " container, program and file is an event, those that follow within a minute are one"
          + " event with their number. all: each is an event. Reads by others, writes and failures"
          + " are events each, as many as origin.container_rate leaves."),
  /// Who may read.
  WATCH_SECRETS_NEVER_EXE(
      "watch.secrets.never_exe",
      new PathList(),
      "[/usr/bin/kubelet]",
      "Programs whose reads of secrets are not recorded when they run as services: as user 0,"
          + " outside any login session, started by process 1. The kubelet reads each secret again"
          + " and again."),
  /// Where containers are kept.
  ORIGIN_STORAGE(
      "origin.storage",
      new PathList(),
      "[/run/containers/storage, /var/lib/containers/storage]",
      "Where CRI-O writes down what a container is, as a path on the host: first where containers"
          + " come and go, then where else to look."),
  /// Labels.
  ORIGIN_LABELS(
      "origin.labels",
      new TextList(Pattern.compile("[A-Za-z0-9._/-]{1,317}"), "names of labels"),
      "[]",
      "Which labels of its pod an event carries."),
  /// Bound of a container.
  ORIGIN_CONTAINER_RATE(
      "origin.container_rate",
      new Count(0, 1_000_000),
      "2000",
      "Most events a second of one container. Those beyond are counted, and told with its name by"
          + " an event of kind gap. As many accesses to secrets, but for repeated reads of its own,"
          + " have a bound of their own. 0 is no bound."),
  /// Spool directory.
  SPOOL_DIR(
      "spool.dir",
      new PathName("auto"),
      "auto",
      "Where events wait for their receivers. auto is spool in state.dir."),
  /// Spool bound.
  SPOOL_MAX_SIZE(
      "spool.max_size",
      new Size(Units.MIB, Units.TIB, "auto"),
      "auto",
      "The most that the spool takes. auto is the less of 2GiB and 10% of the file system."),
  /// Free disk.
  SPOOL_MIN_FREE(
      "spool.min_free",
      new Percent(0, 95),
      "20%",
      "The share of the file system that the spool leaves free for others."),
  /// Segment size.
  SPOOL_SEGMENT_SIZE(
      "spool.segment_size",
      new Size(256 * Units.KIB, 256 * Units.MIB, null),
      "8MiB",
      "The spool grows and shrinks by files of this size."),
  /// What a full spool does.
  SPOOL_ON_FULL(
      "spool.on_full",
      Word.of(OnFull.class),
      "overrun",
      "When the spool is full: overrun moves the sinks that are behind over the oldest segment,"
          + " refuse takes no new events. Either is counted and told in the stream. Input that can"
          + " wait (plugin, file) waits instead."),
  /// Sink name.
  SINK_NAME(
      "sinks.*.name",
      new Text(
          Pattern.compile("[a-z0-9][a-z0-9_-]{0,31}"),
          "up to 32 lower-case letters, digits, - and _",
          "auto"),
      "auto",
      "The sink's name: in metrics, in status, and of its cursor in the spool, so keep it. auto is"
          + " the type."),
  /// Sink type.
  SINK_TYPE(
      "sinks.*.type",
      Word.of(SinkType.class),
      null,
      "Where events go: stdout, file, or tcp (one event a line)."),
  /// Sink format.
  SINK_FORMAT(
      "sinks.*.format",
      Word.of(SinkFormat.class),
      "ecs",
      "ecs (Elastic Common Schema, one JSON object a line), raw (the kernel's own lines), cef"
          + " (ArcSight's Common Event Format) or leef (QRadar's, 2.0): one line an event."),
  /// Raw records.
  SINK_INCLUDE_RAW(
      "sinks.*.include_raw",
      new Flag(),
      "true",
      "Whether an ecs event carries the kernel's records in coreaudit.raw."),
  /// Masking of secrets.
  SINK_REDACT(
      "sinks.*.redact",
      Word.of(SwitchWord.class),
      "auto",
      "Whether secrets in the arguments of programs are masked for this sink, coreaudit.raw"
          + " included: what follows password=, token=, secret= and api-key=, and short options"
          + " such as mysql -p. auto: not where format is raw. The spool keeps what the kernel"
          + " said."),
  /// TCP receiver.
  SINK_ADDRESS("sinks.*.address", new Endpoint(null), null, "The receiver of a tcp sink."),
  /// File.
  SINK_PATH("sinks.*.path", new PathName(null), null, "The file of a file sink."),
  /// Rotation by size.
  SINK_ROTATE_SIZE(
      "sinks.*.rotate_size",
      new Size(64 * Units.KIB, Units.TIB, null),
      "100MiB",
      "A file sink starts a new file at this size."),
  /// Rotated files kept.
  SINK_ROTATE_COUNT(
      "sinks.*.rotate_count",
      new Count(0, 1000),
      "5",
      "How many full files a file sink keeps beside the one it writes."),
  /// Resend window.
  SINK_RESEND_WINDOW(
      "sinks.*.resend_window",
      new Size(0, Units.GIB, null),
      "16MiB",
      "How much a tcp sink sends again after its connection broke, besides what the receiver's"
          + " kernel had not acknowledged: the protocol cannot tell what the receiver read. To lose"
          + " nothing it must cover the receiver's socket buffer (the third number of tcp_rmem"
          + " there) and what it had not stored yet."),
  /// TLS on or off.
  SINK_TLS(
      "sinks.*.tls",
      Word.of(TlsMode.class),
      "auto",
      "Whether a tcp sink encrypts: on or off. auto is on when there are keys below tls, and off to"
          + " a loopback address; to any other address off must be spelled out."),
  /// Authorities.
  SINK_TLS_CA(
      "sinks.*.tls.ca",
      new PathName("auto"),
      "auto",
      "The PEM file of the authorities that may vouch for the receiver. auto is the system's."),
  /// Client certificate.
  SINK_TLS_CERTIFICATE(
      "sinks.*.tls.certificate",
      new PathName("none"),
      "none",
      "The PEM file of the certificate chain that the agent shows to the receiver."),
  /// Client key.
  SINK_TLS_KEY(
      "sinks.*.tls.key",
      new PathName("none"),
      "none",
      "The PEM file of the certificate's private key (PKCS 8)."),
  /// Key password.
  SINK_TLS_KEY_PASSWORD_FILE(
      "sinks.*.tls.key_password_file",
      new PathName("none"),
      "none",
      "The file that holds the key's password in its first line."),
  /// Name in the certificate.
  SINK_TLS_SERVER_NAME(
      "sinks.*.tls.server_name",
      new Text(Pattern.compile("[A-Za-z0-9.:_-]{1,253}"), "a host name", "auto"),
      "auto",
      "The name that the receiver's certificate must hold. auto is the host of address."),
  /// Metrics and health.
  HTTP_LISTEN(
      "http.listen",
      new Endpoint("off"),
      "127.0.0.1:9471",
      "Where /metrics, /healthz and /readyz answer. A loopback address, or off."),
  /// Log level.
  LOG_LEVEL(
      "log.level",
      Word.of(LogLevel.class),
      "info",
      "How much the agent says on standard error: error, warn, info or debug."),
  /// Node name.
  NODE_NAME(
      "node.name",
      new Text(Pattern.compile("[A-Za-z0-9._-]{1,253}"), "a host name", "auto"),
      "auto",
      "The name of this node in every event. auto is the host's name."),
  /// Heartbeat interval.
  HEARTBEAT_INTERVAL(
      "heartbeat.interval",
      new Duration(Units.SECOND, Units.HOUR, "off"),
      "60s",
      "How often an event of kind heartbeat tells the receivers that this node is there, and its"
          + " ledger."),
  /// State directory.
  STATE_DIR(
      "state.dir",
      new PathName(null),
      "/var/lib/coreaudit",
      "What the agent keeps over a restart of the host."),
  /// Run directory.
  RUN_DIR(
      "run.dir",
      new PathName(null),
      "/run/coreaudit",
      "The lock that lets one agent run on a host, the control socket, and what is known of the"
          + " rules. Another directory is for trials: agents with different ones do not know of"
          + " each other. In a container it must be a directory of the host, else the next start"
          + " does not know the rules of this one.");

  /// The key under which the list of sinks stands.
  static final String SINKS = "sinks";

  private static final Map<String, ConfigKey> BY_NAME = new HashMap<>();
  private static final Set<String> SECTIONS = new LinkedHashSet<>();

  static {
    for (ConfigKey key : values()) {
      BY_NAME.put(key.name, key);
      for (int dot = key.name.indexOf('.'); dot > 0; dot = key.name.indexOf('.', dot + 1)) {
        SECTIONS.add(key.name.substring(0, dot));
      }
    }
  }

  private final String name;
  private final ValueType type;
  private final String byDefault;
  private final String sentence;

  ConfigKey(String name, ValueType type, String byDefault, String sentence) {
    this.name = name;
    this.type = type;
    this.byDefault = byDefault;
    this.sentence = sentence;
  }

  /// The full name: `input.gather`, `sinks.*.address`.
  public String key() {
    return name;
  }

  /// What values it takes.
  public ValueType type() {
    return type;
  }

  /// The default as a user would write it; null when there is none.
  public String byDefault() {
    return byDefault;
  }

  /// What it does, for the operator.
  public String sentence() {
    return sentence;
  }

  /// Whether it belongs to one sink.
  boolean ofSink() {
    return name.startsWith("sinks.*.");
  }

  /// The full name with the sink's place in it.
  public String at(int sink) {
    return name.replace("*", Integer.toString(sink));
  }

  /// The key of a full name (`sinks.2.address`), or null.
  static ConfigKey named(String path) {
    return BY_NAME.get(pattern(path));
  }

  /// Whether keys stand below this name.
  static boolean section(String path) {
    return SECTIONS.contains(pattern(path));
  }

  /// All names below which keys stand.
  static Set<String> sections() {
    return Set.copyOf(SECTIONS);
  }

  static String pattern(String path) {
    return path.replaceFirst("^sinks\\.[0-9]+(?=\\.|$)", "sinks.*");
  }

  private static final class Units {
    static final long SECOND = 1_000_000_000L;
    static final long HOUR = 3600 * SECOND;
    static final long KIB = 1 << 10;
    static final long MIB = 1 << 20;
    static final long GIB = 1 << 30;
    static final long TIB = 1L << 40;
  }
}
