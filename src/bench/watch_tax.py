#!/usr/bin/env python3
"""watch_tax.py [--rounds N] [--only secrets,packs]
What the agent's rules cost every process of the node: getppid, and openat + close of a file that nobody watches
(syscall_tax), against audit on with no rule, in alternating runs. secrets: 1000 and 5000 mounted secrets on the anchor,
and 1000 with rules of their own (mode rule, once). packs: each pack of rules/ on a folder in which all that it watches
is there. Fails when a bound is missed."""
import argparse, re, statistics, subprocess
import rig

a = argparse.ArgumentParser(); a.add_argument('--rounds', type=int, default=5); a.add_argument('--only', default='secrets,packs'); a = a.parse_args()
NOTHING = 'watch: { canary: off, etcd: { enabled: false }, secrets: { enabled: false } }'
FEW, MANY = 1000, 5000


def tax(share=1.0):
    out = subprocess.run([f'{rig.HERE}/syscall_tax', str(share)], capture_output=True, text=True, check=True).stdout
    return tuple(float(x) for x in re.findall(r'_ns=([\d.]+)', out))


def rows(title, runs):
    """Prints a row for each set of rules; returns the medians of the ratios to the bare runs."""
    print(f'\n{title:28} {"getppid ns":>11} {"x":>6} {"openat+close ns":>16} {"x":>6}')
    medians = {}
    for name, values in runs.items():
        ratios = [statistics.median(v[i] / bare[i] for v, bare in zip(values, runs['no rule'])) for i in (0, 1)]
        times = [statistics.median(v[i] for v in values) for i in (0, 1)]
        medians[name] = ratios
        print(f'{name:28} {times[0]:11.0f} {ratios[0]:6.2f} {times[1]:16.0f} {ratios[1]:6.2f}', flush=True)
    return medians


def secrets_config(places, more=''):
    return f'watch: {{ canary: off, etcd: {{ enabled: false }}, secrets: {{ match: ["{places}/*/volumes/kubernetes.io~secret/*"], never_exe: [/usr/bin/true] {more} }} }}\nrules: {{ at_stop: remove }}'


def measure_secrets(bounds):
    runs = {'no rule': [], f'{FEW} secrets': [], f'{MANY} secrets': []}
    with rig.folder() as place:
        few, all_ = f'{place}/few/pods', f'{place}/*/pods'
        rig.secrets(few, FEW); rig.secrets(f'{place}/rest/pods', MANY - FEW)
        for n in range(a.rounds):
            runs['no rule'].append(tax())
            for count, match in ((FEW, few), (MANY, all_)):
                with rig.Agent(f'{place}/agent', secrets_config(match)) as agent:
                    agent.wait_covered(count)
                    runs[f'{count} secrets'].append(tax())
            print(f'round {n + 1}: ' + '; '.join(f'{k} {v[-1]}' for k, v in runs.items()), flush=True)
        with rig.Agent(f'{place}/agent', secrets_config(few, f', mode: rule, most_rules: {FEW}')) as agent:
            agent.wait_covered(FEW)
            rules = len(rig.rules())
            each = [tax(0.1)]
    medians = rows('rules', runs)
    rows('once', {'no rule': [runs['no rule'][-1]], f'{FEW} secrets, {rules} rules': each})
    for count in (FEW, MANY):
        for i, (call, bound) in enumerate((('getppid', 1.10), ('openat+close', 1.30))):
            bounds.most(f'{call} with {count} secrets / no rule', medians[f'{count} secrets'][i], bound)
    for i, call in enumerate(('getppid', 'openat+close')):
        grows = statistics.median(m[i] / f[i] for m, f in zip(runs[f'{MANY} secrets'], runs[f'{FEW} secrets']))
        bounds.most(f'{call} with {MANY} / with {FEW} secrets', grows, 1.05)


def scratch(pack, place):
    """A pack as it is, but for a root below which all that it watches is there."""
    text = open(f'{rig.TOP}/rules/{pack}.rules').read()
    for kind, path in re.findall(r'-F (dir|path)=(/\S+)', text):
        directory = path if kind == 'dir' else path.rsplit('/', 1)[0]
        subprocess.run(['mkdir', '-p', place + directory], check=True)
        if kind == 'path': subprocess.run(['touch', place + path], check=True)
    with open(f'{place}/{pack}.rules', 'w') as out: out.write(re.sub(r'-F (dir|path)=/', rf'-F \1={place}/', text))


def measure_packs():
    packs = {'etcd': ['etcd'], 'masters': ['masters'], 'nodes': ['nodes'], 'base': ['base'], 'all four': ['etcd', 'masters', 'nodes', 'base']}
    runs = {'no rule': [], **{name: [] for name in packs}}
    with rig.folder() as place:
        for pack in packs['all four']: scratch(pack, place)
        for n in range(a.rounds):
            runs['no rule'].append(tax())
            for name, files in packs.items():
                with rig.Agent(f'{place}/agent', f'{NOTHING}\nrules: {{ at_stop: remove, dir: {place}, packs: [{", ".join(files)}] }}') as agent:
                    if agent.metrics()['coreaudit_watches_uncovered']: raise SystemExit(agent.said())
                    runs[name].append(tax())
            print(f'round {n + 1}: ' + '; '.join(f'{k} {v[-1]}' for k, v in runs.items()), flush=True)
    rows('pack', runs)


bounds = rig.Bounds()
with rig.audit():
    if 'secrets' in a.only: measure_secrets(bounds)
    if 'packs' in a.only: measure_packs()
bounds.end()
