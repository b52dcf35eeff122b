#!/usr/bin/env python3
"""cold_starts.py [--starts N] [--opens N]
Starts the agent N (10) times; as /readyz turns good a burst of OPENS (100000) opens begins; counts events at the TCP
receiver and gap events. Prints time to the bound socket, time to ready and resident memory of each start. Puts the
kernel's audit back."""
import argparse, fcntl, os, re, statistics, subprocess, sys, tempfile, time, urllib.request
here = os.path.dirname(os.path.abspath(__file__)); top = f'{here}/../..'
a = argparse.ArgumentParser(); a.add_argument('--starts', type=int, default=10); a.add_argument('--opens', type=int, default=100000); a = a.parse_args()
subprocess.run(['make', '-s', '-C', here], check=True)
lock = open('/run/coreaudit-test.lock', 'w'); fcntl.lockf(lock, fcntl.LOCK_EX)
auditctl = lambda *x: subprocess.run(['auditctl', *x], capture_output=True, text=True).stdout
state = {k: re.search(rf'^{k} (\d+)', auditctl('-s'), re.M).group(1) for k in ('enabled', 'backlog_limit')}
def bound(pid):
    return any(l.split()[1] == '9' and l.split()[2] == str(pid) and int(l.split()[3], 16) & 1 for l in open('/proc/net/netlink').readlines()[1:])
bad, rows, children = 0, [], []
try:
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
            subprocess.run([f'{here}/open_load', f'{d}/w/f', str(a.opens)], stdout=subprocess.DEVNULL)
            last = -1
            while (size := os.path.getsize(f'{d}/out')) != last: last = size; time.sleep(1.5)
            rss = int(re.search(r'VmRSS:\s+(\d+)', open(f'/proc/{agent.pid}/status').read()).group(1)) / 1024
            agent.terminate(); agent.wait(); sink.terminate(); sink.wait()
            text = open(f'{d}/out').read()
            got = text.count(f'"path":"{d}/w/f"'); gaps = text.count('"dataset":"coreaudit.gap"')
            ok = got == a.opens and gaps == 0; bad += not ok; rows.append((t_bound, t_ready, rss))
            print(f'start {n + 1}: bound_s={t_bound or -1:.2f} ready_s={t_ready:.2f} generated={a.opens} received={got} gaps={gaps} rss_mb={rss:.0f}' + ('' if ok else '  LOST: ' + open(f'{d}/err').read()), flush=True)
finally:
    for c in children:
        if c.poll() is None: c.terminate(); c.wait()
    auditctl('-e', state['enabled']); auditctl('-b', state['backlog_limit'])
m = [statistics.median(r[i] or -1 for r in rows) for i in range(3)]
print(f'starts={a.starts} with_loss={bad} medians: bound_s={m[0]:.2f} ready_s={m[1]:.2f} rss_mb={m[2]:.0f}')
sys.exit(1 if bad else 0)
