"""The rig of the watch benchmarks: the kernel's audit held alone and put back, the live agent on a configuration of its
own, tmpfs volumes laid out as a kubelet does. What is held is let go at the end, also after a failure."""
import contextlib, ctypes, fcntl, os, re, signal, subprocess, sys, tempfile, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.realpath(f'{HERE}/../..')
libc = ctypes.CDLL(None, use_errno=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit('ended by a signal'))  # so that all is put back


def auditctl(*words):
    return subprocess.run(['auditctl', *words], capture_output=True, text=True).stdout


def rules():
    return [line for line in auditctl('-l').splitlines() if line != 'No rules']


@contextlib.contextmanager
def audit():
    """Audit is ours alone and on; settings and rules are put back."""
    subprocess.run(['make', '-s', '-C', HERE], check=True)
    with open('/run/coreaudit-test.lock', 'w') as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)  # not flock: the tests' FileChannel.lock is of this kind
        before = {key: re.search(rf'^{key} (\d+)', auditctl('-s'), re.M).group(1) for key in ('enabled', 'backlog_limit')}
        held = rules()
        try:
            auditctl('-b', '8192'); auditctl('-e', '1')
            yield
        finally:
            take_away(held)
            auditctl('-e', before['enabled']); auditctl('-b', before['backlog_limit'])


def take_away(held):
    """Deletes the rules that were not there before: what a shell pipeline, or an agent that was killed, left."""
    for line in rules():
        if line not in held:
            words = line.split()
            auditctl(*({'-a': '-d', '-A': '-d', '-w': '-W'}.get(word, word) for word in words))


@contextlib.contextmanager
def folder():
    """A folder that is empty of mounts when it goes."""
    place = os.path.realpath(tempfile.mkdtemp(prefix='coreaudit-bench-'))
    try:
        yield place
    finally:
        unmount_below(place)
        subprocess.run(['rm', '-rf', '--one-file-system', place])


def unmount_below(place):
    points = [line.split()[4] for line in open('/proc/self/mountinfo')]
    for point in reversed([p for p in points if p.startswith(place + '/')]):
        libc.umount2(point.encode(), 2)


def secret(pods, number):
    return f'{pods}/{number:08x}-0000-4000-8000-000000000000/volumes/kubernetes.io~secret/token'


def mount(place):
    os.makedirs(place, exist_ok=True)
    if libc.mount(b'tmpfs', place.encode(), b'tmpfs', 0, b'size=64k'):
        raise OSError(ctypes.get_errno(), 'mount of ' + place)


def secrets(pods, count, first=0x10000000):
    """Mounts volumes that stay; their numbers are none that mount_latency.py takes."""
    places = [secret(pods, first + i) for i in range(count)]
    for place in places: mount(place)
    return places


class Agent:
    """The live agent. What its configuration says besides is YAML; its rules go with it."""

    def __init__(self, place, yaml, port=19630, before=()):
        os.makedirs(place, exist_ok=True)
        self.place, self.port = place, port
        config = f'{place}/coreaudit.yaml'
        with open(config, 'w') as out:
            out.write(f'state: {{ dir: {place}/state }}\nrun: {{ dir: {place}/run }}\nhttp: {{ listen: 127.0.0.1:{port} }}\n')
            out.write(f'sinks: [{{ type: file, path: {place}/events }}]\n{yaml}\n')
        os.chmod(config, 0o600)
        self.log = open(f'{place}/log', 'w')
        self.program = [*before, os.environ.get('COREAUDIT', f'{TOP}/coreaudit')]
        self.config = config
        self.process = subprocess.Popen([*self.program, 'run', '-c', config], stderr=self.log, stdout=self.log)

    def __enter__(self):
        try:
            until = time.monotonic() + 120
            while True:
                try:
                    self.get('/readyz'); return self
                except OSError:
                    if self.process.poll() is not None or time.monotonic() > until:
                        sys.exit('the agent is not ready: ' + open(f'{self.place}/log').read())
                    time.sleep(0.05)
        except BaseException:
            self.stop(); raise

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try: self.process.wait(15)
            except subprocess.TimeoutExpired: self.process.kill(); self.process.wait()
        if self.process.returncode != 0:  # auditctl cannot delete what it cannot say
            subprocess.run([*self.program, 'rules', 'remove', '-c', self.config], capture_output=True)

    def get(self, path):
        return urllib.request.urlopen(f'http://127.0.0.1:{self.port}{path}', timeout=5).read().decode()

    def metrics(self):
        return {name: float(value) for name, value in re.findall(r'^([a-z]\S*) (\S+)$', self.get('/metrics'), re.M)}

    def said(self):
        return open(f'{self.place}/log').read()

    def covered(self):
        return int(self.metrics().get('coreaudit_watches{kind="secret",state="covered"}', 0))

    def wait_covered(self, count, seconds=60):
        until = time.monotonic() + seconds
        while (now := self.covered()) != count:
            if time.monotonic() > until: sys.exit(f'{now} secrets are covered, not {count}: {self.said()}')
            time.sleep(0.1)


class Bounds:
    """What was measured against what it must reach; at the end, whether all was reached."""

    def __init__(self): self.missed = []

    def most(self, name, value, bound, unit=''):
        good = value <= bound
        print(f'{"ok    " if good else "MISSED"} {name}: {value:.3f}{unit}, at most {bound}{unit}', flush=True)
        if not good: self.missed.append(name)

    def same(self, name, value, wanted):
        print(f'{"ok    " if value == wanted else "MISSED"} {name}: {value} of {wanted}', flush=True)
        if value != wanted: self.missed.append(name)

    def end(self):
        if self.missed: print('missed: ' + '; '.join(self.missed))
        sys.exit(1 if self.missed else 0)
