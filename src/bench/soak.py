#!/usr/bin/env python3
"""soak.py [--millions N] [--seconds S]
Replays N (20) million records from ten files through the whole agent (assembler, spool, ECS, TCP) at full speed, and
goes on with the same files, through a pipe at the end of the list, until S (180) seconds have passed. Samples resident
memory twice a second. Exit status 1 when an event did not reach the receiver, or when resident memory was not flat
after the first minute: median of the last minute at most 4 MB above the median of the ten seconds after the first for
anonymous memory, and 8 MB more for all of it, since the spool's mapped files are in it: one segment more or less at the
moment (with another S: a third of it in place of a minute)."""
import argparse, os, statistics, subprocess, sys, tempfile, threading, time
here = os.path.dirname(os.path.abspath(__file__)); top = f'{here}/../..'
a = argparse.ArgumentParser(); a.add_argument('--millions', type=float, default=20); a.add_argument('--seconds', type=float, default=180); a = a.parse_args()
subprocess.run(['make', '-s', '-C', here], check=True)
copies, per_file, flat_mb, segment_mb = 10, int(a.millions * 1e6 / 5 / 10), 4, 8
with tempfile.TemporaryDirectory(prefix='coreaudit-soak-') as d:
    with open(f'{d}/0.log', 'w') as f: subprocess.run([f'{here}/record_gen', str(per_file)], stdout=f, check=True)
    for i in range(1, copies): os.link(f'{d}/0.log', f'{d}/{i}.log')
    os.mkfifo(f'{d}/more'); port = 19600
    open(f'{d}/c.yaml', 'w').write(f'''input: {{ mode: file, files: [{", ".join(f"{d}/{i}.log" for i in range(copies))}, {d}/more] }}
state: {{ dir: {d}/state }}
run: {{ dir: {d}/run }}
http: {{ listen: off }}
sinks: [{{ name: soak, type: tcp, address: 127.0.0.1:{port} }}]
''')
    os.chmod(f'{d}/c.yaml', 0o600)
    sink = subprocess.Popen([f'{here}/tcp_sink', str(port)], stdout=subprocess.PIPE, text=True)
    start = time.monotonic(); agent = subprocess.Popen([os.environ.get('COREAUDIT', f'{top}/coreaudit'), 'run', '-c', f'{d}/c.yaml'])
    files = copies
    def more():  # the pipe is opened by the agent when the files before it are read
        global files
        with open(f'{d}/more', 'wb') as pipe:
            while time.monotonic() - start < a.seconds:
                if subprocess.run(['cat', f'{d}/0.log'], stdout=pipe).returncode: return
                files += 1
    feeder = threading.Thread(target=more, daemon=True); feeder.start()
    samples = []
    while agent.poll() is None:
        time.sleep(0.5)
        try:
            s = open(f'/proc/{agent.pid}/status').read()
            samples.append((time.monotonic() - start, *(int(s.split(f'{name}:')[1].split()[0]) / 1024 for name in ('VmRSS', 'RssAnon'))))
        except (OSError, IndexError): pass
    seconds = time.monotonic() - start; feeder.join(5); sink.terminate(); out = sink.communicate()[0].strip()
    third = a.seconds / 3
    median = lambda begin, end, of=1: statistics.median([s[of] for s in samples if begin <= s[0] <= end] or [float('nan')])
    begins, ends = (third, third + max(10, third / 6)), (seconds - third, seconds)
    early = median(*begins); late = median(*ends); own = median(*begins, 2), median(*ends, 2); largest = max(s[1] for s in samples)
    lines = int(out.split('lines=')[1].split()[0]); want = per_file * files
    print(f'records={want * 5} events={want} received={lines} (start and stop among them) seconds={seconds:.0f} records_per_second={want * 5 / seconds:.0f} '
          f'rss_mb at_{third:.0f}_s={early:.1f} last_{third:.0f}_s={late:.1f} max={largest:.0f} of_it_anonymous={own[0]:.1f}/{own[1]:.1f} exit={agent.returncode}')
    sys.exit(0 if lines >= want and agent.returncode == 0 and own[1] <= own[0] + flat_mb and late <= early + flat_mb + segment_mb else 1)
