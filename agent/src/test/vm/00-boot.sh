# What a node does before the agent starts: systemd-tmpfiles makes the anchor, augenrules loads rules/boot. The file for
# all hosts is loaded where there is no etcd.
. /scenarios/functions
mkdir -p /usr/bin # the kernel takes no rule on what is not there
touch /usr/bin/kubelet
while read -r type path mode _; do
  [ "$type" != d ] || mkdir -m "$mode" "$path"
done < /rules/coreaudit-anchor.conf
mkdir /w && mount -t tmpfs tmpfs /w
mkdir /w/watched /w/scratch /w/booted
auditctl -R /rules/50-coreaudit.rules
auditctl -D
mkdir /var/lib/etcd
boot_rules
