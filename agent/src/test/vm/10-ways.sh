# Every way to a watched file, and every way to one of a secret that is mounted while the agent runs, beside another.
. /scenarios/functions
volumes=/var/lib/kubelet/pods/7f0c2a0e-1d5e-4b0e-9a2b-0d6f3b1c2d3e/volumes/kubernetes.io~secret
secret() { mkdir -p "$volumes/$1" && mount -t tmpfs -o size=16m tmpfs "$volumes/$1"; }
attached() { ask /metrics | grep -q 'coreaudit_watches{kind="secret",state="covered"} 2'; }
start_agent <<YAML
watch: {paths: [/w/watched]}
rules: {at_stop: remove}
sinks: [{type: file, path: $PWD/events}]
YAML
await ready
secret other
secret x
await attached
mkdir "$volumes/x/data" "$volumes/x/scratch"
ways /w/watched /w/scratch > table
ways "$volumes/x/data" "$volumes/x/scratch" > table-of-secret
leave_answers
sleep 4 # an event that lacks its end is complete after two seconds
stop_agent
umount "$volumes/other" "$volumes/x"
auditctl -D # with the agent's own went those of the anchor
boot_rules
