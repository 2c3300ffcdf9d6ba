# SPDX-License-Identifier: GPL-3.0-or-later
"""A CA's service that behaves as a test says, over real TLS, and the program that calls it.

    from harness import tls

    with tls.Server(tls.say(tls.answer(body={}))) as server:
        tls.one(server, 'anchors')

setup() makes `folder` and the certificates in it, teardown() removes them.
"""
import email.utils
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

from harness import paths, tap

PATIENT, IMPATIENT = 20, 1  # seconds in the client's settings
folder = None

OPENSSL_CONFIG = '''
[ca]
default_ca = this
[this]
database = %(dir)s/index
new_certs_dir = %(dir)s
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
[req]
distinguished_name = name
prompt = no
[name]
'''


# Certificates

def openssl(*arguments):
    subprocess.run(['openssl', *map(str, arguments)], check=True, cwd=folder,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def moment(days):
    return time.strftime('%Y%m%d%H%M%SZ', time.gmtime(time.time() + days * 86400))


def make_authority(name):
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
            '-keyout', name + '.key', '-out', name + '.pem', '-subj', '/CN=' + name, '-days', '3000')


def make_certificate(name, authority='ca', host='IP:127.0.0.1', start=-1, end=30):
    openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
            '-keyout', name + '.key', '-out', name + '.csr', '-subj', '/CN=' + name, '-addext',
            'subjectAltName=' + host)
    openssl('ca', '-batch', '-notext', '-config', 'openssl.cnf', '-cert', authority + '.pem',
            '-keyfile', authority + '.key', '-in', name + '.csr', '-out', name + '.pem',
            '-startdate', moment(start), '-enddate', moment(end))


def make_certificates():
    (folder / 'openssl.cnf').write_text(OPENSSL_CONFIG % {'dir': folder})
    (folder / 'index').write_text('')
    make_authority('ca')
    make_authority('stranger')
    make_certificate('good')
    make_certificate('expired', start=-60, end=-2)
    make_certificate('early', start=2, end=30)
    make_certificate('elsewhere', host='DNS:other.example')
    make_certificate('unknown', authority='stranger')


def anchor():
    pem = (folder / 'ca.pem').read_text().split('-----')[2]
    return ''.join(pem.split())


# The server

class Server:
    """One TLS listener on loopback. `behave(connection, request, number)` answers each request; it
    returns False to close the connection without a word to TLS."""

    def __init__(self, behave, certificate='good', tls=True, versions=None, before_tls=None):
        self.behave = behave
        self.before_tls = before_tls
        self.requests = []
        self.connections = 0
        self.ended = threading.Event()
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=16)
        self.port = self.listener.getsockname()[1]
        self.context = self._context(certificate, versions) if tls else None

    @staticmethod
    def _context(certificate, versions):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / (certificate + '.pem'), folder / (certificate + '.key'))
        if versions:
            context.set_ciphers('ALL:@SECLEVEL=0')
            context.minimum_version, context.maximum_version = versions
        return context

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *unused):
        self.ended.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            if self.before_tls:
                self.before_tls(self, connection)
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            while True:
                request = read_request(connection)
                if request is None:
                    break
                self.requests.append(request)
                if self.behave(connection, request, len(self.requests)) is False:
                    break
        except OSError:
            pass
        finally:
            connection.close()

    def hang(self):
        self.ended.wait(40)


def read_request(connection):
    data = b''
    while b'\r\n\r\n' not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b'\r\n\r\n')
    lines = head.decode('latin-1').split('\r\n')
    headers = {k.lower(): v.strip() for k, v in (line.split(':', 1) for line in lines[1:])}
    while len(body) < int(headers.get('content-length', 0)):
        body += connection.recv(65536)
    return {'line': lines[0], 'headers': headers, 'body': body}


def answer(status='200 OK', kind='application/json', body=b'', ahead=0, **headers):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    lines = ['HTTP/1.1 ' + status, 'Date: ' + email.utils.formatdate(time.time() + ahead,
                                                                    usegmt=True),
             'Content-Type: ' + kind, 'Content-Length: %d' % len(body)]
    lines += ['%s: %s' % (k.replace('_', '-'), v) for k, v in headers.items()]
    return '\r\n'.join(lines).encode() + b'\r\n\r\n' + body


def say(data):
    """A behaviour: always this answer."""
    return lambda connection, request, number: connection.sendall(data)


def good_profile(**more):
    return answer(body={'name': 'x', 'anchors': [anchor()]}, **more)


def client(server, *calls, config='', code=None, ca='ca.pem', host='127.0.0.1', timeout=PATIENT,
           environment=()):
    """Runs the client. Returns its lines."""
    settings = folder / ('config-%d' % server.port)
    settings.write_text('[service]\nurl=https://%s:%d\nca-file=%s\ntimeout=%d\n%s\n' % (
        host, server.port, folder / ca, timeout, config))
    environment = {**paths.without_leak_search(os.environ), 'YINYAO_CONFIG': str(settings),
                   'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'en', 'HOME': str(folder),
                   'XDG_STATE_HOME': str(folder / 'state'), 'no_proxy': '*', **dict(environment)}
    if code is not None:
        environment['CODE'] = code
    run = subprocess.run([paths.program('tests/integration/service-client'), *calls],
                         env=environment, capture_output=True, text=True, timeout=60)
    tap.equal(run.stderr, '', 'stderr')
    return run.stdout.splitlines()


def one(server, call='anchors', **more):
    lines = client(server, call, **more)
    tap.equal(len([line for line in lines if not line.startswith('warning')]), 1, 'lines')
    return lines[0]


def starts(line, start):
    tap.ok(line.startswith(start + ' '), '%r does not start with %s' % (line, start))


def setup():
    global folder
    folder = Path(paths.temporary_folder('service'))
    make_certificates()


def teardown():
    if folder:
        shutil.rmtree(folder)
