#!/bin/sh
# Takes coreaudit off this host: the service, its rules in the kernel, the program and all that install.sh put there.
#
#   /usr/lib/coreaudit/uninstall.sh [--purge]
#
#   --purge   also /etc/coreaudit, /var/lib/coreaudit (the spool: events that were not delivered), /var/log/coreaudit
set -eu

purge=
case ${1:-} in
  '') ;;
  --purge) purge=yes ;;
  *) echo "uninstall: unknown argument $1 (known: --purge)" >&2; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || { echo "uninstall: has to be run as root" >&2; exit 3; }
program=/usr/lib/coreaudit
[ -s "$program/installed" ] || { echo "uninstall: nothing is installed in $program" >&2; exit 3; }

if [ -d /run/systemd/system ]; then
  systemctl disable --now coreaudit.service 2> /dev/null || true
fi
# The service leaves its rules in the kernel. A configuration with a fault must not keep them there.
run=/run/coreaudit
defaults=$(mktemp)
"$program/bin/coreaudit" rules remove || "$program/bin/coreaudit" rules remove --config="$defaults" || {
  echo "uninstall: rules of coreaudit stay in the kernel until the next boot, for the reason above; $run knows them" >&2
  run=
}
rm -f "$defaults"
while read -r file; do
  rm -f "$file"
done < "$program/installed"
rmdir /usr/lib/systemd/system/coreaudit.service.d 2> /dev/null || true
rm -rf "$program" "$program.a" "$program.b" ${run:+"$run"}
if [ -n "$purge" ]; then
  rm -rf /etc/coreaudit /var/lib/coreaudit /var/log/coreaudit /etc/systemd/system/coreaudit.service.d
  ! getent group coreaudit > /dev/null || groupdel coreaudit
fi
[ ! -d /run/systemd/system ] || systemctl daemon-reload
