# SPDX-License-Identifier: GPL-3.0-or-later
"""A CA with whatever orders and tokens a test needs, without a single token: Python's HTTPS client
in the client's place and the openssl command line, with a software key, in the token's.

    with Office() as office:
        number, code = office.ready('T1')
        office.run_activation(code, new_session())      # the token T1 is issued
"""
import secrets
import shutil
import sqlite3
import subprocess
from pathlib import Path

from . import paths
from .service import Service, edit_profile
from .tap import equal, ok

PROFILES = paths.SOURCE / 'data/profiles'
DETAILS = PROFILES / 'demo-order.ini'


class Office:
    """A service in a folder of its own, started, with helpers for a whole activation."""

    def __init__(self, profile=None, **options):
        self.folder = Path(paths.temporary_folder('ra'))
        self.profile = edit_profile(self.folder / 'profile.ini', profile) if profile else None
        self.service = Service(self.folder / 'ra', profile=self.profile, **options)
        self.service.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.service.close()
        shutil.rmtree(self.folder)

    def sql(self, statement, *values):
        with sqlite3.connect(self.service.folder / 'yinyao.db') as database:
            return database.execute(statement, values).fetchall()

    def ready(self, serial='T1', details=DETAILS):
        return self.service.ready_order(details, serial)

    def activate(self, code, serial='T1', session=None):
        return self.service.post('/api/v1/activations',
                                 {'token': serial, 'code': code, 'session': session or new_session()})

    def key(self, name='key', kind='ec', option='ec_paramgen_curve:P-256'):
        path = self.folder / (name + '.pem')
        if not path.exists():
            subprocess.run(['openssl', 'genpkey', '-algorithm', kind, '-pkeyopt', option, '-out', path],
                           check=True, capture_output=True)
        return path

    def openssl_cmp(self, reference, secret, key, *options, command='ir'):
        """openssl cmp against the service: (exit status, certificate PEM or None, its messages)."""
        secret_file = self.folder / 'secret'
        secret_file.write_text(secret, 'ascii')
        out = self.folder / 'out.pem'
        out.unlink(missing_ok=True)
        result = subprocess.run(
            ['openssl', 'cmp', '-cmd', command, '-server', '127.0.0.1:%d' % self.service.port,
             '-path', '.well-known/cmp', '-tls_used', '-tls_trusted', self.service.ca_file,
             '-trusted', self.service.ca_file, '-ref', reference, '-secret', 'file:%s' % secret_file,
             '-newkey', key, '-subject', '/CN=somebody else', '-certout', out, '-keep_alive', '1',
             '-unprotected_errors', *options],
            capture_output=True, text=True, timeout=60)
        return result.returncode, out.read_text('ascii') if out.exists() else None, result.stdout + result.stderr

    def cmp_secret(self, answer):
        grant = answer.json['grant']
        got = self.service.post('/api/v1/grants/%s/cmp-secret' % grant['id'], bearer=grant['key'])
        equal(got.status, 200, 'status')
        return got.body.decode('ascii').strip()

    def enrol(self, answer, *options, key=None):
        return self.openssl_cmp(answer.json['cmp']['reference'], self.cmp_secret(answer),
                                key or self.key(), *options)

    def grant(self, answer, step, body=None, **options):
        grant = answer.json['grant']
        return self.service.post('/api/v1/grants/%s/%s' % (grant['id'], step), body,
                                 bearer=options.pop('bearer', grant['key']), **options)

    def so_pins(self, answer):
        got = self.grant(answer, 'release')
        equal(got.status, 200, 'status')
        return tuple(got.body.decode('ascii').split())

    def report(self, answer, state, session=None):
        return self.grant(answer, 'state', {'session': session or answer.json['grant']['session'],
                                            'state': state})

    def close_grant(self, answer, session=None):
        for state in ('pin-set', 'rotated', 'closed'):
            got = self.report(answer, state, session)
            equal(got.status, 200, state)

    def order_of(self, answer):
        grant = answer.json['grant']
        return self.service.get('/api/v1/grants/%s/order' % grant['id'], bearer=grant['key']).json

    def run_activation(self, code, session, serial='T1'):
        """What a client does, again and again until it is done."""
        answer = self.activate(code, serial, session)
        if answer.status != 200:
            return answer
        if answer.json['grant']['state'] != 'closed':
            self.so_pins(answer)
            self.close_grant(answer, session)
        if self.order_of(answer)['order']['state'] != 'completed':
            status, _, messages = self.enrol(answer)
            ok(status == 0, messages)
        return answer

    def issue(self, serial='T1'):
        """A token that was activated: its last order has the details of demo-order.ini."""
        number, code = self.ready(serial)
        equal(self.run_activation(code, new_session(), serial).status, 200, 'status')
        equal(self.service.order(number)['state'], 'completed', 'state')
        return serial

    def crl(self):
        return openssl('crl', '-inform', 'DER', '-noout', '-text', '-CAfile', self.service.ca_file,
                       data=self.service.get('/crl').body)


def new_session():
    return secrets.token_hex(16)


def openssl(*arguments, data=None):
    result = subprocess.run(['openssl', *map(str, arguments)], input=data, capture_output=True,
                            timeout=60)
    if result.returncode != 0:
        raise AssertionError(result.stderr.decode())
    return result.stdout.decode('utf-8', 'replace')
