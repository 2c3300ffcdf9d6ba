# SPDX-License-Identifier: GPL-3.0-or-later
"""The CA's service on loopback: initialised, started, killed at a chosen write to the disk.

    service = Service(folder)          # makes the CA there
    service.start()
    number = service.office('order', 'add', '--details', path)[0]['number']
    service.post('/api/v1/activations', {...})
    service.stop()

The address stays the same over restarts. While the service is stopped, connections are refused.
"""
import http.client
import json
import mmap
import os
import select
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import urllib.parse
from pathlib import Path

from harness import paths

START_TIMEOUT = 60
STOP_TIMEOUT = 30
OFFICE_TIMEOUT = 60
REQUEST_TIMEOUT = 60
SHIM = 'tests/integration/libsync-shim.so'


def edit_profile(path, changes):
    """Writes the demo's profile to `path`, with values replaced or added: {(group, key): value}."""
    lines, group, left = [], None, dict(changes)
    for line in (paths.SOURCE / 'data/profiles/demo.ini').read_text('utf-8').splitlines():
        if line.startswith('['):
            group = line.strip('[]')
        if (group, line.split('=')[0]) in left:
            line = '%s=%s' % (line.split('=')[0], left.pop((group, line.split('=')[0])))
        lines.append(line)
    for (group, key), value in left.items():
        lines.insert(lines.index('[%s]' % group) + 1, '%s=%s' % (key, value))
    path.write_text('\n'.join(lines) + '\n', 'utf-8')
    return path


class Answer:
    """Status, headers and body of one answer; json is the parsed body."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The code of an error, None when it is none."""
        return self.json['error']['code'] if self.status >= 400 else None

    def __repr__(self):
        return '<%d %r>' % (self.status, self.body[:300])


class Service:
    """One CA. Attributes: folder, url, port, ca_file, office_key_file, log, process (while running)."""

    def __init__(self, folder, validity_days=None, profile=None, arguments=()):
        self.folder = Path(folder)
        self.process = None
        self.arguments = [str(a) for a in arguments]
        self._counter = None
        # The port is kept by a socket that does not listen: nobody else gets it, and nobody is let in.
        self._keeper = self._socket(0)
        self.port = self._keeper.getsockname()[1]
        self.url = 'https://127.0.0.1:%d' % self.port
        self.ca_file = str(self.folder / 'ca.pem')
        self.office_key_file = str(self.folder / 'office.key')
        self.log = self.folder.parent / (self.folder.name + '.log')
        self._init(validity_days, profile)

    def _socket(self, port):
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind(('127.0.0.1', port))
        return made

    def _program(self):
        return paths.program('src/ra/yinyao-ra')

    def _init(self, validity_days, profile):
        command = [self._program(), 'init', '--dir', str(self.folder), '--url', self.url]
        if validity_days is not None:
            command += ['--validity-days', str(validity_days)]
        if profile is not None:
            command += ['--profile', str(profile)]
        subprocess.run(command, check=True, capture_output=True, timeout=START_TIMEOUT)

    def start(self, die_at_sync=None, die='before', environment=None, open_files='unlimited'):
        """Starts it and waits until it answers. die_at_sync: it is killed at the Nth write to the disk
        from now; die 'before': what was not synchronized is lost, as in a power cut; 'after': it is
        there, and nobody was told. open_files: how many it may have."""
        env = {**os.environ, **(environment or {})}
        preload = env.pop('LD_PRELOAD', '')
        # The sanitizer's runtime wants to be first, but does not need to.
        env = paths.without_leak_search(env)
        env['ASAN_OPTIONS'] += ':verify_asan_link_order=0'
        if die_at_sync is not None:
            self._count(env, die_at_sync, die)
            preload += ' ' + str(paths.build_root() / SHIM)
        with self._socket(self.port) as listener, open(self.log, 'ab') as log:
            listener.listen(1024)
            # A shell moves the socket to descriptor 3 and knows the number of the process.
            self.process = subprocess.Popen(
                ['/bin/sh', '-c', 'exec 3<&0 </dev/null; [ "$2" = unlimited ] || ulimit -n "$2"; '
                 'export LD_PRELOAD="$1"; shift 2; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', 'sh',
                 preload, str(open_files), self._program(), 'serve',
                 '--dir', str(self.folder), *self.arguments],
                stdin=listener, stdout=subprocess.PIPE, stderr=log, env=env)
        self._wait_until_ready()

    def _wait_until_ready(self):
        readable, _, _ = select.select([self.process.stdout], [], [], START_TIMEOUT)
        line = self.process.stdout.readline() if readable else b''
        if not line.startswith(b'ready'):
            self.kill()
            raise RuntimeError('the service did not start: %s' % self.log.read_text('utf-8')[-2000:])

    def _count(self, env, die_at_sync, die):
        path = self.folder.parent / (self.folder.name + '.syncs')
        path.write_bytes(struct.pack('=qq', die_at_sync, die == 'before'))
        with open(path, 'r+b') as file:
            self._counter = mmap.mmap(file.fileno(), 16)
        self._limit = die_at_sync
        env['YINYAO_SYNC_COUNTER'] = str(path)

    def syncs(self):
        """Writes to the disk since start(die_at_sync=…)."""
        return self._limit - struct.unpack_from('=q', self._counter, 0)[0]

    def stop(self):
        """Ends it as an administrator would. Returns its exit status."""
        return self._end(signal.SIGTERM)

    def kill(self):
        """Kills it. Returns its exit status."""
        return self._end(signal.SIGKILL)

    def _end(self, number):
        if self.process is None:
            return None
        self.process.send_signal(number)
        try:
            status = self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process.stdout.close()
            self.process = None
        return status

    def restart(self, **options):
        self.stop()
        self.start(**options)

    def close(self):
        """Stops it and removes everything."""
        self.kill()
        self._keeper.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # The office's commands

    def office(self, *arguments):
        """Runs a command of the office and returns what it printed as JSON."""
        result = self.office_process(*arguments, '--json')
        if result.returncode != 0:
            raise RuntimeError('%s: %s' % (' '.join(arguments), result.stderr))
        return json.loads(result.stdout)

    def office_process(self, *arguments):
        """The same, as a finished process with text output."""
        return subprocess.run([self._program(), *map(str, arguments), '--dir', str(self.folder)],
                              capture_output=True, text=True, timeout=OFFICE_TIMEOUT,
                              stdin=subprocess.DEVNULL)

    def add_order(self, details):
        return self.office('order', 'add', '--details', str(details))[0]['number']

    def approve(self, number):
        return self.office('order', 'approve', number)[0]

    def reject(self, number, reason):
        return self.office('order', 'reject', number, '--reason', reason)[0]

    def resend(self, number):
        return self.office('order', 'resend', number)[0]

    def order(self, number):
        return self.office('order', 'show', number)[0]

    def orders(self):
        return self.office('order', 'list')

    def outbox(self):
        return self.office('outbox')

    def audit(self):
        return self.office('audit')

    def tokens(self):
        return self.office('token', 'list')

    # HTTPS with Python's own client

    def connect(self):
        context = ssl.create_default_context(cafile=self.ca_file)
        return http.client.HTTPSConnection('127.0.0.1', self.port, context=context,
                                           timeout=REQUEST_TIMEOUT)

    def request(self, method, path, body=None, bearer=None, headers=None, connection=None):
        """One request; body is sent as JSON unless it is bytes."""
        made = connection or self.connect()
        headers = dict(headers or {})
        if bearer:
            headers['Authorization'] = 'Bearer ' + bearer
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault('Content-Type', 'application/json')
        try:
            made.request(method, path, body=body, headers=headers)
            return Answer(made.getresponse())
        finally:
            if connection is None:
                made.close()

    def get(self, path, **options):
        return self.request('GET', path, **options)

    def post(self, path, body=None, **options):
        return self.request('POST', path, b'' if body is None else body, **options)

    def office_post(self, path, body):
        key = Path(self.office_key_file).read_text('ascii')
        return self.post('/api/v1/office' + path, body, bearer=key)

    def prepare(self, serial, number, model='Test token'):
        """What yinyaoctl prepare-token does, without a token. Returns (present, next) SO PIN."""
        path = '/tokens/' + urllib.parse.quote(serial)
        answer = self.office_post(path + '/prepare', {'order': number, 'model': model})
        if answer.status != 200:
            raise RuntimeError(repr(answer))
        done = self.office_post(path + '/prepared', {'order': number})
        if done.status != 200:
            raise RuntimeError(repr(done))
        return tuple(answer.body.decode('ascii').split())

    def ready_order(self, details, serial):
        """An order with a prepared token and an activation code: (number, code)."""
        number = self.add_order(details)
        self.approve(number)
        self.prepare(serial, number)
        self.approve(number)
        codes = [m['code'] for m in self.outbox() if m['order'] == number and m['code']]
        return number, codes[-1]
