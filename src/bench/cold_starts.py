#!/usr/bin/env python3
"""cold_starts.py [--starts N] [--opens N] [--generators N] [--mounts N] [--most-bound-s S] [--most-ready-s S]
Starts the agent N (10) times, with MOUNTS (0) mounted secrets there, all of which must be covered when it is ready; as
/readyz turns good a burst of OPENS (100000) opens begins; counts events at the TCP
receiver and gap events. Prints time to the bound socket, time to ready, resident memory and what the socket's receive
buffer held at most (Rmem of /proc/net/netlink, looked at each 2 ms) of each start. Exit status 1 when an event was lost
or a median is above what is given as the most. Puts the kernel's audit back."""
import argparse, fcntl, os, re, statistics, subprocess, sys, tempfile, time, urllib.request
import rig
here = os.path.dirname(os.path.abspath(__file__)); top = f'{here}/../..'
a = argparse.ArgumentParser(); a.add_argument('--starts', type=int, default=10); a.add_argument('--opens', type=int, default=100000)
a.add_argument('--generators', type=int, default=1); a.add_argument('--mounts', type=int, default=0); a.add_argument('--most-bound-s', type=float); a.add_argument('--most-ready-s', type=float); a = a.parse_args()
subprocess.run(['make', '-s', '-C', here], check=True)
lock = open('/run/coreaudit-test.lock', 'w'); fcntl.lockf(lock, fcntl.LOCK_EX)
auditctl = lambda *x: subprocess.run(['auditctl', *x], capture_output=True, text=True).stdout
state = {k: re.search(rf'^{k} (\d+)', auditctl('-s'), re.M).group(1) for k in ('enabled', 'backlog_limit')}
def sockets(pid):
    rows = [l.split() for l in open('/proc/net/netlink').readlines()[1:]]
    return [r for r in rows if r[1] == '9' and r[2] == str(pid) and int(r[3], 16) & 1]
bound = lambda pid: bool(sockets(pid))
rmem = lambda pid: max((int(r[4]) for r in sockets(pid)), default=0) / 2**20
bad, rows, children = 0, [], []
pods = os.path.realpath(tempfile.mkdtemp(prefix='coreaudit-cold-pods-'))
def covered():
    text = urllib.request.urlopen(f'http://127.0.0.1:{http}/metrics', timeout=5).read().decode()
    return int(float(re.search(r'^coreaudit_watches\{kind="secret",state="covered"\} (\S+)', text, re.M).group(1)))
try:
    rig.secrets(pods, a.mounts)
    for n in range(a.starts):
        with tempfile.TemporaryDirectory(prefix='coreaudit-cold-') as d:
            os.mkdir(f'{d}/w'); open(f'{d}/w/f', 'w').close(); port, http = 19610, 19611
            open(f'{d}/c.yaml', 'w').write(f'''state: {{ dir: {d}/state }}
run: {{ dir: {d}/run }}
watch: {{ paths: [{d}/w] }}
rules: {{ at_stop: remove }}
http: {{ listen: 127.0.0.1:{http} }}
sinks: [{{ name: cold, type: tcp, address: 127.0.0.1:{port} }}]
''')
            os.chmod(f'{d}/c.yaml', 0o600)
            sink = subprocess.Popen([f'{here}/tcp_sink', str(port), f'{d}/out'], stdout=subprocess.PIPE)
            t = time.monotonic(); agent = subprocess.Popen([os.environ.get('COREAUDIT', f'{top}/coreaudit'), 'run', '-c', f'{d}/c.yaml'], stderr=open(f'{d}/err', 'w'))
            children += [sink, agent]; t_bound = None
            while agent.poll() is None and time.monotonic() - t < 60:
                if t_bound is None:
                    if bound(agent.pid): t_bound = time.monotonic() - t
                    else: time.sleep(0.005); continue
                try: urllib.request.urlopen(f'http://127.0.0.1:{http}/readyz', timeout=2).read(); break
                except Exception: time.sleep(0.01)
            t_ready = time.monotonic() - t
            if a.mounts and covered() < a.mounts: sys.exit(f'ready with {covered()} of {a.mounts} secrets covered')
            loads = [subprocess.Popen([f'{here}/open_load', f'{d}/w/f', str(a.opens)], stdout=subprocess.DEVNULL) for _ in range(a.generators)]
            held = 0
            while any(l.poll() is None for l in loads): held = max(held, rmem(agent.pid)); time.sleep(0.002)
            last = -1
            while (size := os.path.getsize(f'{d}/out')) != last: last = size; time.sleep(1.5)
            rss = int(re.search(r'VmRSS:\s+(\d+)', open(f'/proc/{agent.pid}/status').read()).group(1)) / 1024
            agent.terminate(); agent.wait(); sink.terminate(); sink.wait()
            text = open(f'{d}/out').read()
            got = text.count(f'"path":"{d}/w/f"'); gaps = text.count('"dataset":"coreaudit.gap"')
            want = a.opens * a.generators; ok = got == want and gaps == 0; bad += not ok; rows.append((t_bound, t_ready, rss, held))
            print(f'start {n + 1}: bound_s={t_bound or -1:.2f} ready_s={t_ready:.2f} generated={want} received={got} gaps={gaps} rss_mb={rss:.0f} rmem_max_mib={held:.1f}' + ('' if ok else '  LOST: ' + open(f'{d}/err').read()), flush=True)
finally:
    for c in children:
        if c.poll() is None: c.terminate(); c.wait()
    rig.unmount_below(pods); subprocess.run(['rm', '-rf', '--one-file-system', pods])
    auditctl('-e', state['enabled']); auditctl('-b', state['backlog_limit'])
m = [statistics.median(r[i] or -1 for r in rows) for i in range(4)]
print(f'starts={a.starts} with_loss={bad} medians: bound_s={m[0]:.2f} ready_s={m[1]:.2f} rss_mb={m[2]:.0f} rmem_max_mib={m[3]:.1f}')
missed = [f'{what} {value:.2f} s, at most {most}' for what, value, most in (('bound', m[0], a.most_bound_s), ('ready', m[1], a.most_ready_s)) if most is not None and not 0 <= value <= most]
for line in missed: print('missed: ' + line)
sys.exit(1 if bad or missed else 0)
