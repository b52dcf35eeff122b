#!/bin/sh
# Installs coreaudit from the folder in which this file lies; run it as root.
#
#   ./install.sh [--root DIR] [--kubelet-namespace]
#
#   --root DIR            installs below DIR and starts nothing: for building an image
#   --kubelet-namespace   also the drop-in for hosts whose kubelet has mounts of its own (kubens); taken by itself where
#                         kubens.service is enabled, or it is there already
#
# The program, with its packs of rules and documents, goes to /usr/lib/coreaudit, all else where the host looks for it;
# what is there of an earlier version is exchanged, and at no moment is there none. /etc/coreaudit is yours: what is there
# stays. It enables and starts nothing: systemctl enable --now coreaudit. What runs goes on with what it has until it is
# restarted.
set -eu
umask 022

fail() {
  echo "install: $*" >&2
  exit 3
}

root=
kubens=
while [ $# -gt 0 ]; do
  case $1 in
    --root) root=${2:?install: --root needs a folder}; shift ;;
    --kubelet-namespace) kubens=yes ;;
    *) echo "install: unknown argument $1 (known: --root DIR, --kubelet-namespace)" >&2; exit 2 ;;
  esac
  shift
done
[ -z "$root" ] || root=$(cd "$root" && pwd) || fail "there is no such folder"
cd "$(dirname "$0")"
[ "$(uname -m)" = x86_64 ] || fail "this build runs on x86_64, not on $(uname -m)"
[ "$(id -u)" = 0 ] || fail "has to be run as root"
sha256sum --quiet --check SHA256SUMS || fail "the files named above are not those of the release: unpack the tarball anew"
program=$root/usr/lib/coreaudit
mkdir -p "$root/usr/lib" 2> /dev/null && [ -w "$root/usr/lib" ] ||
  fail "$root/usr/lib cannot be written; on an image-based host install into the image (--root)"

# list: every file that is not the user's, for uninstall.
list=
put() { # FILE DESTINATION: installs a file, mode 0644
  mkdir -p "$root$(dirname "$2")"
  cp "$1" "$root$2.new"
  chmod 644 "$root$2.new"
  mv -T "$root$2.new" "$root$2"
  list="$list$2
"
}
point() { # TARGET LINK: a symbolic link, in the place of the one that is there
  ln -sfn "$1" "$2.new"
  mv -T "$2.new" "$2"
}

# Beside what is there. Its place is a symbolic link to one of two folders, so that one rename exchanges all of it.
before=$(cat "$program/installed" 2> /dev/null || true)
name=coreaudit.a other=coreaudit.b
[ "$(readlink "$program")" != "$name" ] || { name=coreaudit.b other=coreaudit.a; }
folder=$root/usr/lib/$name
rm -rf "$folder"
mkdir "$folder"
cp -a . "$folder/"
chown -R 0:0 "$folder"
# Where the tarball was unpacked files may have a label that systemd must not start.
[ -n "$root" ] || ! command -v restorecon > /dev/null || restorecon -RF "$folder"
put systemd/coreaudit.service /usr/lib/systemd/system/coreaudit.service
put systemd/sysusers.d/coreaudit.conf /usr/lib/sysusers.d/coreaudit.conf
put systemd/tmpfiles.d/coreaudit.conf /usr/lib/tmpfiles.d/coreaudit.conf
put man/man8/coreaudit.8 /usr/share/man/man8/coreaudit.8
put man/man5/coreaudit.yaml.5 /usr/share/man/man5/coreaudit.yaml.5
put completion/coreaudit /usr/share/bash-completion/completions/coreaudit
drop_in=/usr/lib/systemd/system/coreaudit.service.d/kubelet-namespace.conf
if [ -n "$kubens" ] || [ -e "$root$drop_in" ] || [ -e "$root/run/kubens/mnt" ] ||
  systemctl --root="${root:-/}" is-enabled --quiet kubens.service 2> /dev/null; then
  put systemd/kubelet-namespace.conf "$drop_in"
fi
mkdir -p "$root/usr/bin"
point ../lib/coreaudit/bin/coreaudit "$root/usr/bin/coreaudit"
printf '%s/usr/bin/coreaudit\n' "$list" > "$folder/installed"
# Nothing can be renamed over a folder, which it was once.
[ -L "$program" ] || rm -rf "$program"
point "$name" "$program"
rm -rf "$root/usr/lib/$other"
# What an earlier version had and this one has not.
for file in $before; do
  grep -qxF "$file" "$program/installed" || rm -f "$root$file"
done

# What belongs to whoever runs the host.
mkdir -p "$root/etc/coreaudit/rules"
chmod 755 "$root/etc/coreaudit" "$root/etc/coreaudit/rules"
[ -e "$root/etc/coreaudit/coreaudit.yaml" ] || {
  cp etc/coreaudit/coreaudit.yaml "$root/etc/coreaudit/coreaudit.yaml"
  chmod 600 "$root/etc/coreaudit/coreaudit.yaml"
}

if [ -z "$root" ]; then
  [ ! -x /usr/bin/systemd-sysusers ] || systemd-sysusers /usr/lib/sysusers.d/coreaudit.conf
  [ ! -x /usr/bin/systemd-tmpfiles ] || systemd-tmpfiles --create /usr/lib/tmpfiles.d/coreaudit.conf
  [ ! -d /run/systemd/system ] || systemctl daemon-reload
fi
echo "installed; set your receivers in /etc/coreaudit/coreaudit.yaml, then: systemctl enable --now coreaudit"
