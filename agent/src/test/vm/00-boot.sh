# What a node does before the agent starts: systemd-tmpfiles makes the anchor, augenrules loads rules/boot, here with a
# rule that an administrator wrote for a path of watch.paths. The file for all hosts is loaded where there is no etcd.
mkdir -p /usr/bin # the kernel takes no rule on what is not there
touch /usr/bin/kubelet
while read -r type path mode _; do
  [ "$type" != d ] || mkdir -m "$mode" "$path"
done < /rules/coreaudit-anchor.conf
mkdir /w && mount -t tmpfs tmpfs /w
mkdir /w/watched /w/scratch /w/booted
auditctl -R /rules/50-coreaudit.rules
mkdir /var/lib/etcd
auditctl -R /rules/51-coreaudit-etcd.rules
auditctl -w /w/booted -p rwa -k coreaudit_watch
