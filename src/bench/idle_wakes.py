#!/usr/bin/env python3
"""idle_wakes.py [--seconds N] [--watches N]
How often each thread of the agent wakes while N (1000) secrets are watched and nothing is mounted, over N (180)
seconds: voluntary switches of /proc/PID/task/TID/status. The threads that watch may wake for the canary and the sweep,
each once a minute, and for nothing else. Fails when a bound is missed."""
import argparse, glob, os, re, time
import rig

a = argparse.ArgumentParser(); a.add_argument('--seconds', type=int, default=180); a.add_argument('--watches', type=int, default=1000); a = a.parse_args()
# A round is a minute's canary and sweep: the conductor waits for the canaries' events, a stream's and a secret's; the
# warden is asked for a check, an opening and a sweep. The time that is looked at may hold one round more than minutes.
MOST_A_ROUND = {'mounts': 0.5, 'tags': 2, 'warden': 12, 'conductor': 12}


def switches(pid):
    found = {}
    for task in glob.glob(f'/proc/{pid}/task/*'):
        try: text = open(f'{task}/status').read()
        except OSError: continue
        found[int(task.rsplit('/', 1)[1])] = (re.search(r'Name:\t(.*)', text).group(1), int(re.search(r'^voluntary_ctxt_switches:\s+(\d+)', text, re.M).group(1)))
    return found


bounds = rig.Bounds()
with rig.audit(), rig.folder() as place:
    rig.secrets(f'{place}/pods', a.watches)
    os.mkdir(f'{place}/watched')
    with rig.Agent(f'{place}/agent', f'watch: {{ paths: [{place}/watched], etcd: {{ enabled: false }} }}\nrules: {{ at_stop: remove }}') as agent:
        agent.wait_covered(a.watches)
        time.sleep(10)  # the first round of canaries, and what the start left to do
        before, began = switches(agent.process.pid), time.monotonic()
        time.sleep(a.seconds)
        after, minutes = switches(agent.process.pid), (time.monotonic() - began) / 60
        names = {}
        for task, (name, count) in after.items():
            names[name] = names.get(name, 0) + count - before.get(task, (name, 0))[1]
        print(f'{"thread":18} {"wakes":>7} {"a minute":>9}')
        for name, count in sorted(names.items(), key=lambda each: -each[1]): print(f'{name:18} {count:7} {count / minutes:9.1f}')
        for name, most in MOST_A_ROUND.items():
            bounds.most(f'{name}: wakes a round', names.get(name, 0) / (minutes + 1), most)
bounds.end()
