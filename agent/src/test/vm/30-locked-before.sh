# Audit is locked when the agent starts: it can load no rule. It knows those that it loaded itself (/w/watched), finds
# some that were loaded at boot (/w/booted, etcd's of a master, the anchor's), and lacks all for /w/other. It
# cannot attach a secret to the anchor either, whether mounted before it starts or later.
. /scenarios/functions
volumes=/var/lib/kubelet/pods/7f0c2a0e-1d5e-4b0e-9a2b-0d6f3b1c2d3e/volumes/kubernetes.io~secret
secret() { mkdir -p "$volumes/$1" && mount -t tmpfs tmpfs "$volumes/$1" && echo secret > "$volumes/$1/token"; }
mkdir /w/other /var/lib/etcd/member
echo secret | tee /w/booted/token > /var/lib/etcd/member/db
secret before
rules_and_settings > before
start_agent <<YAML
watch: {paths: [/w/watched, /w/booted, /w/other]}
rules: {at_stop: remove}
sinks: [{type: file, path: $PWD/events}]
YAML
await ready
secret later
await told "\"uncovered\",\"path\":\"$volumes/later\""
cat "$volumes/later/token"
cat /w/watched/token /w/booted/token /var/lib/etcd/member/db
await told '"path":"/var/lib/etcd/member/db"'
leave_answers
stop_agent
rules_and_settings > after
