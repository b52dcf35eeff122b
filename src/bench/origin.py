#!/usr/bin/env python3
"""origin.py OTHER [--opens N] [--rounds N] [--warm N] [--only NAMES]
What it costs to say who it was: the whole path (agent.sh, one generator at full rate) by turns with
  other      the launcher OTHER, of a version or a configuration to compare with; the opener is the host's
  host       this tree; the opener is the host's
  container  this tree; the opener is in a container's cgroup, with a storage as CRI-O's that names it, its rate unbounded
  over       the same with a rate of one event a second: what an event costs that is left out
Prints CPU per event of the whole agent and the ratio to `other` of the same round (medians). As root; holds the tests' lock.
"""
import argparse, fcntl, json, os, pathlib, re, signal, statistics, subprocess, sys, tempfile
here = pathlib.Path(__file__).resolve().parent
p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('other'); p.add_argument('--opens', type=int, default=100000); p.add_argument('--rounds', type=int, default=5)
p.add_argument('--warm', type=int, default=300000); p.add_argument('--only', default='other,host,container')
a = p.parse_args()
id_, uid = '0123456789abcdef' * 4, '7f0c2a0e-1d5e-4b0e-9a2b-0d6f3b1c2d3e'

def tree():
    mounts = [m.split() for m in open('/proc/self/mounts')]
    v2 = [m[1] for m in mounts if m[2] == 'cgroup2']
    return pathlib.Path((v2 + [m[1] for m in mounts if m[2] == 'cgroup' and 'name=systemd' in m[3]])[0])

pod = tree() / 'kubepods.slice' / f'kubepods-pod{uid.replace("-", "_")}.slice' / f'crio-{id_}.scope'
lock = open('/run/coreaudit-test.lock', 'w'); fcntl.lockf(lock, fcntl.LOCK_EX)
made = [d for d in reversed([pod, *pod.parents]) if not d.exists()]
results, running = {}, None
signal.signal(signal.SIGTERM, lambda *_: sys.exit('ended by a signal'))  # through the clean-up below
with tempfile.TemporaryDirectory(prefix='coreaudit-bench-') as folder:
    file = pathlib.Path(folder, 'watched', 'file'); file.parent.mkdir(); file.touch()
    userdata = pathlib.Path(folder, 'storage/overlay-containers', id_, 'userdata'); userdata.mkdir(parents=True)
    (userdata / 'config.json').write_text(json.dumps({'annotations': {
        'io.kubernetes.pod.uid': uid, 'io.kubernetes.pod.name': 'app-5d6c-abcde', 'io.kubernetes.pod.namespace': 'payments',
        'io.kubernetes.container.name': 'app', 'io.kubernetes.cri-o.SandboxID': 'f' * 64, 'io.kubernetes.cri-o.Image': 'quay.io/acme/app:1.2.3',
        'io.kubernetes.cri-o.ImageRepoDigests': 'quay.io/acme/app@sha256:' + id_}}))
    origin = f'origin: {{ storage: [{folder}/storage], container_rate: 0 }}'
    extra = {'other': {'COREAUDIT': a.other}, 'host': {'EXTRA': origin}, 'container': {'EXTRA': origin, 'CGROUP': str(pod)},
             'over': {'EXTRA': origin.replace('rate: 0', 'rate: 1'), 'CGROUP': str(pod)}}
    try:
        for d in made: d.mkdir()
        for round_ in range(a.rounds):
            for name in a.only.split(','):
                running = subprocess.Popen([here / 'agent.sh', file, str(a.opens), '1', '0', str(a.warm)], env=os.environ | extra[name], stdout=subprocess.PIPE, text=True)
                out = running.communicate()[0]
                m = re.search(r'events=(\d+) received=(\d+) gaps=(\d+)', out)
                if not m: sys.exit(f'agent.sh failed: {out}')
                if name != 'over' and (m[1] != m[2] or m[3] != '0'): print(f'missed: {m[0]}')
                results.setdefault(name, []).append(float(re.search(r'cpu_us_per_event=([\d.]+)', out)[1]))
                print(f'round {round_ + 1} {name}: {out.strip()}', flush=True)
    finally:
        if running and running.poll() is None: running.terminate(); running.wait()
        for d in reversed(made):
            if d.exists(): d.rmdir()
for name, v in results.items():
    ratio = statistics.median(x / o for x, o in zip(v, results.get('other', v)))
    print(f'{name:10} median {statistics.median(v):6.1f} us/event  (min {min(v):.1f}, max {max(v):.1f})  this/other {ratio:.2f}')
