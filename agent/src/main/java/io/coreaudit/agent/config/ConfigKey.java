package io.coreaudit.agent.config;

import io.coreaudit.agent.config.ValueType.Count;
import io.coreaudit.agent.config.ValueType.Duration;
import io.coreaudit.agent.config.ValueType.Endpoint;
import io.coreaudit.agent.config.ValueType.EndpointList;
import io.coreaudit.agent.config.ValueType.Flag;
import io.coreaudit.agent.config.ValueType.KindList;
import io.coreaudit.agent.config.ValueType.PathList;
import io.coreaudit.agent.config.ValueType.PathName;
import io.coreaudit.agent.config.ValueType.Percent;
import io.coreaudit.agent.config.ValueType.RecordTypeList;
import io.coreaudit.agent.config.ValueType.Size;
import io.coreaudit.agent.config.ValueType.Text;
import io.coreaudit.agent.config.ValueType.TextList;
import io.coreaudit.agent.config.ValueType.Word;
import io.coreaudit.format.SyslogFacility;
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
  /// Look for what was before.
  BACKFILL_ENABLED(
      "backfill.enabled",
      new Flag(),
      "true",
      "At each start: take from auditd's log what happened in this boot before the agent listened,"
          + " behind the last event that the spool has. Only with records from the kernel"
          + " (input.mode multicast or unicast), and where there is such a log."),
  /// Where.
  BACKFILL_LOG(
      "backfill.log",
      new PathName("auto"),
      "auto",
      "Auditd's log, as a path on the host; rotated files are found beside it. auto: what"
          + " /etc/audit/auditd.conf says, else /var/log/audit/audit.log."),
  /// How fast.
  BACKFILL_RATE(
      "backfill.rate",
      new Count(0, 1_000_000, null),
      "5000",
      "Most events a second that are taken from it, so that events of now go first. 0 is no"
          + " bound."),
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
      new Count(64, 1_048_576, null),
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
          "names of packs, or paths of files",
          null),
      "[]",
      "Rules to load besides: a name is NAME.rules in rules.dir. A pack that changes on disk is"
          + " read anew."),
  /// Where packs lie.
  RULES_DIR(
      "rules.dir",
      new PathName(null),
      "/etc/coreaudit/rules",
      "Your own packs of rules.packs. Those that come with the program lie in"
          + " /usr/lib/coreaudit/rules; of two with the same name yours counts."),
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
      new TextList(Pattern.compile("/.{1,4000}"), "globs that begin with /", null),
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
      new Count(1, 5000, null),
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
          + " are events each; what of them is beyond origin.container_rate, see there."),
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
      "[/run/containers/storage, /var/lib/containers/storage, /var/lib/docker]",
      "Where CRI-O, Podman and Docker write down what a container is, as a path on the host: first"
          + " where containers of the first two come and go, then where else to look."),
  /// Labels.
  ORIGIN_LABELS(
      "origin.labels",
      new TextList(Pattern.compile("[A-Za-z0-9._/-]{1,317}"), "names of labels", null),
      "[]",
      "Which labels of its pod an event carries."),
  /// Bound of a container.
  ORIGIN_CONTAINER_RATE(
      "origin.container_rate",
      new Count(0, 1_000_000, null),
      "2000",
      "Most events a second of one container. Those beyond are counted, and told with its name by"
          + " an event of kind gap. As many accesses to secrets, but for repeated reads of its own,"
          + " have a bound of their own; beyond both the first of a program, file and outcome is an"
          + " event, up to 256 a minute and 256 of other pods' secrets; those that follow within a"
          + " minute are one event with their number. 0 is no bound."),
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
      new Percent(0, 95, null),
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
  /// When shedding begins.
  SPOOL_SHED_AT(
      "spool.shed.at",
      new Percent(50, 98, "off"),
      "90%",
      "How full the spool is, counting what no sink was sent yet, when the most frequent events"
          + " begin to be left out, by key of their rule and program, more of them the fuller it"
          + " gets. Each such group is told once a minute as a number. off lets the spool run full."
          + " Input that can wait (plugin, file) waits instead."),
  /// Keys that are shed last.
  SPOOL_SHED_LAST_KEYS(
      "spool.shed.last_keys",
      new TextList(Patterns.RULE_KEY, Patterns.RULE_KEYS, null),
      "[openshift_etcd, identity, audit_config, audit_log, audit_tools]",
      "Events of rules with these keys are never left out for that; nor are accesses to other pods'"
          + " secrets."),
  /// Types that are shed last.
  SPOOL_SHED_LAST_TYPES(
      "spool.shed.last_types",
      new RecordTypeList(null),
      "[CONFIG_CHANGE, DAEMON_START, DAEMON_END, DAEMON_ABORT, DAEMON_CONFIG, USER_MGMT,"
          + " USER_CHAUTHTOK, ADD_USER, DEL_USER, ADD_GROUP, DEL_GROUP, GRP_MGMT, GRP_CHAUTHTOK,"
          + " ROLE_ASSIGN, ROLE_REMOVE, ACCT_LOCK, ACCT_UNLOCK]",
      "Events that have a record of one of these types are never left out for that either."),
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
      "Where events go: stdout, file, tcp (one event a line), syslog (RFC 5424 messages), relp (the"
          + " same, each acknowledged by its receiver), http (a POST of JSON lines), hec (Splunk's"
          + " HTTP Event Collector), bulk (Elasticsearch, OpenSearch), otlp (OTLP logs over HTTP,"
          + " JSON) or kafka (messages of a topic)."),
  /// Sink format.
  SINK_FORMAT(
      "sinks.*.format",
      Word.of(SinkFormat.class),
      "ecs",
      "ecs (Elastic Common Schema, one JSON object a line), raw (the kernel's own lines), cef"
          + " (ArcSight's Common Event Format), leef (QRadar's, 2.0) or ocsf (Open Cybersecurity"
          + " Schema Framework 1.7, JSON): one line an event."),
  /// Raw records.
  SINK_INCLUDE_RAW(
      "sinks.*.include_raw",
      new Flag(),
      "true",
      "Whether an ecs event carries the kernel's records in coreaudit.raw, and an ocsf event in"
          + " raw_data."),
  /// Masking of secrets.
  SINK_REDACT(
      "sinks.*.redact",
      Word.of(SwitchWord.class),
      "auto",
      "Whether secrets in the arguments of programs are masked for this sink, coreaudit.raw"
          + " included: what follows password=, token=, secret= and api-key=, and short options"
          + " such as mysql -p. auto: not where format is raw. The spool keeps what the kernel"
          + " said."),
  /// Keys of rules that are wanted.
  SINK_FILTER_KEYS(
      "sinks.*.filter.keys",
      new TextList(Patterns.RULE_KEY, Patterns.RULE_KEYS, "all"),
      "all",
      "Only the kernel's events that rules with one of these keys made go to this sink."),
  /// Types of records that are wanted.
  SINK_FILTER_TYPES(
      "sinks.*.filter.types",
      new RecordTypeList("all"),
      "all",
      "Only the kernel's events that have a record of one of these types go to this sink."),
  /// Kinds that are wanted.
  SINK_FILTER_KINDS(
      "sinks.*.filter.kinds",
      new KindList("all"),
      "all",
      "Only events of these kinds go to this sink: audit is the kernel's, the others are the"
          + " agent's own. gap and heartbeat go in any case, unless exclude_kinds names them: they"
          + " say what is missing."),
  /// Keys of rules that are left out.
  SINK_FILTER_EXCLUDE_KEYS(
      "sinks.*.filter.exclude_keys",
      new TextList(Patterns.RULE_KEY, Patterns.RULE_KEYS, "none"),
      "none",
      "The kernel's events that rules with one of these keys made are left out for this sink."),
  /// Types of records that are left out.
  SINK_FILTER_EXCLUDE_TYPES(
      "sinks.*.filter.exclude_types",
      new RecordTypeList("none"),
      "none",
      "The kernel's events that have a record of one of these types are left out for this sink."
          + " PROCTITLE is in nearly all of them."),
  /// Kinds that are left out.
  SINK_FILTER_EXCLUDE_KINDS(
      "sinks.*.filter.exclude_kinds",
      new KindList("none"),
      "none",
      "Events of these kinds are left out for this sink. Without gap and heartbeat its receiver"
          + " sees neither loss nor silence."),
  /// Events a second.
  SINK_RATE(
      "sinks.*.rate",
      new Count(1, 1_000_000, "off"),
      "off",
      "Most events a second that are sent to this sink, in bursts of at most as many. What comes"
          + " faster waits in the spool; what the receiver asks for again is not counted."),
  /// TCP receiver.
  SINK_ADDRESS("sinks.*.address", new Endpoint(null), null, "The receiver of a network sink."),
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
      new Count(0, 1000, null),
      "5",
      "How many full files a file sink keeps beside the one it writes."),
  /// Resend window.
  SINK_RESEND_WINDOW(
      "sinks.*.resend_window",
      new Size(0, Units.GIB, null),
      "16MiB",
      "How much a tcp or syslog sink sends again after its connection broke, besides what the"
          + " receiver's kernel had not acknowledged: the protocol cannot tell what the receiver"
          + " read. To lose nothing it must cover the receiver's socket buffer (the third number of"
          + " tcp_rmem there) and what it had not stored yet."),
  /// RELP window.
  SINK_WINDOW(
      "sinks.*.window",
      new Count(1, 4096, null),
      "128",
      "How many messages a relp sink sends before the first of them is acknowledged; times"
          + " max_size they may take 16MiB."),
  /// Dead letters.
  SINK_DEAD_LETTERS(
      "sinks.*.dead_letters",
      new Size(64 * Units.KIB, Units.GIB, null),
      "16MiB",
      "The most that is kept, in dead-letters/NAME.jsonl below state.dir, of events that the"
          + " receiver refuses for good; the oldest go first."),
  /// How messages travel.
  SINK_PROTOCOL(
      "sinks.*.protocol",
      Word.of(SyslogProtocol.class),
      "tcp",
      "How a syslog sink's messages travel: tcp (each with its length in front, in TLS or not) or"
          + " udp (datagrams: what is lost on the way is lost)."),
  /// Facility.
  SINK_FACILITY(
      "sinks.*.facility",
      Word.of(SyslogFacility.class),
      "audit",
      "The facility of syslog messages. audit is number 13, log audit."),
  /// Structured data.
  SINK_STRUCTURED_DATA_ID(
      "sinks.*.structured_data_id",
      new Text(
          Pattern.compile("[A-Za-z0-9._-]{1,16}@[0-9]{1,10}(\\.[0-9]{1,10})*"),
          "a name, @ and an enterprise number",
          null),
      "coreaudit@32473",
      "The name of the structured data of syslog messages. 32473 is the number set aside for"
          + " examples (RFC 5612): put your own organisation's there if your receiver minds."),
  /// Size of messages.
  SINK_MAX_SIZE(
      "sinks.*.max_size",
      new Size(2 * Units.KIB, Units.MIB, null),
      "8KiB",
      "The most that one syslog message takes, its header included. 8KiB is what rsyslog takes"
          + " unless told otherwise."),
  /// Longer events.
  SINK_OVERSIZE(
      "sinks.*.oversize",
      Word.of(Oversize.class),
      "split",
      "What becomes of an event that is longer: split sends it in several messages, numbered by"
          + " part and parts in the structured data; cut leaves out the rest and says in cut how"
          + " many bytes."),
  /// Path of requests.
  SINK_TARGET(
      "sinks.*.target",
      new Text(Pattern.compile("/[!-~]{0,1000}"), "a path that begins with /", "auto"),
      "auto",
      "The path, and query, of the requests of an http, hec, bulk or otlp sink. auto is /,"
          + " /services/collector/event or raw, /INDEX/_bulk, and /v1/logs."),
  /// Token.
  SINK_TOKEN_FILE(
      "sinks.*.token_file",
      new PathName("none"),
      "none",
      "The file whose first line is the token of an http, hec, bulk or otlp sink, read for each"
          + " connection anew. It is sent as Bearer, Splunk, ApiKey and Bearer; a line with a blank"
          + " in it, such as Basic and a word, is sent as it is."),
  /// Compression.
  SINK_COMPRESS(
      "sinks.*.compress",
      Word.of(SwitchWord.class),
      "auto",
      "Whether requests, or a kafka sink's messages, are compressed with gzip. auto: not for"
          + " http."),
  /// Proxy.
  SINK_PROXY(
      "sinks.*.proxy",
      new Endpoint("none"),
      "none",
      "The HTTP proxy that is asked for the way to the receiver (CONNECT) of an http, hec, bulk or"
          + " otlp sink."),
  /// Splunk's endpoint.
  SINK_ENDPOINT(
      "sinks.*.endpoint",
      Word.of(HecEndpoint.class),
      "event",
      "Which endpoint of Splunk's collector a hec sink uses: event (objects with time and host), or"
          + " raw (plain lines)."),
  /// Index.
  SINK_INDEX(
      "sinks.*.index",
      new Text(Pattern.compile("[a-z0-9{][a-z0-9._{}-]{0,200}"), "a name of an index", "auto"),
      "auto",
      "The index of a hec sink, auto is the token's; the data stream of a bulk sink, auto is"
          + " logs-coreaudit.audit-default. Of a hec sink it may have places that each event fills:"
          + " {key}, {kind}, {namespace}, {node}, {type}."),
  /// Source.
  SINK_SOURCE(
      "sinks.*.source",
      new Text(Pattern.compile("[A-Za-z0-9/._:{}-]{1,200}"), "a word", "auto"),
      "auto",
      "The source that a hec sink gives its events, with the same places. auto is the token's."),
  /// Source type.
  SINK_SOURCETYPE(
      "sinks.*.sourcetype",
      new Text(Pattern.compile("[A-Za-z0-9/._:{}-]{1,200}"), "a word", "auto"),
      "auto",
      "The sourcetype that a hec sink gives its events, such as linux:audit, with the same places."
          + " auto is the token's."),
  /// Topic.
  SINK_TOPIC(
      "sinks.*.topic",
      new Text(Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,248}"), "a name of a topic", "auto"),
      "auto",
      "The topic of a kafka sink. auto is coreaudit."),
  /// Further brokers.
  SINK_BROKERS(
      "sinks.*.brokers",
      new EndpointList(),
      "[]",
      "Brokers that a kafka sink asks besides the one at address; each names all the others of"
          + " its cluster."),
  /// How we say who we are.
  SINK_SASL(
      "sinks.*.sasl",
      Word.of(SaslMechanism.class),
      "none",
      "How a kafka sink says who it is, besides by its certificate: none, plain (only with TLS),"
          + " scram_sha_256 or scram_sha_512."),
  /// Name.
  SINK_USER(
      "sinks.*.user",
      new Text(Pattern.compile("[^\\p{Cntrl}]{1,255}"), "a name", "none"),
      "none",
      "The name that goes with sasl."),
  /// Password.
  SINK_PASSWORD_FILE(
      "sinks.*.password_file",
      new PathName("none"),
      "none",
      "The file whose first line is the password that goes with sasl, read for each connection"
          + " anew."),
  /// TLS on or off.
  SINK_TLS(
      "sinks.*.tls",
      Word.of(TlsMode.class),
      "auto",
      "Whether a network sink encrypts: on or off. auto is on when there are keys below tls, and"
          + " off to a loopback address; to any other address off must be spelled out."),
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
      "The PEM file of the certificate's private key."),
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
      "Where /metrics, /healthz and /readyz answer to this host. A loopback address, or off."),
  /// Metrics for others.
  METRICS_LISTEN(
      "metrics.listen",
      new Endpoint("off"),
      "off",
      "Where the same answers to other hosts: over TLS, and only to clients that show a certificate"
          + " of metrics.tls.ca. Needs the three files of metrics.tls, which are read again when"
          + " they change."),
  /// Who may read them.
  METRICS_CLIENTS(
      "metrics.clients",
      new TextList(Pattern.compile("[^,\\p{Cntrl}]{1,253}"), "common names", null),
      "[]",
      "The common names of certificates (CN) that may ask; the authorities may have vouched for"
          + " many others. An empty list lets in all of them."),
  /// Authorities of clients.
  METRICS_TLS_CA(
      "metrics.tls.ca",
      new PathName("none"),
      "none",
      "The PEM file of the authorities that may vouch for a client."),
  /// Server certificate.
  METRICS_TLS_CERTIFICATE(
      "metrics.tls.certificate",
      new PathName("none"),
      "none",
      "The PEM file of the certificate chain that the agent shows to clients."),
  /// Server key.
  METRICS_TLS_KEY(
      "metrics.tls.key",
      new PathName("none"),
      "none",
      "The PEM file of its private key, not encrypted."),
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
  /// Chain of hashes.
  HEARTBEAT_CHAIN(
      "heartbeat.chain",
      new Flag(),
      "true",
      "Whether the heartbeat tells a hash over all events accepted before it, by which spool"
          + " verify finds what is missing or was changed. Only where there are heartbeats and"
          + " sinks."),
  /// Key that signs the chain.
  HEARTBEAT_SIGN_KEY_FILE(
      "heartbeat.sign.key_file",
      new PathName("none"),
      "none",
      "The file of the Ed25519 key (PEM, PKCS 8) with which the hash is signed, so that who is"
          + " root on the host later, or anywhere else, cannot make up another. Only its owner may"
          + " read it, and its group. It is read for each heartbeat anew."),
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

  private static final class Patterns {
    /// As the kernel takes them, but for what a list on the command line cannot hold.
    static final Pattern RULE_KEY = Pattern.compile("[!-+\\--~][ -+\\--~]{0,30}");

    static final String RULE_KEYS = "keys of rules, up to 31 characters each";
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
