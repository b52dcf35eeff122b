#!/bin/bash
# Verifies coreaudit: everything that `mvn verify` holds, on the real kernel and against real peers.
#
#   src/verify.sh                 tests what this machine can; says what is missing
#   src/verify.sh --install       installs the missing Debian packages first (starts none of their services)
#   src/verify.sh --full=PART     the large numbers of one part: spool, watch, fuzz, decode, delivery, install
#   src/verify.sh -- ARGS         passes ARGS on to Maven
#
# CI=true means --install, and makes a skipped test of the kernel or of a peer a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(auditd audispd-plugins laurel libaudit-dev gcc libc6-dev make strace openssl xfsprogs e2fsprogs util-linux procps python3
  etcd-server podman runc netbase qemu-system-x86 busybox-static cpio
  systemd mmdebstrap
  rsyslog rsyslog-relp rsyslog-gnutls)

install=${CI:-false} full= ; maven=()
while [ $# -gt 0 ]; do
  case $1 in
    --install) install=true ;;
    --full=*) full=${1#--full=} ;;
    --) shift; maven+=("$@"); break ;;
    *) echo "verify: unknown argument $1 (known: --install, --full=PART, -- MAVEN ARGUMENTS)" >&2; exit 2 ;;
  esac
  shift
done

jdk=
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do grep -qs '^JAVA_VERSION="25[."]' "$home/release" && jdk=$home; done
if [ -z "$jdk" ]; then
  echo "verify: needs JDK 25 and found none in JAVA_HOME or /usr/lib/jvm; install one (temurin-25-jdk, java-25-openjdk-devel)" >&2
  exit 3
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$install" = true ]; then
    echo "verify: installing ${missing[*]}"
    # Installing must not start daemons: auditd would take the kernel's audit slot.
    policy=/usr/sbin/policy-rc.d made=
    if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' > "$policy"; chmod 755 "$policy"; made=yes; fi
    trap '[ -z "$made" ] || rm -f "$policy"' EXIT
    DEBIAN_FRONTEND=noninteractive apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
    [ -z "$made" ] || rm -f "$policy"; made=
  else
    echo "verify: not installed, tests that need them are skipped: ${missing[*]} (--install installs them)"
  fi
fi

command -v kubectl > /dev/null ||
  echo "verify: no kubectl: what stands in src/openshift is not tested, also with CI=true (1.27 or newer; Debian's is older)"

# Kernels for the virtual machine, each with its module for overlays: not installed, only unpacked.
kernels=/var/cache/coreaudit-kernels
have_kernel() { [ -s "$kernels/$1/vmlinuz" ] && [ -s "$kernels/$1/overlay.ko" ]; }
fetch_kernel() { # VERSION PATTERN: the newest Debian kernel whose package matches
  local package dir
  package=$(apt-cache search --names-only "$2" | cut -d' ' -f1 | sort -V | tail -n 1)
  [ -n "$package" ] || { echo "verify: no kernel $1 to be had (no package $2)" >&2; return 1; }
  echo "verify: fetching $package"
  dir=$(mktemp -d)
  (cd "$dir" && apt-get download -qq -o APT::Sandbox::User=root "$package" && dpkg -x ./*.deb . &&
    mv boot/vmlinuz-* vmlinuz && mv lib/modules/*/kernel/fs/overlayfs/overlay.ko* . &&
    { [ -e overlay.ko ] || busybox unxz overlay.ko.xz; } &&
    mkdir -p "$kernels/$1" && mv vmlinuz overlay.ko "$kernels/$1") || {
    rm -rf "$dir"
    echo "verify: $package could not be fetched" >&2
    return 1
  }
  rm -rf "$dir"
}
if [ "$install" = true ] && [ "$(uname -m)" = x86_64 ]; then
  have_kernel 6.1 && have_kernel 6.12 || apt-get update -qq
  have_kernel 6.1 || fetch_kernel 6.1 '^linux-image-6\.1\.0-[0-9]+-cloud-amd64$'
  have_kernel 6.12 || fetch_kernel 6.12 '^linux-image-6\.12\.[0-9+~a-z]+-cloud-amd64$'
fi

# A Debian with systemd for the virtual machine.
debian=/var/cache/coreaudit-debian/root.tar
if [ "$install" = true ] && [ "$(uname -m)" = x86_64 ] && [ ! -s "$debian" ]; then
  echo "verify: making a Debian root"
  mkdir -p "${debian%/*}"
  # The file system without what no test reads; the cache of one run is that of the next.
  mmdebstrap --quiet --variant=minbase --include=systemd-sysv,auditd,rsyslog,procps \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$debian.new.tar" && mv "$debian.new.tar" "$debian" ||
    echo "verify: the Debian root could not be made" >&2
fi

# A receiver that is not to be had beside rsyslog: only unpacked, too.
syslog_ng=/var/cache/coreaudit-syslog-ng
if [ "$install" = true ] && [ ! -x "$syslog_ng/usr/sbin/syslog-ng" ]; then
  echo "verify: fetching syslog-ng"
  dir=$(mktemp -d)
  (cd "$dir" && { apt-get download -qq -o APT::Sandbox::User=root syslog-ng-core libivykis0 libnet1 libpcre3 ||
    { apt-get update -qq && apt-get download -qq -o APT::Sandbox::User=root syslog-ng-core libivykis0 libnet1 libpcre3; }; } &&
    mkdir -p "$syslog_ng" && for package in ./*.deb; do dpkg -x "$package" "$syslog_ng"; done) ||
    echo "verify: syslog-ng could not be fetched" >&2
  rm -rf "$dir"
fi

# What checks alert rules: only unpacked, and of it one program.
promtool=/var/cache/coreaudit-prometheus/promtool
if [ "$install" = true ] && [ ! -x "$promtool" ]; then
  echo "verify: fetching promtool"
  dir=$(mktemp -d)
  (cd "$dir" && { apt-get download -qq -o APT::Sandbox::User=root prometheus ||
    { apt-get update -qq && apt-get download -qq -o APT::Sandbox::User=root prometheus; }; } &&
    dpkg -x ./*.deb . && mkdir -p "${promtool%/*}" && mv usr/bin/promtool "$promtool") ||
    echo "verify: promtool could not be fetched" >&2
  rm -rf "$dir"
fi

case $full in
  '') ;;
  spool) exec src/bench/full_spool.sh ;;
  watch) exec src/bench/full_watch.sh ;;
  fuzz) exec src/bench/full_fuzz.sh ;;
  delivery) exec src/bench/full_delivery.sh "${maven[@]}" ;;
  decode) exec src/bench/full_decode.sh ;;
  install) maven+=(-Dfuzz.skip=true -DskipUnitTests=true -Dcoreaudit.full=install -Dit.test=InstalledIT
    -Dfailsafe.failIfNoSpecifiedTests=false) ;;
  *) echo "verify: --full=$full is unknown (known: spool, watch, fuzz, decode, delivery, install)" >&2; exit 2 ;;
esac

# Reports of tests that were renamed or deleted are not to be counted.
rm -rf ./*/target/surefire-reports ./*/target/failsafe-reports src/dist/target/{surefire,failsafe}-reports
status=0
# A test that fails stops no other; what counts is below.
mvn -B -ntp verify -Dmaven.test.failure.ignore=true "${maven[@]}" || status=$?

# The whole run as Surefire and Failsafe counted it over all modules: each failure by name, then one line.
python3 - <<'PY' || status=1
import glob, re, sys
import xml.etree.ElementTree as tree
passed = failed = skipped = 0
for report in sorted(r for module in ('*', 'src/dist') for r in glob.glob(f'{module}/target/*-reports/TEST-*.xml')):
    text = open(report, encoding='utf-8', errors='replace').read()
    # Names of tests hold characters that XML has no place for.
    text = re.sub('&#x?[0-9a-fA-F]+;|[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]', '?', text)
    for case in tree.fromstring(text).iter('testcase'):
        bad = [b for kind in ('failure', 'error') for b in case.findall(kind)]
        if bad:
            failed += 1
            print(f"FAILED {case.get('classname')}.{case.get('name')}")
            print(''.join(f'  {line}\n' for line in (bad[0].text or bad[0].get('message') or '').splitlines()[:20]), end='')
        elif case.find('skipped') is not None:
            skipped += 1
        else:
            passed += 1
print(f'{passed} passed, {failed} failed, {skipped} skipped')
sys.exit(failed > 0)
PY
if [ "$full" = install ] && [ ! -s src/dist/target/failsafe-reports/TEST-io.coreaudit.agent.InstalledIT.xml ]; then
  echo "verify: InstalledIT did not run" >&2
  status=1
fi
exit $status
