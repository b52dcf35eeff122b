#!/usr/bin/env python3
"""soak.py [--millions N]
Replays N (20) million records from files through the whole agent (assembler, spool, ECS, TCP) at full speed, samples
resident memory each second, and says whether it is flat after the first quarter; every event must reach the receiver."""
import argparse, os, subprocess, sys, tempfile, time
here = os.path.dirname(os.path.abspath(__file__)); top = f'{here}/../..'
a = argparse.ArgumentParser(); a.add_argument('--millions', type=float, default=20); a = a.parse_args()
subprocess.run(['make', '-s', '-C', here], check=True)
copies, per_file = 10, int(a.millions * 1e6 / 5 / 10)
with tempfile.TemporaryDirectory(prefix='coreaudit-soak-') as d:
    with open(f'{d}/0.log', 'w') as f: subprocess.run([f'{here}/record_gen', str(per_file)], stdout=f, check=True)
    for i in range(1, copies): os.link(f'{d}/0.log', f'{d}/{i}.log')
    port = 19600
    open(f'{d}/c.yaml', 'w').write(f'''input: {{ mode: file, files: [{", ".join(f"{d}/{i}.log" for i in range(copies))}] }}
state: {{ dir: {d}/state }}
run: {{ dir: {d}/run }}
http: {{ listen: off }}
sinks: [{{ name: soak, type: tcp, address: 127.0.0.1:{port} }}]
''')
    os.chmod(f'{d}/c.yaml', 0o600)
    sink = subprocess.Popen([f'{here}/tcp_sink', str(port)], stdout=subprocess.PIPE, text=True)
    start = time.monotonic(); agent = subprocess.Popen([os.environ.get('COREAUDIT', f'{top}/coreaudit'), 'run', '-c', f'{d}/c.yaml'])
    samples = []
    while agent.poll() is None:
        time.sleep(0.5)
        try:
            s = open(f'/proc/{agent.pid}/status').read()
            samples.append((time.monotonic() - start, int(s.split('VmRSS:')[1].split()[0]) / 1024))
        except (OSError, IndexError): pass
    seconds = time.monotonic() - start; sink.terminate(); out = sink.communicate()[0].strip()
    samples = [s for s in samples if s[1] > 20]
    quarter = max(3, len(samples) // 4); early = max(r for _, r in samples[:quarter]); late = max(r for _, r in samples[quarter:])
    lines = int(out.split('lines=')[1].split()[0]); want = per_file * copies
    print(f'records={per_file * copies * 5} events={want} received={lines} (start and stop among them) seconds={seconds:.0f} records_per_second={per_file * copies * 5 / seconds:.0f} '
          f'rss_mb first_quarter_max={early:.0f} rest_max={late:.0f} exit={agent.returncode}')
    sys.exit(0 if lines >= want and agent.returncode == 0 and late <= early * 1.05 + 4 else 1)
