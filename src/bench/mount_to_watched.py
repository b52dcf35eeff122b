#!/usr/bin/env python3
"""mount_to_watched.py [--only detection,live,fallback,churn,pipeline] [--there 20,1500] [--rounds N] [--churn N]
From mount(2) to watched by the live agent, warm, with few and with many secrets there: single mounts 20 ms apart, bursts
of 300 and 2000 (mount_latency.py; and the agent's own histogram from seeing a mount to the kernel's answer, added to the
time from mount(2) to seeing it, which MountLatency of src/jmh measures); the same single mounts where the kernel can only be asked for mountinfo (older_kernel); N (10000) mounts and umounts at random;
the shell pipeline that this replaces (findmnt_pipeline.sh). Each is measured ROUNDS (3) times, and every round is
held against the bound. What the live agent adds is nothing without what is there before it sees a mount: `live` needs
`detection`. Fails when a bound is missed."""
import argparse, collections, os, random, re, signal, subprocess, time
import rig

a = argparse.ArgumentParser(); a.add_argument('--only', default='detection,live,fallback,churn,pipeline'); a.add_argument('--there', default='20,1500')
a.add_argument('--rounds', type=int, default=3); a.add_argument('--churn', type=int, default=10000); a = a.parse_args()
only = a.only.split(',')
if unknown := set(only) - {'detection', 'live', 'fallback', 'churn', 'pipeline'}: raise SystemExit(f'--only {",".join(sorted(unknown))}: there is no such part')
if 'live' in only and 'detection' not in only: raise SystemExit('--only live: add detection, its bound counts the time until a mount is seen')
if 'live' in only and set(a.there.split(',')) - {'20', '1500'}: raise SystemExit(f'--there {a.there}: detection is measured with 20 and 1500')
CONFIG = 'watch: { etcd: { enabled: false } }\nrules: { at_stop: remove }'
SINGLE = (200, 0.02)


def latency(pods, count, gap, agent=None):
    """What mount_latency.py prints, as numbers; every mount must be watched."""
    out = subprocess.run([f'{rig.HERE}/mount_latency.py', str(count), str(gap), '--root', pods], capture_output=True, text=True)
    if out.returncode: raise SystemExit(out.stdout + out.stderr)
    found = {key: float(value) for key, value in re.findall(r'(\w+)=([\d.]+)', out.stdout)}
    if agent: agent.wait_covered(agent.there)
    return found


def buckets(agent):
    found = {}
    for name, value in agent.metrics().items():
        if m := re.fullmatch(r'coreaudit_secrets_attach_seconds_bucket\{le="([^"]+)"\}', name): found[float(m.group(1))] = value
    return found


def p99(before, after):
    """The bound of the bucket in which the 99th of a hundred lies, in milliseconds."""
    counts = {bound: after[bound] - before[bound] for bound in after}
    return min(bound for bound, count in counts.items() if count >= 0.99 * counts[float('inf')]) * 1e3


def row(what, found):
    print(f'{what:42} ' + ' '.join(f'{key}={value:g}' for key, value in found.items()), flush=True)


def detection():
    """From mount(2) to its being seen: the 99th of a hundred, in milliseconds, by how many mounts are there."""
    out = subprocess.run([f'{rig.HERE}/jmh.sh', 'FANOTIFY'], env={**os.environ, 'MAIN': 'io.coreaudit.mount.MountLatency'}, capture_output=True, text=True)
    print(out.stdout, end='', flush=True)
    if out.returncode: raise SystemExit(out.stderr)
    return {int(there): float(p99) for there, p99 in re.findall(r'^FANOTIFY\s+(\d+)\s+[\d.]+\s+([\d.]+)', out.stdout, re.M)}


def rounds(bounds, what, count, gap, pods, agent):
    """The worst figures of all rounds, key by key; each mount must be watched in each of them."""
    runs = []
    for _ in range(a.rounds):
        runs.append(latency(pods, count, gap, agent)); row(what, runs[-1])
        bounds.same(f'{what}: watched', int(runs[-1]['watched']), count)
    return {key: max(run[key] for run in runs) for key in runs[0]}


def warm(pods, agent):
    """One burst, single mounts, and time for the compiler; nothing of it is counted."""
    agent.wait_covered(agent.there)
    latency(pods, 2000, 0, agent); latency(pods, 200, 0.005, agent); time.sleep(2)


def live(bounds, there, seen):
    with rig.folder() as place:
        pods = f'{place}/pods'; os.makedirs(pods)
        rig.secrets(pods, there)
        with rig.Agent(f'{place}/agent', CONFIG) as agent:
            agent.there = there; warm(pods, agent)
            before = buckets(agent)
            single = rounds(bounds, f'{there} there, single', *SINGLE, pods, agent)
            own = p99(before, buckets(agent))
            bounds.most(f'{there} there: single, p99 from mount(2) to the record', single['p99_ms'], 2.5, ' ms')
            bounds.most(f'{there} there: single, p99 of seeing it + p99 of the own histogram', seen[there] + own, 1.0, ' ms')
            for count, worst in ((300, 20), (2000, 80)):
                burst = rounds(bounds, f'{there} there, burst of {count}', count, 0, pods, agent)
                bounds.most(f'{there} there: burst of {count}, worst', burst['max_ms'], worst, ' ms')


def fallback(bounds, there=1500):
    with rig.folder() as place:
        pods = f'{place}/pods'; os.makedirs(pods)
        rig.secrets(pods, there)
        with rig.Agent(f'{place}/agent', CONFIG, before=[f'{rig.HERE}/older_kernel']) as agent:
            agent.there = there; warm(pods, agent)
            single = rounds(bounds, f'{there} there, mountinfo alone, single', *SINGLE, pods, agent)
            bounds.most('mountinfo alone: single, p99 from mount(2) to the record', single['p99_ms'], 10, ' ms')


def churn(bounds):
    """Each volume stays a tenth of a second at least; places, ids and device numbers are used again all the time."""
    dice = random.Random(11)
    with rig.folder() as place:
        pods = f'{place}/pods'
        rig.secrets(pods, 1000)
        with rig.Agent(f'{place}/agent', CONFIG) as agent:
            agent.wait_covered(1000)
            before = agent.metrics()
            free = collections.deque(rig.secret(pods, i) for i in range(400)); live = collections.deque(); mounted = 0
            for where in free: os.makedirs(where)
            for _ in range(a.churn):
                old = live and time.monotonic() - live[0][1] > 0.1
                if free and (not old or dice.random() < 0.6):
                    where = free.popleft(); rig.mount(where); live.append((where, time.monotonic())); mounted += 1
                else:
                    time.sleep(max(0, live[0][1] + 0.1 - time.monotonic()))
                    where, _ = live.popleft(); rig.libc.umount2(where.encode(), 0); free.append(where)
            agent.wait_covered(1000 + len(live))
            after = agent.metrics()
            change = lambda name: int(after[f'coreaudit_secrets_{name}_total'] - before[f'coreaudit_secrets_{name}_total'])
            bounds.same('churn: mounts seen', change('mounted'), mounted)
            bounds.same('churn: mounts attached', change('attached'), mounted)
            bounds.same('churn: umounts seen', change('unmounted'), mounted - len(live))
            bounds.same('churn: uncovered', int(after['coreaudit_watches_uncovered']), 0)


def pipeline():
    for mode in ([], ['line']):
        for count, gap in ((30, 0.05), (300, 0)):
            with rig.folder() as place:
                held = rig.rules(); os.makedirs(f'{place}/pods')
                shell = subprocess.Popen([f'{rig.HERE}/findmnt_pipeline.sh', *mode], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    time.sleep(1)
                    found = latency(f'{place}/pods', count, gap)
                finally:
                    os.killpg(shell.pid, signal.SIGTERM); shell.wait()
                    time.sleep(0.5); rig.take_away(held)
                row(f'pipeline{" line-buffered" if mode else " as published"}, {count} {gap * 1e3:.0f} ms apart', found)


bounds = rig.Bounds()
with rig.audit():
    seen = detection() if 'detection' in only else {}
    if 'live' in only:
        for there in a.there.split(','): live(bounds, int(there), seen)
    if 'fallback' in only: fallback(bounds)
    if 'churn' in only: churn(bounds)
    if 'pipeline' in only: pipeline()
bounds.end()
