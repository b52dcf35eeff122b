#!/usr/bin/env python3
"""compare.py [--rounds N] [--opens N] [--generators N] [--rate PER_SECOND] [--only A,B] [--most NAME=RATIO,...]
CPU per event of the agent, of auditd, of auditd + laurel and of a C program that only receives, in alternating runs
on the same load; prints each run, then medians and ratios. Needs root, the kernel's audit, and nobody else using it;
puts rules, enabled and backlog limit back. One event is an open() of a watched file by open_load. Exit status 1 when
the agent cost more than RATIO times what NAME did (median of the rounds), or an event was missing at its receiver."""
import argparse, fcntl, os, re, statistics, subprocess, sys, tempfile, time

here = os.path.dirname(os.path.abspath(__file__))
a = argparse.ArgumentParser(); a.add_argument('--rounds', type=int, default=5); a.add_argument('--opens', type=int, default=100000)
a.add_argument('--generators', type=int, default=1); a.add_argument('--rate', type=int, default=0); a.add_argument('--only', default='netlink_sink,coreaudit,auditd,laurel')
a.add_argument('--most', default='', help='netlink_sink=2.2,auditd=0.30')
a = a.parse_args(); most = {n: float(r) for n, r in (m.split('=') for m in a.most.split(',') if m)}

def auditctl(*args): return subprocess.run(['auditctl', *args], capture_output=True, text=True)
def status(key): return int(re.search(rf'^{key} (\d+)', auditctl('-s').stdout, re.M).group(1))

def sink(file):
    seconds = 6 + (a.opens * a.generators / a.rate / a.generators if a.rate else a.opens * a.generators / 12000)
    p = subprocess.Popen([f'{here}/netlink_sink', 'multicast', str(int(seconds)), '64'], stdout=subprocess.PIPE, text=True)
    time.sleep(0.5); load(file); out = p.communicate()[0]
    return float(re.search(r'cpu_us_per_event=([\d.]+)', out).group(1)), out.strip()

def load(file):
    for p in [subprocess.Popen([f'{here}/open_load', file, str(a.opens), str(a.rate)], stdout=subprocess.DEVNULL) for _ in range(a.generators)]: p.wait()

def peer(mode, file):
    out = subprocess.run([f'{here}/auditd_peer.sh', mode, file, str(a.opens), str(a.generators), str(a.rate)], capture_output=True, text=True).stdout
    return float(re.search(r'cpu_us_per_event=([\d.]+)', out).group(1)), out.strip().replace('\n', ' | ')

def agent(file):
    warm = 300000
    p = subprocess.run([f'{here}/agent.sh', file, str(a.opens), str(a.generators), str(a.rate), str(warm)], capture_output=True, text=True)
    m = re.search(r'cpu_us_per_event=([\d.]+)', p.stdout)
    if not m: sys.exit('agent.sh failed: ' + p.stdout + p.stderr)
    events, received, gaps = map(int, re.search(r'events=(\d+) received=(\d+) gaps=(\d+)', p.stdout).groups())
    if received != events or gaps: missed.append(f'{received} of {events} events, {gaps} gaps')
    return float(m.group(1)), p.stdout.strip()

runs = {'netlink_sink': lambda f: sink(f), 'coreaudit': agent, 'auditd': lambda f: peer('auditd', f), 'laurel': lambda f: peer('laurel', f)}
names = [n for n in runs if n in a.only.split(',')]
subprocess.run(['make', '-s', '-C', here], check=True)
lock = open('/run/coreaudit-test.lock', 'w'); fcntl.lockf(lock, fcntl.LOCK_EX)  # not flock: the tests' FileChannel.lock is of this kind
enabled, backlog = status('enabled'), status('backlog_limit')
results, missed = {n: [] for n in names}, []
if set(most) - set(names): sys.exit('--most names what does not run: ' + ', '.join(set(most) - set(names)))
with tempfile.TemporaryDirectory(prefix='coreaudit-bench-') as folder:
    file = f'{folder}/watched'; open(file, 'w').close()
    rule = ['exit,always', '-F', f'dir={folder}', '-F', 'perm=rwa', '-k', 'bench']
    try:
        auditctl('-b', '8192'); auditctl('-e', '1')
        for round_ in range(a.rounds):
            for n in names:
                if n != 'coreaudit': auditctl('-a', *rule)
                try: cpu, line = runs[n](file)
                finally:
                    if n != 'coreaudit': auditctl('-d', *rule)
                results[n].append(cpu); print(f'round {round_ + 1} {n}: {line}', flush=True); time.sleep(1)
    finally:
        auditctl('-d', *rule); auditctl('-e', str(enabled)); auditctl('-b', str(backlog))
print(f'\nopens={a.opens} generators={a.generators} rate={a.rate or "full"} rounds={a.rounds}')
medians = {n: statistics.median(v) for n, v in results.items()}
for n, v in results.items():
    ratio = statistics.median(o / x for o, x in zip(results.get('coreaudit', v), v))
    print(f'{n:13} median {medians[n]:7.1f} us/event  (min {min(v):.1f}, max {max(v):.1f})  coreaudit/this {ratio:.2f}' + (f'  (at most {most[n]:.2f})' if n in most else ''))
    if ratio > most.get(n, ratio): missed.append(f'coreaudit/{n} {ratio:.2f}, at most {most[n]:.2f}')
for m in missed: print('missed: ' + m)
sys.exit(1 if missed else 0)
