# SPDX-License-Identifier: GPL-3.0-or-later
"""The CA's service, asked by others than its own client: Python's HTTPS client and the openssl
command line, with a software key in the token's place."""
import base64
import contextlib
import http.client
import json
import os
import secrets
import shutil
import socket
import sqlite3
import ssl
import stat
import subprocess
import threading
import time
from pathlib import Path

from harness import paths
from harness.office import DETAILS, Office, new_session, openssl
from harness.tap import case, contains, diag, equal, main, ok

FACTORY_SO_PIN = '3537363231383830'
UNCONFIRMED = ['-disable_confirm']


def certificate_text(pem, *options):
    return openssl('x509', '-noout', '-nameopt', 'utf8,sep_comma_plus', *(options or ['-text']),
                   data=pem.encode())


def serial_of(pem):
    return certificate_text(pem, '-serial').strip().split('=')[1]


def der_of(pem):
    return base64.b64decode(''.join(pem.splitlines()[1:-1]))


@case
def a_whole_activation_with_openssl_in_the_tokens_place():
    with Office() as office:
        number, code = office.ready()
        session = new_session()
        answer = office.activate(code, session=session)
        equal(answer.status, 200, 'status')
        ok('Date' in answer.headers, 'no Date header')
        equal(answer.json['order']['state'], 'ready')
        equal(answer.json['grant']['state'], 'authorised')
        equal(answer.json['key']['bits'], 256)
        equal(answer.json['certificate'], None)
        current, pending = office.so_pins(answer)
        equal(len(pending), 16, 'length of the SO PIN')
        ok(current != pending and current != FACTORY_SO_PIN, 'the SO PIN was not changed')
        office.close_grant(answer)
        equal(office.order_of(answer)['order']['state'], 'ready')
        status, pem, messages = office.enrol(answer)
        equal(status, 0, messages)
        contains(messages, 'received PKICONF')
        look = office.order_of(answer)
        equal(look['order']['state'], 'completed')
        equal(base64.b64decode(look['certificate']), der_of(pem), 'certificate')
        text = certificate_text(pem)
        for part in ('C=CN,ST=广东,L=深圳,O=深圳市示例文具有限公司,CN=深圳市示例文具有限公司,'
                     'serialNumber=91440300MA0000YY0T', 'Digital Signature, Non Repudiation',
                     'TLS Web Client Authentication, E-mail Protection', 'CA:FALSE',
                     office.service.url + '/crl', office.service.url + '/ca.crt'):
            contains(text, part)
        # The session that completed it may look again; nobody else.
        equal(office.activate(code, session=session).json['order']['state'], 'completed')
        equal(office.activate(code).code, 'code-used')
        equal(office.service.tokens()[0]['state'], 'issued')
        equal(office.service.outbox()[0]['code'], None)
        ok(code not in office.service.outbox()[0]['text'], 'the code is still in the outbox')


@case
def the_chain_and_the_crl_verify():
    with Office() as office:
        _, code = office.ready()
        answer = office.activate(code)
        _, pem, _ = office.enrol(answer)
        leaf, crl = office.folder / 'leaf.pem', office.folder / 'crl.pem'
        leaf.write_text(pem, 'ascii')
        crl.write_bytes(subprocess.run(['openssl', 'crl', '-inform', 'DER'], check=True,
                                       input=office.service.get('/crl').body, capture_output=True).stdout)
        openssl('verify', '-x509_strict', '-CAfile', office.service.ca_file, '-crl_check', '-CRLfile', crl,
                '-purpose', 'sslclient', leaf)
        contains(office.crl(), 'No Revoked Certificates')
        equal(office.service.get('/crl').headers['Content-Type'], 'application/pkix-crl')
        equal(office.service.get('/ca.pem').body, Path(office.service.ca_file).read_bytes())
        equal(base64.b64decode(office.service.get('/api/v1/profile').json['anchors'][0]),
              office.service.get('/ca.crt').body)


@case
def the_same_key_gets_the_same_certificate():
    with Office() as office:
        _, code = office.ready()
        answer = office.activate(code)
        _, first, _ = office.enrol(answer, *UNCONFIRMED)
        office.service.restart()
        _, second, _ = office.enrol(answer)
        _, third, _ = office.enrol(answer)
        ok(first == second == third and first is not None, 'another certificate was issued')
        equal(len(office.sql('SELECT 1 FROM certificates')), 1)


@case
def another_key_replaces_an_unconfirmed_one_only():
    with Office() as office:
        _, code = office.ready()
        answer = office.activate(code)
        _, first, _ = office.enrol(answer, *UNCONFIRMED)
        status, second, _ = office.enrol(answer, key=office.key('other'))
        equal(status, 0)
        contains(office.crl(), serial_of(first))
        ok(serial_of(second) not in office.crl(), 'the new one is revoked')
        status, third, messages = office.enrol(answer, key=office.key())
        ok(status != 0 and third is None, 'a confirmed certificate was replaced')
        contains(messages, 'another key')
        whats = [e['what'] for e in office.service.audit()]
        ok('certificate.revoke' in whats and 'certificate.refused' in whats, whats)


@case
def a_declined_certificate_is_revoked():
    with Office() as office:
        _, code = office.ready()
        answer = office.activate(code)
        # The client trusts something else, finds the chain wrong, and says no.
        other = office.folder / 'other-ca.pem'
        openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=x',
                '-out', other)
        status, _, _ = office.enrol(answer, '-out_trusted', other)
        ok(status != 0, 'the client accepted it')
        equal(office.sql('SELECT state FROM certificates'), [(2,)])
        equal(office.order_of(answer)['certificate'], None)
        equal(office.enrol(answer)[0], 0)


@case('a key is refused:', args=[('ec', 'ec_paramgen_curve:P-384'), ('rsa', 'rsa_keygen_bits:1024'),
                                 ('ec', 'ec_paramgen_curve:secp256k1')])
def weak_keys(kind, option):
    with Office() as office:
        _, code = office.ready()
        status, pem, messages = office.enrol(office.activate(code), key=office.key('weak', kind, option))
        ok(status != 0 and pem is None, messages)
        contains(messages, 'Only RSA keys of 2048 bits')


@case
def rsa_2048_is_accepted():
    with Office() as office:
        _, code = office.ready()
        key = office.key('rsa', 'rsa', 'rsa_keygen_bits:2048')
        status, pem, messages = office.enrol(office.activate(code), key=key)
        equal(status, 0, messages)
        contains(certificate_text(pem), 'Public-Key: (2048 bit)')


@case
def cmp_refuses_what_is_not_proved():
    with Office() as office:
        _, code = office.ready()
        answer = office.activate(code)
        reference, secret = answer.json['cmp']['reference'], office.cmp_secret(answer)
        key = office.key()
        for given in ((reference, secret[:-1] + 'x', key), ('0' * 32, secret, key),
                      (reference, secret, key, '-popo', '-1'), (reference, secret, key, '-popo', '0'),
                      (reference, secret, key, '-unprotected_requests')):
            status, pem, messages = office.openssl_cmp(*given)
            ok(status != 0 and pem is None, messages)
        status, pem, _ = office.openssl_cmp(reference, secret, key, command='cr')
        ok(status != 0 and pem is None, 'cr was answered')
        equal(office.sql('SELECT 1 FROM certificates'), [])
        equal(office.openssl_cmp(reference, secret, key)[0], 0)


@case
def wrong_codes_end_in_a_void_one():
    with Office() as office:
        number, code = office.ready()
        wrong = '%06d' % ((int(code) + 1) % 1000000)
        for left in (4, 3):
            answer = office.activate(wrong)
            equal((answer.status, answer.code, answer.json['error']['tries_left']),
                  (403, 'code-incorrect', left))
        office.service.restart()
        equal(office.activate(code).status, 200, 'the right one')
        for left in (4, 3, 2, 1, 0):
            equal(office.activate(wrong).json['error']['tries_left'], left)
        answer = office.activate(code)
        equal((answer.status, answer.code), (410, 'code-void'))
        office.service.resend(number)
        new = office.service.outbox()[-1]['code']
        equal(office.service.outbox()[0]['code'], None)
        if new != code:
            equal(office.activate(code).code, 'code-void')
        equal(office.activate(new).status, 200)


@case
def an_expired_code_says_so():
    with Office() as office:
        _, code = office.ready()
        office.sql('UPDATE codes SET expires = 1')
        answer = office.activate(code)
        equal((answer.status, answer.code), (410, 'code-expired'))


@case
def a_grant_ends_with_its_code():
    with Office() as office:
        number, code = office.ready()
        first = office.activate(code)
        current, pending = office.so_pins(first)
        reference, secret = first.json['cmp']['reference'], office.cmp_secret(first)
        office.service.resend(number)
        status, pem, _ = office.openssl_cmp(reference, secret, office.key('thief'))
        ok(status != 0 and pem is None, 'the replaced code was good for a certificate')
        for step in ('release', 'cmp-secret'):
            equal(office.grant(first, step).code, 'code-void', step)
        second = office.activate(office.service.outbox()[-1]['code'])
        ok(second.json['grant']['id'] != first.json['grant']['id'], 'the grant of the old code was handed out')
        equal(office.so_pins(second), (current, pending), 'SO PINs')
        equal(office.grant(first, 'release').code, 'conflict')
        office.sql('UPDATE codes SET expires = 1')
        for step in ('release', 'cmp-secret'):
            equal(office.grant(second, step).code, 'code-expired', step)
        office.sql('UPDATE codes SET expires = 99999999999, state = 1 WHERE state = 0')
        equal(office.grant(second, 'release').code, 'code-void')
        office.sql('UPDATE codes SET state = 0 WHERE state = 1')
        office.close_grant(second)
        equal(office.enrol(second)[0], 0, 'openssl cmp')
        equal(office.service.order(number)['state'], 'completed')
        log = [e['why'] for e in office.service.audit() if e['what'] == 'activation.refused']
        equal(log, ['the code was replaced'] * 2 + ['the code is expired'] * 2 + ['the code is void'])


@case
def too_many_tries_are_slowed_down():
    limits = {('limits', 'wrong-codes-per-token'): 3, ('limits', 'wrong-codes-per-address'): 5}
    with Office(profile=limits) as office:
        _, code = office.ready()
        for _ in range(3):
            equal(office.activate('000000', serial='unknown').code, 'not-found')
        answer = office.activate('000000', serial='unknown')
        equal((answer.status, answer.code), (429, 'rate-limited'))
        ok(0 < answer.json['error']['retry_after'] <= 3600, answer)
        equal(answer.headers['Retry-After'], str(answer.json['error']['retry_after']))
        for wrong in ('00000x', '00000y'):
            equal(office.activate(wrong).code, 'code-incorrect')
        equal(office.activate(code).code, 'rate-limited')


@case
def orders_and_tokens_that_are_not_ready():
    with Office() as office:
        service = office.service
        number = service.add_order(DETAILS)
        equal(office.activate('123456', serial='T1').code, 'not-found')
        service.approve(number)
        service.office_post('/tokens/T1/prepare', {'order': number, 'model': 'M'})
        equal(office.activate('123456').code, 'not-ready')
        service.prepare('T1', number)
        answer = office.activate('123456')
        equal((answer.status, answer.code, answer.json['error']['state']),
              (409, 'not-ready', 'papers-awaited'))


@case
def preparation_has_its_rules():
    with Office() as office:
        service = office.service
        first, second = service.add_order(DETAILS), service.add_order(DETAILS)

        def prepare(serial, number):
            return service.office_post('/tokens/%s/prepare' % serial, {'order': number, 'model': 'M'})

        equal(prepare('T1', first).code, 'not-ready')
        equal(prepare('T1', '9999').code, 'not-found')
        result = service.office_process('order', 'approve', first)
        equal(result.returncode, 0)
        result = service.office_process('order', 'approve', first)
        contains(result.stderr, 'No token was prepared')
        one = prepare('T1', first)
        equal(one.body, prepare('T1', first).body, 'the repeated answer')
        equal(one.body.decode().split()[0], FACTORY_SO_PIN)
        contains(one.headers['Yinyao-Label'], first)
        equal(service.office_post('/tokens/T1/prepared', {'order': first}).json,
              {'serial': 'T1', 'order': first, 'state': 'prepared'})
        equal(service.office_post('/tokens/T1/prepared', {'order': first}).status, 200)
        # Once more from the beginning: the token has the next SO PIN now.
        equal(prepare('T1', first).body.decode().split()[0], one.body.decode().split()[1])
        service.office_post('/tokens/T1/prepared', {'order': first})
        equal(prepare('T2', first).code, 'conflict')
        service.approve(second)
        equal(prepare('T1', second).code, 'conflict')
        equal(service.office_post('/tokens/T2/prepared', {'order': second}).code, 'not-found')
        for key in (None, 'wrong'):
            answer = service.post('/api/v1/office/tokens/T1/prepare', {'order': first}, bearer=key)
            equal((answer.status, answer.code), (401, 'unauthorized'))
        office_key = Path(service.office_key_file).read_text('ascii')
        equal(service.get('/api/v1/office/tokens/T9', bearer=office_key).json,
              {'serial': 'T9', 'order': None, 'state': 'unknown'})
        equal(service.get('/api/v1/office/tokens/%01', bearer=office_key).status, 400)
        made = service.office('office', 'add', 'second')[0]
        equal(service.get('/api/v1/office/tokens/T1', bearer=Path(made['key_file']).read_text()).status, 200)


@case
def a_rejected_orders_token_can_be_used_again():
    with Office() as office:
        service = office.service
        first, second = service.add_order(DETAILS), service.add_order(DETAILS)
        service.approve(first)
        _, next_pin = service.prepare('T1', first)
        equal(service.reject(first, '印章不清晰')['state'], 'rejected')
        contains(service.outbox()[-1]['text'], '印章不清晰')
        service.approve(second)
        equal(service.prepare('T1', second)[0], next_pin)
        equal(service.approve(second)['state'], 'ready')


@case
def a_token_stays_with_the_order_it_was_linked_to():
    with Office() as office:
        service = office.service
        first, second = service.add_order(DETAILS), service.add_order(DETAILS)
        service.approve(first)
        service.approve(second)
        service.prepare('T1', first)
        # Begun again and interrupted: that does not free it for somebody else.
        equal(service.office_post('/tokens/T1/prepare', {'order': first, 'model': 'M'}).status, 200)
        equal(service.office_post('/tokens/T1/prepare', {'order': second, 'model': 'M'}).code, 'conflict')
        service.prepare('T1', first)
        equal(service.approve(first)['state'], 'ready')
        # One that was only begun for an order is free.
        equal(service.office_post('/tokens/T2/prepare', {'order': second, 'model': 'M'}).status, 200)
        third = service.add_order(DETAILS)
        service.approve(third)
        service.prepare('T2', third)
        service.prepare('T3', second)


@case
def two_sessions_and_one_token():
    with Office() as office:
        _, code = office.ready()
        one, two = new_session(), new_session()
        first = office.activate(code, session=one)
        second = office.activate(code, session=two)
        equal(first.json['grant'], second.json['grant'], 'the open grant')
        equal(office.report(first, 'pin-set').code, 'not-ready')
        current, pending = office.so_pins(first)
        equal(office.so_pins(second), (current, pending), 'SO PINs')
        equal(office.report(first, 'rotated', one).code, 'not-ready')
        equal(office.report(first, 'pin-set', one).json['grant']['session'], one)
        equal(office.report(first, 'rotated', two).code, 'conflict')
        equal(office.report(first, 'rotated', one).json['grant']['state'], 'rotated')
        equal(office.report(first, 'pin-set', one).json['grant']['state'], 'rotated')
        # The second takes over: the token has the pending SO PIN by now, and keeps it. Whether the
        # second knows it from before or asks again, it means the same one when it says “rotated”.
        equal(office.so_pins(second), (pending, pending), 'SO PINs')
        equal(office.report(second, 'pin-set', two).json['grant'],
              {'id': first.json['grant']['id'], 'state': 'pin-set', 'session': two})
        equal(office.report(first, 'rotated', one).code, 'conflict')
        office.close_grant(second, two)
        equal(office.report(second, 'closed', two).json['grant']['state'], 'closed')
        # The session that closed it sees it again, another one gets a new grant.
        equal(office.activate(code, session=two).json['grant']['id'], first.json['grant']['id'])
        third = office.activate(code)
        ok(third.json['grant']['id'] != first.json['grant']['id'], 'the closed grant was handed out')
        equal(third.json['key'], first.json['key'], 'the key to make')
        for step in ('release', 'cmp-secret'):
            equal(office.grant(first, step).code, 'conflict')
        again = office.so_pins(third)
        equal(again[0], pending, 'the current SO PIN')
        ok(again[1] not in (current, pending), 'the pending SO PIN is an old one')
        equal(office.grant(third, 'release', bearer='0' * 64).code, 'unauthorized')
        equal(office.grant(third, 'release', bearer=None).code, 'unauthorized')
        equal(office.service.post('/api/v1/grants/none/release', bearer='x').code, 'not-found')
        refused = [e for e in office.service.audit() if e['why'] == 'no, or a wrong, bearer key']
        equal([(e['what'], e['who'], e['subject']) for e in refused],
              [('grant.refused', '127.0.0.1', third.json['grant']['id'])] * 2)


@case
def nothing_malformed_gets_through():
    marker = 'MARKER' + secrets.token_hex(8)
    with Office() as office:
        service = office.service
        _, code = office.ready()
        good = {'token': 'T1', 'code': code, 'session': new_session()}
        bad = [b'', b'[]', b'{', b'\xff\xfe', b'"' + marker.encode() + b'"', b'[' * 60000, b'{"a":' * 9000,
               b'null', b'{"token":{},"code":[],"session":1}']
        bad += [json.dumps({**good, name: value}).encode() for name in good
                for value in (None, 1, '', marker * 20, {'x': 1})]
        bad += [json.dumps({**good, 'session': 'x' * 32}).encode(),
                json.dumps({**good, 'token': 'a b'}).encode(),
                json.dumps({**good, 'token': 'a\x00b'}).encode()]
        for body in bad:
            answer = service.post('/api/v1/activations', body)
            equal((answer.status, answer.code), (400, 'malformed'), repr(body[:60]))
        cmp_header = {'Content-Type': 'application/pkixcmp'}
        for body in (b'', b'\x30\x00', b'\x30\x84\xff\xff\xff\xff', b'\x30\x80\x00\x00', marker.encode(),
                     os.urandom(5000)):
            answer = service.post('/.well-known/cmp', body, headers=cmp_header)
            equal((answer.status, answer.code), (400, 'malformed'), repr(body[:60]))
        equal(service.post('/.well-known/cmp', b'\x30\x00').status, 400)
        large = marker.encode() * 5000
        equal(service.post('/api/v1/activations', large).code, 'too-large')
        equal(service.post('/api/v1/activations', iter_chunks(large),
                           headers={'Transfer-Encoding': 'chunked'}).code, 'too-large')
        equal(service.get('/nothing').code, 'not-found')
        equal(service.get('/%s' % ('x' * 3000)).code, 'not-found')
        equal(service.request('DELETE', '/api/v1/profile').status, 404)
        log = service.log.read_text('utf-8')
        contains(log, '/api/v1/activations: 400')
        ok(marker not in log and code not in log, 'the log has what was sent')
        equal(service.post('/api/v1/activations', good).status, 200)


def iter_chunks(data):
    """Bytes of a chunked body (http.client does not encode it when the header is given)."""
    parts = [data[at:at + 4000] for at in range(0, len(data), 4000)]
    return b''.join(b'%x\r\n%s\r\n' % (len(part), part) for part in parts) + b'0\r\n\r\n'


@case
def a_cut_message_is_refused_at_every_byte():
    with Office() as office:
        _, code = office.ready()
        answer = office.activate(code)
        request = office.folder / 'ir.der'
        equal(office.enrol(answer, '-reqout', '%s,%s' % (request, office.folder / 'conf.der'))[0], 0)
        data = request.read_bytes()
        connection = office.service.connect()
        headers = {'Content-Type': 'application/pkixcmp'}
        for length in range(0, len(data)):
            got = office.service.post('/.well-known/cmp', data[:length], headers=headers,
                                      connection=connection)
            equal(got.status, 400, '%d bytes' % length)
        # The whole one is understood: the transaction is begun anew and answered.
        got = office.service.post('/.well-known/cmp', data, headers=headers, connection=connection)
        equal((got.status, got.headers['Content-Type']), (200, 'application/pkixcmp'))


@case
def huge_and_silent_clients_do_no_harm():
    with Office() as office:
        service = office.service
        context = ssl.create_default_context(cafile=service.ca_file)
        with context.wrap_socket(socket.create_connection(('127.0.0.1', service.port)),
                                 server_hostname='127.0.0.1') as huge:
            huge.settimeout(30)
            huge.sendall(b'POST /.well-known/cmp HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n')
            try:
                for _ in range(200):
                    huge.sendall(bytes(100000))
                ok(huge.recv(1) == b'', 'twenty megabytes were taken')
            except OSError:
                pass
        # Who never shakes hands is shown out.
        with socket.create_connection(('127.0.0.1', service.port), timeout=40) as silent:
            equal(silent.recv(1), b'', 'what a silent client gets')
        equal(service.post('/api/v1/orders', bytes(65537)).code, 'too-large')
        ok('CRITICAL' not in service.log.read_text('utf-8'), 'a part of a body was looked at')
        equal(service.get('/api/v1/profile').status, 200)
        peak = [line for line in Path('/proc/%d/status' % service.process.pid).read_text().splitlines()
                if line.startswith('VmHWM')][0]
        diag(peak)


@case
def invented_methods_end_the_connection_and_then_all():
    """libsoup keeps every method it has ever seen."""
    with Office() as office:
        service = office.service

        def ask(method):
            try:
                return service.request(method, '/api/v1/profile').status
            except (http.client.HTTPException, OSError):
                return None

        equal(ask('PROPFIND'), 404)
        for i in range(10):
            equal(ask('X%d%s' % (i, 'x' * 40000)), None)
        equal(ask('GET'), None, 'the eleventh time')
        other = service.connect()
        other.source_address = ('127.0.0.2', 0)
        equal(service.get('/api/v1/profile', connection=other).status, 200)
        other.close()
        ok(service.log.stat().st_size < 10000, 'the log has %d bytes' % service.log.stat().st_size)


@case('slow clients keep nobody out:', args=[(b'', 'unlimited'), (b'', 200), (b'\x16\x03\x01\x02\x00\x01', 'unlimited')])
def slow_clients_keep_nobody_out(first_bytes, open_files):
    with Office() as office:
        service = office.service
        service.stop()
        service.start(open_files=open_files)
        with contextlib.ExitStack() as stack:
            for _ in range(150):
                slow = stack.enter_context(socket.create_connection(('127.0.0.1', service.port)))
                slow.sendall(first_bytes)
            begun = time.monotonic()
            equal(service.get('/api/v1/profile').status, 200)
            took = time.monotonic() - begun
            ok(took < 8, 'it took %.1f seconds' % took)
            used = cpu_seconds(service.process.pid)
            time.sleep(1.5)
            used = cpu_seconds(service.process.pid) - used
            ok(used < 0.5, '%.2f seconds of work for slow clients' % used)


def client_hello():
    """The first flight of a TLS client."""
    out = ssl.MemoryBIO()
    hello = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname='x')
    with contextlib.suppress(ssl.SSLWantReadError):
        hello.do_handshake()
    return out.read()


@case
def silence_after_hello_keeps_other_networks_in():
    with Office() as office, contextlib.ExitStack() as stack:
        service = office.service
        hello = client_hello()
        for _ in range(150):
            silent = stack.enter_context(socket.create_connection(('127.0.0.1', service.port)))
            silent.sendall(hello)
        begun = time.monotonic()
        other = service.connect()
        other.source_address = ('127.0.0.2', 0)
        equal(service.get('/api/v1/profile', connection=other).status, 200)
        took = time.monotonic() - begun
        other.close()
        ok(took < 2, 'it took %.1f seconds' % took)
        diag('%.2f seconds' % took)


@case
def a_locked_database_stops_one_request_and_not_all():
    """Somebody looks into the database with a tool of their own, and forgets about it."""
    with Office() as office, contextlib.closing(sqlite3.connect(office.service.folder / 'yinyao.db',
                                                                isolation_level=None)) as tool:
        service, answers = office.service, []
        connections = [service.connect() for _ in range(6)]
        body = {'token': 'T1', 'code': '000000', 'session': new_session()}

        def ask(connection):
            answers.append(service.post('/api/v1/activations', body, connection=connection).status)

        for connection in connections:
            connection.connect()
        tool.execute('BEGIN IMMEDIATE')
        begun = time.monotonic()
        threads = [threading.Thread(target=ask, args=(connection,)) for connection in connections]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - begun
        for connection in connections:
            connection.close()
        equal(answers, [500] * 6)
        ok(took < 15, 'they waited in a row: %.1f seconds' % took)
        equal(service.get('/api/v1/profile').status, 200)
        tool.execute('ROLLBACK')
        while office.activate('000000').status == 500:
            ok(time.monotonic() - begun < 30, 'it does not come back')
            time.sleep(0.2)
        equal(office.activate('000000').code, 'not-found')


def cpu_seconds(pid):
    fields = Path('/proc/%d/stat' % pid).read_text('ascii').rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


@case
def many_clients_at_once():
    with Office() as office:
        statuses = []

        def ask():
            statuses.append(office.service.get('/api/v1/profile').status)

        threads = [threading.Thread(target=ask) for _ in range(200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(statuses, [200] * 200)


@case
def old_tls_is_refused():
    with Office() as office:
        for version, wanted in (('-tls1_1', False), ('-tls1_2', True), ('-tls1_3', True)):
            result = subprocess.run(
                ['openssl', 's_client', '-connect', '127.0.0.1:%d' % office.service.port, version,
                 '-cipher', 'DEFAULT:@SECLEVEL=0', '-CAfile', office.service.ca_file,
                 '-verify_return_error'], stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
            equal(result.returncode == 0, wanted, version)


@case('killed at every write to the disk,', args=[('before',), ('after',)])
def killed(die):
    with Office() as office:
        number, code = office.ready()
        office.service.stop()
        kept = office.folder / 'kept'
        shutil.copytree(office.service.folder, kept)

        def reset(**options):
            office.service.kill()
            shutil.rmtree(office.service.folder)
            shutil.copytree(kept, office.service.folder)
            office.service.start(**options)

        reset(die_at_sync=10 ** 6)
        office.run_activation(code, new_session())
        count = office.service.syncs()
        ok(count >= 6, 'only %d writes' % count)
        for position in range(1, count + 1):
            reset(die_at_sync=position, die=die)
            try:
                office.run_activation(code, new_session())
            except (OSError, AssertionError, ValueError, subprocess.SubprocessError) as problem:
                ok(office.service.process.wait(20) == -9, 'position %d: %r' % (position, problem))
            office.service.kill()
            office.service.start()
            again = office.run_activation(code, new_session())
            ok(again.status == 200 or again.code == 'code-used', 'position %d: %r' % (position, again))
            equal(office.service.order(number)['state'], 'completed', 'position %d' % position)
            equal(office.sql('SELECT count(*) FROM certificates WHERE state = 1'), [(1,)])
            office.service.audit()
        diag('%d positions' % count)


@case
def nothing_secret_lies_about():
    with Office() as office:
        number, code = office.ready()
        found = {code.encode()}
        answer = office.activate(code)
        found.add(answer.json['grant']['key'].encode())
        found.update(pin.encode() for pin in office.so_pins(answer))
        found.add(office.cmp_secret(answer).encode())
        office.report(answer, 'pin-set')
        office.service.resend(number)
        found.add(office.service.outbox()[-1]['code'].encode())
        # While it runs, with its write-ahead log, and after.
        for stop in (False, True):
            if stop:
                office.service.stop()
            for path in [office.service.log, *office.service.folder.iterdir()]:
                data = path.read_bytes()
                for secret in found:
                    ok(secret not in data, '%s holds a secret' % path.name)
        ok(number.encode() in (office.service.folder / 'yinyao.db').read_bytes(), 'the scan finds nothing')
        for path in [office.service.folder, *office.service.folder.iterdir()]:
            mode = stat.S_IMODE(path.stat().st_mode)
            equal(mode, 0o700 if path.is_dir() else 0o600, str(path))


@case
def a_stolen_database_row_is_no_use():
    with Office() as office:
        office.ready('T1')
        office.ready('T2')
        office.sql("UPDATE tokens SET so_pin = (SELECT so_pin FROM tokens WHERE serial = 'T1') "
                   "WHERE serial = 'T2'")
        code = office.service.outbox()[-1]['code']
        answer = office.activate(code, serial='T2')
        equal((office.grant(answer, 'release').status, office.grant(answer, 'release').code),
              (500, 'internal'))


@case
def init_touches_nothing_that_is_there():
    with Office() as office:
        before = {p.name: p.read_bytes() for p in office.service.folder.iterdir()}
        result = subprocess.run([paths.program('src/ra/yinyao-ra'), 'init', '--dir', office.service.folder,
                                 '--url', 'https://localhost:1'], capture_output=True, text=True)
        ok(result.returncode == 1, result)
        contains(result.stderr, 'not empty')
        equal({p.name: p.read_bytes() for p in office.service.folder.iterdir()}, before)
        left = [p.name for p in office.folder.iterdir() if p.name.startswith('ra.') and p.is_dir()]
        equal(left, [], 'folders left behind')
        for url in ('http://x', 'https://', 'https://a/b', 'nonsense', 'https://x,DNS:y'):
            result = subprocess.run([paths.program('src/ra/yinyao-ra'), 'init', '--dir',
                                     office.folder / 'bad', '--url', url], capture_output=True)
            ok(result.returncode != 0 and not (office.folder / 'bad').exists(), url)


@case
def a_certificate_for_tls_is_renewed_at_the_start():
    with Office() as office:
        server = office.service.folder / 'server.pem'
        before = server.read_bytes()
        office.service.restart()
        equal(server.read_bytes(), before)
        office.service.stop()
        near = office.folder / 'near.pem'
        openssl('req', '-x509', '-key', office.service.folder / 'server.key', '-subj', '/CN=x', '-days', '30',
                '-out', near)
        shutil.copy(near, server)
        office.service.start()
        ok(server.read_bytes() != near.read_bytes(), 'the old one is still there')
        equal(office.service.get('/api/v1/profile').status, 200)


@case
def text_messages_go_through_the_command():
    with Office(profile={('sms', 'command'): '/nonexistent'}) as office:
        number, _ = office.ready()
        equal(office.service.order(number)['state'], 'ready')
        contains(office.service.outbox()[-1]['delivery'], 'nonexistent')
        script = office.folder / 'sms'
        script.write_text('#!/bin/sh\necho "$1" >"$0.to"\ncat >"$0.text"\n', 'ascii')
        script.chmod(0o700)
        profile = office.service.folder / 'profile.ini'
        profile.write_text(profile.read_text('utf-8').replace('/nonexistent', str(script)), 'utf-8')
        office.service.resend(number)
        message = office.service.outbox()[-1]
        equal(message['delivery'], 'sent')
        equal((office.folder / 'sms.to').read_text().strip(), message['to'])
        equal((office.folder / 'sms.text').read_text('utf-8'), message['text'])
        contains(message['text'], message['code'])


@case
def a_long_name_of_rare_characters():
    with Office() as office:
        name = ''.join(chr(0x20000 + i) for i in range(64))
        details = office.folder / 'rare.ini'
        details.write_text(DETAILS.read_text('utf-8').replace('深圳市示例文具有限公司', name), 'utf-8')
        _, code = office.ready(details=details)
        answer = office.activate(code)
        equal(answer.json['order']['organization'], name)
        status, pem, messages = office.enrol(answer)
        equal(status, 0, messages)
        contains(certificate_text(pem), 'O=%s,CN=%s' % (name, name))


@case
def the_command_line_explains_itself():
    with Office() as office:
        service = office.service
        number = service.add_order(DETAILS)
        shown = service.office_process('order', 'show', number).stdout
        for part in (number, 'organization.name: 深圳市示例文具有限公司', 'agent.mobile: 13800000000',
                     'order.years: 1'):
            ok(part in shown, shown)
        program = service._program()
        for words, status, part in (
                (['--help'], 0, 'order approve'), (['order', '--help'], 0, 'order approve'),
                (['--version'], 0, 'yinyao-ra '), ([], 2, 'No command'), (['order', 'buy'], 2, 'order buy'),
                (['audit', '--dir', '/nonexistent'], 1, '/nonexistent')):
            result = subprocess.run([program, *words], capture_output=True, text=True, timeout=60,
                                    check=False, env={'PATH': '/usr/bin:/bin'})
            equal(result.returncode, status, words)
            ok(part in (result.stderr if status else result.stdout), result)
        service.reject(number, 'unreadable')
        contains(service.office_process('order', 'approve', number).stderr, '“Rejected”')
        # A job of cron has no locale: names are names all the same.
        result = subprocess.run([program, 'order', 'list', '--dir', str(service.folder)],
                                capture_output=True, timeout=60, check=True, env={'PATH': '/usr/bin:/bin'})
        ok('深圳市示例文具有限公司' in result.stdout.decode(), result)


@case
def the_audit_log_names_who_what_when_and_why():
    with Office() as office:
        number, code = office.ready()
        office.activate('999999' if code != '999999' else '000000')
        office.run_activation(code, new_session())
        log = office.service.audit()
        whats = [entry['what'] for entry in log]
        for what in ('order.submit', 'order.pay', 'order.approve', 'office.login', 'token.prepared', 'code.send',
                     'activation.refused', 'grant.authorised', 'grant.released', 'grant.pin-set',
                     'grant.rotated', 'grant.closed', 'grant.cmp-secret', 'certificate.issue',
                     'certificate.confirm', 'order.complete'):
            ok(what in whats, '%s is not in the log' % what)
        refused = log[whats.index('activation.refused')]
        equal((refused['who'], refused['subject'], refused['why']),
              ('token:T1 127.0.0.1', number, 'wrong code, 4 tries left'))
        ok(all(entry['who'] and entry['time'] for entry in log), 'an entry without who or when')


@case
def nobody_forges_a_line_of_the_audit_log():
    with Office() as office:
        for path in ('T%0A2026-01-01%09office:office%09order.approve', 'T%1B[2J', '%FF', 'x' * 65):
            equal(office.service.get('/api/v1/office/tokens/' + path).status, 400, path)
        equal(office.service.get('/api/v1/office/tokens/T1', bearer='wrong').code, 'unauthorized')
        log = office.service.audit()
        equal([e['subject'] for e in log if e['what'] == 'office.refused'], ['/api/v1/office/tokens/T1'])
        lines = office.service.office_process('audit').stdout.splitlines()
        equal(len(lines), len(log), 'lines')


@case
def many_enrol_at_once():
    """Also what the benchmark measures with, so that it goes on working."""
    with Office() as office:
        result = subprocess.run(
            [paths.program('tests/bench/cmp-load'), '--dir', office.service.folder, '--details', DETAILS,
             '--connect', str(office.service.port), '--enrolments', '40', '--clients', '8'],
            env=paths.without_leak_search(os.environ), capture_output=True, text=True)
        equal(result.returncode, 0, result.stderr)
        contains(result.stdout, '40 enrolments, 0 failed')


@case
def many_order_at_once():
    """The same for orders begun in the client."""
    with Office(profile={('limits', 'matches-per-address'): 1000}) as office:
        result = subprocess.run(
            [paths.program('tests/bench/order-load'), '--dir', office.service.folder, '--details', DETAILS,
             '--connect', str(office.service.port), '--orders', '24', '--clients', '8'],
            env=paths.without_leak_search(os.environ), capture_output=True, text=True)
        equal(result.returncode, 0, result.stderr)
        contains(result.stdout, '24 orders, 0 failed')
        states = [row[0] for row in office.sql("SELECT state FROM orders WHERE type = 'unlock'")]
        equal((states.count('completed'), states.count('withdrawn')), (12, 12))
        equal(office.sql('SELECT count (*) FROM documents'), [(36,)])


@case
def the_benchmark_can_be_started():
    result = subprocess.run(['/usr/bin/python3', '-m', 'bench', 'nothing'], capture_output=True, text=True,
                            env={**os.environ, 'PYTHONPATH': str(paths.SOURCE / 'tests')})
    equal((result.returncode, result.stderr),
          (1, 'unknown part: nothing; there are tokens, window, form, service\n'))


def descriptors(service):
    return len(os.listdir('/proc/%d/fd' % service.process.pid))


@case
def connections_closed_at_rest_are_lost_up_to_a_bound():
    with Office() as office:
        service = office.service
        before = descriptors(service)
        for _ in range(400):
            connection = service.connect()
            equal(service.get('/api/v1/profile', connection=connection).status, 200)
            connection.close()
        left = descriptors(service) - before
        diag('%d descriptors are left' % left)
        ok(left < 280, '%d descriptors are left' % left)


@case
def it_stops_when_told():
    with Office() as office:
        connection = office.service.connect()
        office.service.get('/api/v1/profile', connection=connection)
        equal(office.service.stop(), 0, 'exit status')
        try:
            office.service.get('/api/v1/profile')
            ok(False, 'somebody answered')
        except OSError:
            pass
        office.service.start()
        equal(office.service.get('/api/v1/profile').status, 200)


if __name__ == '__main__':
    main()
