#!/usr/bin/env python3
"""decode.py [--events N] [--rounds N] [--format F] [--keep FILE] [--most NAME=RATIO,...] [--most-mb N] [LOG]
CPU and resident memory of `coreaudit decode`, of laurel and of `ausearch -i` over the same log, in alternating runs,
start-up included; output goes to /dev/null. Without LOG one is made: N opens of secrets, four records and EOE each,
in the kernel's form. Needs laurel and ausearch (packages laurel, auditd); one that is not there is left out.
--most bounds the CPU by that of others in the same rounds, --most-mb the resident memory; exit status 1 where one is missed,
or was not there to be compared with."""
import argparse, os, random, shutil, statistics, sys, tempfile

here = os.path.dirname(os.path.abspath(__file__))
a = argparse.ArgumentParser(); a.add_argument('--events', type=int, default=100000); a.add_argument('--rounds', type=int, default=3)
a.add_argument('--format', default='ecs'); a.add_argument('--keep'); a.add_argument('--without', default=''); a.add_argument('log', nargs='?')
a.add_argument('--most', default=''); a.add_argument('--most-mb', type=int)
a = a.parse_args()

def make(path, events):
    r, millis = random.Random(7), 0
    programs = [('cat', '/usr/bin/cat'), ('bash', '/usr/bin/bash'), ('etcd', '/usr/bin/etcd'), ('kubelet', '/usr/bin/kubelet')]
    with open(path, 'w') as out:
        for i in range(events):
            millis += r.choice([0, 0, 0, 1]); stamp = f'audit({1795321989 + millis // 1000}.{millis % 1000:03}:{1000 + i})'
            comm, exe = r.choice(programs); name = f'/var/lib/kubelet/pods/{r.getrandbits(32):08x}-1234/volumes/kubernetes.io~secret/token/f{i % 97}'
            out.write(f'type=SYSCALL msg={stamp}: arch=c000003e syscall=257 success=yes exit={r.randint(3, 90)} a0=ffffff9c a1=7ffd{r.getrandbits(32):08x} a2={r.choice([0, 0x80000, 0x241]):x} a3=0 items=1 ppid={r.randint(1, 9999)} pid={r.randint(1000, 99999)} auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm="{comm}" exe="{exe}" subj=system_u:system_r:container_t:s0:c15,c26 key="openshift_secret"\n')
            out.write(f'type=CWD msg={stamp}: cwd="/"\n')
            out.write(f'type=PATH msg={stamp}: item=0 name="{name}" inode={r.randint(2, 999999)} dev=00:{r.randint(16, 255):02x} mode=0100644 ouid=0 ogid=0 rdev=00:00 obj=system_u:object_r:container_file_t:s0:c15,c26 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\n')
            out.write(f'type=PROCTITLE msg={stamp}: proctitle={(comm + chr(0) + name).encode().hex().upper()}\n')
            out.write(f'type=EOE msg={stamp}: \n')  # laurel waits for it

def run(command, stdin):
    """CPU seconds and resident MiB of a process."""
    pid = os.fork()
    if pid == 0:
        null = os.open('/dev/null', os.O_WRONLY); os.dup2(null, 1)
        os.dup2(os.open(stdin or '/dev/null', os.O_RDONLY), 0)
        os.execvp(command[0], command)
    _, status, usage = os.wait4(pid, 0)
    if status != 0: sys.exit(f'{command[0]} ended with {status}')
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

with tempfile.TemporaryDirectory(prefix='coreaudit-decode-') as folder:
    log = a.log or a.keep or f'{folder}/audit.log'
    if not a.log: make(log, a.events)
    with open(f'{folder}/laurel.toml', 'w') as config: config.write('[auditlog]\nfile = "-"\n')
    runs = {'coreaudit': ([f'{here}/../../coreaudit', 'decode', '--format', a.format, log], None)}
    if shutil.which('laurel') and 'laurel' not in a.without: runs['laurel'] = (['laurel', '-c', f'{folder}/laurel.toml'], log)
    if shutil.which('ausearch') and 'ausearch' not in a.without: runs['ausearch -i'] = (['ausearch', '-i', '-if', log], None)
    run(['true'], None); run(*runs['coreaudit'])  # builds, and is in the page cache
    results = {name: [] for name in runs}
    for _ in range(a.rounds):
        for name, (command, stdin) in runs.items(): results[name].append(run(command, stdin))
    print(f'{os.path.getsize(log) / 2**20:.0f} MiB, format {a.format}, {a.rounds} rounds')
    most = dict(bound.split('=') for bound in a.most.split(',') if bound)
    missed = [f'{name} was not run' for name in most if name not in results]
    for name, values in results.items():
        cpu = statistics.median(v[0] for v in values)
        ratio = statistics.median(ours[0] / theirs[0] for ours, theirs in zip(results['coreaudit'], values))
        print(f'{name:12} CPU {cpu:6.2f} s  resident {statistics.median(v[1] for v in values):6.0f} MiB  coreaudit/this {ratio:.3f} (1/{1 / ratio:.1f})')
        if float(most.get(name, 'inf')) < ratio: missed.append(f'CPU is {ratio:.3f} of that of {name}, at most {most[name]} wanted')
    resident = max(v[1] for v in results['coreaudit'])
    if a.most_mb and resident > a.most_mb: missed.append(f'{resident:.0f} MiB resident, at most {a.most_mb} wanted')
    if missed: sys.exit('decode.py: ' + '; '.join(missed))
