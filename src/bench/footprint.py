#!/usr/bin/env python3
"""footprint.py [--seconds N] [--idle-seconds N] [--most-idle-mb MB] [--most-load-mb MB] [--most-idle-percent PERCENT]
Resident memory of the agent with a TCP sink: idle after IDLE-SECONDS (as SECONDS), at 10 thousand events a second for
SECONDS (60), and IDLE-SECONDS after; CPU while idle, in percent of a core. Exit status 1 above what is given as the most. Puts the kernel's audit back."""
import argparse, fcntl, os, re, subprocess, sys, tempfile, time, urllib.request
here = os.path.dirname(os.path.abspath(__file__)); top = f'{here}/../..'
a = argparse.ArgumentParser(); a.add_argument('--seconds', type=int, default=60)
a.add_argument('--idle-seconds', type=int); a.add_argument('--most-idle-percent', type=float)
a.add_argument('--most-idle-mb', type=float); a.add_argument('--most-load-mb', type=float); a = a.parse_args(); missed = []; rest = a.idle_seconds or a.seconds
def hold(what, value, most, unit='MB'):
    if most is not None and value > most: missed.append(f'{what} {value:.4g} {unit}, at most {most:g}')
subprocess.run(['make', '-s', '-C', here], check=True)
lock = open('/run/coreaudit-test.lock', 'w'); fcntl.lockf(lock, fcntl.LOCK_EX)
auditctl = lambda *x: subprocess.run(['auditctl', *x], capture_output=True, text=True).stdout
state = {k: re.search(rf'^{k} (\d+)', auditctl('-s'), re.M).group(1) for k in ('enabled', 'backlog_limit')}
children = []
try:
    with tempfile.TemporaryDirectory(prefix='coreaudit-foot-') as d:
        os.mkdir(f'{d}/w'); open(f'{d}/w/f', 'w').close(); port, http = 19620, 19621
        open(f'{d}/c.yaml', 'w').write(f'''state: {{ dir: {d}/state }}
run: {{ dir: {d}/run }}
watch: {{ paths: [{d}/w] }}
rules: {{ at_stop: remove }}
http: {{ listen: 127.0.0.1:{http} }}
sinks: [{{ name: foot, type: tcp, address: 127.0.0.1:{port} }}]
''')
        os.chmod(f'{d}/c.yaml', 0o600)
        sink = subprocess.Popen([f'{here}/tcp_sink', str(port)], stdout=subprocess.PIPE)
        agent = subprocess.Popen([os.environ.get('COREAUDIT', f'{top}/coreaudit'), 'run', '-c', f'{d}/c.yaml'], stderr=subprocess.DEVNULL)
        children += [sink, agent]
        while True:
            if agent.poll() is not None: sys.exit(f'the agent ended with {agent.returncode}')
            try: urllib.request.urlopen(f'http://127.0.0.1:{http}/readyz', timeout=2).read(); break
            except Exception: time.sleep(0.05)
        rss = lambda: int(re.search(r'VmRSS:\s+(\d+)', open(f'/proc/{agent.pid}/status').read()).group(1)) / 1024
        ticks = lambda: sum(map(int, open(f'/proc/{agent.pid}/stat').read().rsplit(')', 1)[1].split()[11:13]))
        time.sleep(5); t0 = ticks(); time.sleep(rest); idle_cpu = (ticks() - t0) / rest; hold('idle', idle_cpu, a.most_idle_percent, '% of a core')
        idle = rss(); hold('idle', idle, a.most_idle_mb); print(f'idle: rss_mb={idle:.0f} cpu_percent={idle_cpu:.2f}', flush=True)
        load = subprocess.Popen([f'{here}/open_load', f'{d}/w/f', str(10000 * a.seconds), '10000'], stdout=subprocess.DEVNULL); peak = 0; t0 = ticks()
        while load.poll() is None: peak = max(peak, rss()); time.sleep(0.5)
        hold('10000 events a second', peak, a.most_load_mb); print(f'10000 events a second: rss_max_mb={peak:.0f} cpu_us_per_event={(ticks() - t0) * 1e4 / (10000 * a.seconds):.1f}', flush=True)
        time.sleep(rest); idle = rss(); hold('idle after the load', idle, a.most_idle_mb); print(f'idle after: rss_mb={idle:.0f}')
        agent.terminate(); agent.wait(); sink.terminate(); sink.wait()
finally:
    for c in children:
        if c.poll() is None: c.terminate(); c.wait()
    auditctl('-e', state['enabled']); auditctl('-b', state['backlog_limit'])
for m in missed: print('missed: ' + m)
sys.exit(1 if missed else 0)
