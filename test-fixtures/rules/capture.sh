#!/bin/sh
# Writes X.golden anew for each X.rules: the bytes that auditctl really sends for the rule.
# Run as root where kernel audit may be used by a test; it takes the rules away again.
# Needs auditctl and strace.
set -eu
cd "$(dirname "$0")"
exec 9>>/run/coreaudit-test.lock
flock 9
made=/tmp/coreaudit-golden
mkdir -p "$made/dir" && : >"$made/file"
trap 'rm -rf "$made" /tmp/coreaudit-golden.trace' EXIT
for rules in *.rules; do
  rule=$(grep -v '^#' "$rules")
  delete=$(echo "$rule" | sed 's/^-[aA]/-d/')
  # shellcheck disable=SC2086 # the rule is several words
  strace -f -e trace=sendto -xx -s 10000 -o /tmp/coreaudit-golden.trace auditctl $rule || true
  # shellcheck disable=SC2086
  auditctl $delete >/dev/null 2>&1 || true
  {
    echo "# AUDIT_ADD_RULE payload of auditctl $(auditctl -v | awk '{print $3}'), $(. /etc/os-release; echo "$PRETTY_NAME"),"
    echo "# Linux $(uname -r) $(uname -m); captured with strace -e trace=sendto -xx by capture.sh"
    # 1011 = 0x3f3, AUDIT_ADD_RULE. strace prints the message as a struct or as bytes.
    python3 - /tmp/coreaudit-golden.trace <<'PY'
import re, sys
for line in open(sys.argv[1]):
    if not re.search(r'AUDIT_ADD_RULE|nlmsg_type=0x3f3', line):
        continue
    text = re.findall(r'"((?:\\x[0-9a-f]{2})+)"', line)[0]
    data = bytes.fromhex(text.replace('\\x', ''))
    for i in range(0, len(data), 32):
        print(data[i:i + 32].hex())
PY
  } >"${rules%.rules}.golden"
done
