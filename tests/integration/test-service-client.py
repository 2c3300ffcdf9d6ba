#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of the CA's service against servers that misbehave in every way over real TLS."""
import base64
import json
import socket
import ssl
import time
import types
import warnings
from pathlib import Path

from harness import paths, tap, tls
from harness.tls import (IMPATIENT, PATIENT, Server, anchor, answer, client, good_profile,
                         make_certificate, one, say, starts)

UNREACHABLE = 'org.yinyao.Error.ServiceUnreachable'
FAILED = 'org.yinyao.Error.ServiceFailed'
NOT_TRUSTED = 'org.yinyao.Error.CaNotTrusted'
CLOCK = 'org.yinyao.Error.Clock'
REFUSED = 'org.yinyao.Error.Refused'


# Cases

@tap.case
def a_good_answer_is_read():
    with Server(say(good_profile())) as server:
        tap.equal(client(server, 'anchors', 'anchors'), ['ok 1', 'ok 1'])
        tap.equal(server.connections, 1, 'connections')
        tap.contains(server.requests[0]['headers']['user-agent'], 'Yinyao/')


def hang(connection, request, number):
    time.sleep(40)


def half(data, rest=b''):
    def behave(connection, request, number):
        connection.sendall(data)
        time.sleep(40)
    return behave


SLOW = {
    'before TLS': lambda: Server(hang, before_tls=lambda server, c: server.hang()),
    'before the answer': lambda: Server(hang),
    'in the head': lambda: Server(half(b'HTTP/1.1 200 OK\r\nContent-')),
    'in the body': lambda: Server(half(good_profile()[:-20])),
}


@tap.case('a service that hangs is given up', args=[(k,) for k in SLOW])
def hanging(where):
    with SLOW[where]() as server:
        started = time.monotonic()
        line = one(server, timeout=IMPATIENT)
        starts(line, UNREACHABLE)
        tap.contains(line, '127.0.0.1:%d' % server.port)
        tap.contains(line, 'for 1 second')
        tap.ok(time.monotonic() - started < 20, 'it took too long')


@tap.case
def a_service_that_trickles_for_ever_is_given_up():
    def trickle(connection, request, number):
        data = good_profile()
        for i in range(len(data)):
            connection.sendall(data[i:i + 1])
            time.sleep(0.2)
    with Server(trickle) as server:
        started = time.monotonic()
        starts(one(server, timeout=IMPATIENT), UNREACHABLE)
        tap.ok(time.monotonic() - started < 20, 'it took too long')


def cut(data, how):
    def behave(connection, request, number):
        connection.sendall(data)
        if how == 'politely':
            connection.unwrap()
        elif how == 'reset':
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
        return False
    return behave


CUTS = [(where, how) for where in ('at once', 'in the head', 'in the body', 'in a chunk')
        for how in ('rudely', 'politely', 'reset')]


@tap.case('an answer cut off', args=CUTS)
def cut_off(where, how):
    whole = good_profile()
    data = {'at once': b'', 'in the head': whole[:40], 'in the body': whole[:-30],
            'in a chunk': b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'
                          b'Transfer-Encoding: chunked\r\n\r\n40\r\n{"anch'}[where]
    with Server(cut(data, how)) as server:
        line = one(server)
        # Half a head that ends politely cannot be told from a bad one.
        starts(line, FAILED if (where, how) == ('in the head', 'politely') else UNREACHABLE)
        tap.contains(line, '127.0.0.1:%d' % server.port)


@tap.case
def nobody_listens():
    with socket.socket() as reserved:
        reserved.bind(('127.0.0.1', 0))
        line = one(types.SimpleNamespace(port=reserved.getsockname()[1]))
    starts(line, UNREACHABLE)
    tap.contains(line, 'refused')


@tap.case
def a_host_name_that_does_not_exist():
    with Server(hang) as server:
        starts(one(server, host='no-such-host.invalid'), UNREACHABLE)


@tap.case
def a_server_without_tls():
    with Server(hang, tls=False,
                before_tls=lambda server, c: c.sendall(good_profile())) as server:
        line = one(server)
        tap.ok(line.startswith((UNREACHABLE, NOT_TRUSTED)), line)
        tap.equal(server.requests, [], 'requests')


CHUNKED_FLOOD = (b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'
                 b'Transfer-Encoding: chunked\r\n\r\n' + b'8000\r\n' + b' ' * 0x8000 + b'\r\n')
BAD_ANSWERS = {
    'wrong type': lambda: answer(kind='text/html', body=b'<html>'),
    'no type': lambda: good_profile().replace(b'Content-Type', b'X-Type'),
    'too long': lambda: answer(body=b' ' * 70000),
    'too long in chunks': lambda: CHUNKED_FLOOD + CHUNKED_FLOOD[-0x8008:] * 4,
    'no length': lambda: good_profile().replace(b'Content-Length', b'X-Length'),
    'not HTTP': lambda: b'220 mail.example ESMTP\r\n\r\n',
    'no content': lambda: b'HTTP/1.1 204 No Content\r\n\r\n',
    'not JSON': lambda: answer(body=b'{"anchors": ['),
    'empty': lambda: answer(body=b''),
    'not UTF-8': lambda: answer(body=b'{"anchors": ["\xff\xfe"]}'),
    'NUL': lambda: answer(body=b'{"anchors": ["\0"]}'),
    'an array': lambda: answer(body=[]),
    'deep': lambda: answer(body=b'[' * 60000),
    'deep objects': lambda: answer(body=b'{"a":' * 12000),
    'no anchors': lambda: answer(body={'anchors': []}),
    'anchors of another type': lambda: answer(body={'anchors': 'x'}),
    'an anchor that is null': lambda: answer(body={'anchors': [None]}),
    'an anchor that is a number': lambda: answer(body={'anchors': [1]}),
    'an anchor that is an object': lambda: answer(body={'anchors': [{}]}),
    'an anchor that is not base64': lambda: answer(body={'anchors': ['$$$$']}),
    'an anchor that is no certificate': lambda: answer(body={'anchors': ['AAAA']}),
    'an anchor with a tail': lambda: answer(body={'anchors': [base64.b64encode(
        base64.b64decode(anchor()) + b'x').decode()]}),
    'too many anchors': lambda: answer(body={'anchors': [anchor()] * 40}),
    '500 in JSON': lambda: answer('500 Oh', body={'error': {'code': 'internal', 'message': 'x'}}),
    '500 in HTML': lambda: answer('500 Oh', kind='text/html', body=b'<html>'),
    '500 without a body': lambda: answer('500 Oh'),
    '400': lambda: answer('400 No', body={'error': {'code': 'malformed', 'message': 'x'}}),
    '413': lambda: answer('413 No', body={'error': {'code': 'too-large', 'message': 'x'}}),
    'a long error': lambda: answer('400 No', body=b' ' * 40000),
    'status 299': lambda: good_profile().replace(b'200 OK', b'299 Odd'),
}


@tap.case('an answer that cannot be used', args=[(k,) for k in BAD_ANSWERS])
def bad_answer(what):
    with Server(say(BAD_ANSWERS[what]())) as server:
        starts(one(server), FAILED)


@tap.case('not available', args=[(502,), (503,), (504,)])
def not_available(status):
    with Server(say(answer('%d Later' % status, kind='text/html', body=b'x'))) as server:
        starts(one(server), UNREACHABLE)


@tap.case('a redirect is not followed', args=[(301,), (302,), (303,), (307,), (308,)])
def redirect(status):
    with Server(say(good_profile())) as other:
        where = 'https://127.0.0.1:%d/api/v1/profile' % other.port
        with Server(say(answer('%d Go' % status, Location=where))) as server:
            starts(one(server), FAILED)
        tap.equal(other.connections, 0, 'connections to the other server')


@tap.case('a certificate that is not trusted', args=[
    ('unknown', 'unknown authority'), ('elsewhere', 'another host'), ('expired', 'expired on 20'),
    ('early', 'not valid before 20')])
def not_trusted(certificate, reason):
    with Server(say(good_profile()), certificate) as server:
        line = one(server, 'activate')
        starts(line, NOT_TRUSTED)
        tap.contains(line, reason)
        tap.ok(all(not r['body'] for r in server.requests), 'something was sent')


@tap.case('old TLS', args=[('TLSv1',), ('TLSv1_1',)])
def old_tls(version):
    version = ssl.TLSVersion[version]
    with Server(say(good_profile()), versions=(version, version)) as server:
        starts(one(server), NOT_TRUSTED)
        tap.equal(server.requests, [], 'requests')


@tap.case
def a_wrong_clock_is_told_from_an_old_certificate():
    # To this server it is four days later, or earlier, than to the client.
    with Server(say(good_profile(ahead=4 * 86400)), 'early') as server:
        tap.equal(one(server, 'activate'),
                  CLOCK + " This computer's clock is 4 days behind the CA's")
        tap.ok(all(not r['body'] for r in server.requests), 'something was sent')
    with Server(say(good_profile(ahead=-4 * 86400)), 'expired') as server:
        tap.equal(one(server, 'activate'), CLOCK + " This computer's clock is 4 days ahead of the CA's")
        tap.ok(all(not r['body'] for r in server.requests), 'something was sent')


@tap.case
def dates_do_not_excuse_an_unknown_authority():
    make_certificate('early-unknown', authority='stranger', start=2)
    with Server(say(good_profile(ahead=4 * 86400)), 'early-unknown') as server:
        starts(one(server), NOT_TRUSTED)
        tap.equal(server.requests, [], 'requests')


@tap.case('a clock that is off is a warning', args=[
    ('anchors', -3600, "This computer's clock is 60 minutes ahead of the CA's"),
    ('activate', 7300, "This computer's clock is 2 hours behind the CA's"), ('anchors', 100, None)])
def warning(call, ahead, text):
    body = {'anchors': [anchor()]} if call == 'anchors' else grant()
    with Server(say(answer(body=body, ahead=ahead))) as server:
        lines = client(server, call)
        starts(lines[0], 'ok')
        tap.equal(lines[1:], ['warning ' + text] if text else [])


@tap.case('a clock that makes certificates invalid is an error', args=[
    (0, 400, '2 hours behind'), (-60, -1, 'ahead')])
def clock_error(start, end, text):
    # What the CA issues now is not valid yet to this computer; or the CA's own has expired for it.
    name = 'anchor%d' % start
    make_certificate(name, start=start, end=end)
    pem = (tls.folder / (name + '.pem')).read_text().split('-----')[2]
    body = {'anchors': [''.join(pem.split())]}
    ahead = 7300 if 'behind' in text else -50 * 3600
    with Server(say(answer(body=body, ahead=ahead))) as server:
        tap.equal(one(server), CLOCK + " This computer's clock is %s the CA's" % (
            text if 'behind' in text else '2 days ahead of'))


# Calls

def grant(**more):
    return {'order': {'number': '2026-1', 'type': 'apply', 'state': 'ready', 'organization': '示例',
                      'years': 1},
            'grant': {'id': 'g1', 'state': 'authorised', 'session': None, 'key': 'BEARER+/='},
            'cmp': {'reference': 'r1'},
            'key': {'type': 'EC', 'bits': 256, 'id': '0a0b', 'label': '印钥'},
            'subject': base64.b64encode(bytes.fromhex('300c310a300806035504030c0161')).decode(),
            'certificate': None, **more}


def service(connection, request, number):
    path = request['line'].split()[1]
    text = answer(kind='text/plain', body=b'3537363231383830\na7c1e90d44b2f638\n')
    connection.sendall({
        '/api/v1/activations': answer(body=grant()),
        '/api/v1/grants/g1/release': text,
        '/api/v1/grants/g1/cmp-secret': answer(kind='text/plain; charset=utf-8', body=b'c' * 64),
        '/api/v1/grants/g1/state': answer(body={'grant': {'id': 'g1', 'state': 'pin-set',
                                                          'session': 's'}}),
        '/api/v1/grants/g1/order': answer(body={'order': {**grant()['order'],
                                                          'state': 'completed'},
                                                'certificate': anchor()}),
        '/.well-known/cmp': answer(kind='application/pkixcmp', body=b'pong!'),
        '/api/v1/office/tokens/A%2F1/prepare': text.replace(
            b'\r\n\r\n', b'\r\nYinyao-Label: %E5%8D%B0%20key\r\n\r\n'),
        '/api/v1/office/tokens/A%2F1/prepared': answer(body={'serial': 'A/1', 'order': '2026-1',
                                                             'state': 'prepared'}),
    }[path])


@tap.case
def every_call_says_what_the_interface_says():
    (tls.folder / 'office.key').write_text('OFFICE\n')
    with Server(service) as server:
        lines = client(server, 'activate', 'release', 'cmp-secret', 'report', 'look', 'cmp',
                       'prepare', 'prepared', config='office-key-file=%s' % (tls.folder / 'office.key'))
    tap.equal(lines, ['ok 2026-1 EC 256 印钥', 'ok 3537363231383830 a7c1e90d44b2f638',
                      'ok ' + 'c' * 64, 'ok 2', 'ok completed', 'ok 5',
                      'ok 3537363231383830 a7c1e90d44b2f638 印 key', 'ok prepared'])
    tap.equal(server.connections, 2, 'connections, one of them for CMP')
    bodies = [json.loads(r['body']) for r in server.requests if r['body'].startswith(b'{')]
    tap.equal(bodies, [
        {'token': 'S\\1', 'session': '00112233445566778899aabbccddeeff', 'code': '12"34'},
        {'session': '00112233445566778899aabbccddeeff', 'state': 'pin-set'},
        {'order': '2026-1', 'model': 'a "model"'}, {'order': '2026-1'}])
    tap.equal([r['headers'].get('authorization') for r in server.requests],
              [None] + ['Bearer BEARER+/='] * 4 + [None] + ['Bearer OFFICE'] * 2)
    tap.equal(server.requests[5]['body'], b'ping')


@tap.case
def without_an_office_key_nothing_is_sent():
    with Server(service) as server:
        starts(one(server, 'prepare'), 'org.yinyao.Error.Usage')
        tap.equal(server.requests, [], 'requests')


GOOD = grant()
BAD_GRANTS = {
    'no order': {'order': None}, 'no grant': {'grant': None}, 'no key': {'key': None},
    'no cmp': {'cmp': []}, 'a state unknown': {'grant': {**GOOD['grant'], 'state': 'odd'}},
    'an id with a path': {'grant': {**GOOD['grant'], 'id': '../x'}},
    'an empty id': {'grant': {**GOOD['grant'], 'id': ''}},
    'a key with a line break': {'grant': {**GOOD['grant'], 'key': 'a\r\nX: y'}},
    'a key too long': {'grant': {**GOOD['grant'], 'key': 'a' * 300}},
    'a number for text': {'order': {**GOOD['order'], 'organization': 5}},
    'an escape sequence': {'order': {**GOOD['order'], 'organization': '\x1b[2J'}},
    'a short RSA key': {'key': {**GOOD['key'], 'type': 'RSA', 'bits': 1024}},
    'a key of odd type': {'key': {**GOOD['key'], 'type': 'DSA'}},
    'bits in text': {'key': {**GOOD['key'], 'bits': '256'}},
    'an id of half a byte': {'key': {**GOOD['key'], 'id': 'abc'}},
    'an id not in hex': {'key': {**GOOD['key'], 'id': 'zz'}},
    'an id too long': {'key': {**GOOD['key'], 'id': '00' * 100}},
    'a subject that is no name': {'subject': 'AAAA'},
    'a subject with a tail': {'subject': 'MAwxCjAIBgNVBAMMAWEA'},
    'a certificate that is none': {'certificate': 'AAAA'},
    'a session that is a number': {'grant': {**GOOD['grant'], 'session': 7}},
}


@tap.case('a grant that cannot be used', args=[(k,) for k in BAD_GRANTS])
def bad_grant(what):
    with Server(say(answer(body=grant(**BAD_GRANTS[what])))) as server:
        starts(one(server, 'activate'), FAILED)


@tap.case('secrets that cannot be used', args=[(b'',), (b'one\n',), (b'a\nb\nc\n',), (b'\n\n',),
                                               (b'a\x01\nb\n',), (b'a' * 2000,), (b'a b\nc\n',)])
def bad_secrets(body):
    def behave(connection, request, number):
        first = 'activations' in request['line']
        connection.sendall(answer(body=grant()) if first else
                           answer(kind='text/plain', body=body))
    with Server(behave) as server:
        starts(client(server, 'activate', 'release')[1], FAILED)


ERRORS = [
    (403, {'code': 'code-incorrect', 'tries_left': 3}, 'CodeIncorrect', '3 tries are left'),
    (403, {'code': 'code-incorrect', 'tries_left': 1}, 'CodeIncorrect', '1 try is left'),
    (403, {'code': 'code-incorrect', 'tries_left': 0}, 'CodeExpired', 'void now'),
    (403, {'code': 'code-incorrect', 'tries_left': 'x'}, 'CodeIncorrect', 'wrong'),
    (410, {'code': 'code-void'}, 'CodeExpired', 'void'),
    (410, {'code': 'code-expired'}, 'CodeExpired', 'expired'),
    (410, {'code': 'code-used'}, 'CodeUsed', 'used already'),
    (404, {'code': 'not-found'}, 'TokenNotPrepared', 'not prepared'),
    (409, {'code': 'not-ready', 'state': 'first-review'}, 'Refused', 'not approved'),
    (409, {'code': 'not-ready', 'state': 'rejected'}, 'Refused', 'rejected'),
    (409, {'code': 'conflict'}, 'Refused', 'another order'),
    (401, {'code': 'unauthorized'}, 'Refused', 'key'),
    (429, {'code': 'rate-limited', 'retry_after': 30}, 'Refused', '30 seconds'),
    (429, {'code': 'rate-limited'}, 'Refused', 'few minutes'),
    (418, {'code': 'teapot', 'message': 'evil \x1b[2J'}, 'Refused', 'HTTP 418'),
    (403, None, 'ServiceFailed', 'HTTP 403'),
]


@tap.case('an error of the service', args=[(s, json.dumps(e), c, t) for s, e, c, t in ERRORS])
def api_error(status, error, code, text):
    body = {'error': json.loads(error)}
    with Server(say(answer('%d No' % status, body=body))) as server:
        line = one(server, 'activate')
        starts(line, 'org.yinyao.Error.' + code)
        tap.contains(line, text.replace('not prepared', 'has not prepared').replace(
            'not approved', 'has not approved'))
        tap.ok('\x1b' not in line, 'the service steers the terminal')


@tap.case('a code that cannot be right is not sent', args=[('',), ('12 34',), ('密码',), ('1' * 65,)])
def impossible_code(code):
    with Server(service) as server:
        starts(one(server, 'activate', code=code), 'org.yinyao.Error.CodeIncorrect')
        tap.equal(server.connections, 0, 'connections')


def scan(text):
    return 'scan:' + bytes(b ^ 1 for b in text.encode()).hex()


def no_secret_stays_in_memory():
    so_pins = ('3537363231383830', 'a7c1e90d44b2f638')
    with Server(service) as server:
        lines = client(server, 'quiet', 'activate', 'release', *map(scan, so_pins), 'cmp-secret',
                       scan('c' * 64))
        tap.equal(lines, ['ok ', 'ok ', 'found 0', 'found 0', 'ok ', 'found 0'])
        # The scan can find something: the grant still holds its key.
        lines = client(server, 'quiet', 'activate', scan('BEARER+/='))
        tap.equal(lines, ['ok ', 'found 1'])


# AddressSanitizer keeps freed memory as it was, so there it is no question.
if b'__asan_init' not in Path(paths.program('tests/integration/service-client')).read_bytes():
    tap.case(no_secret_stays_in_memory)


# Connections

@tap.case
def a_call_is_repeated_once_on_a_kept_connection_that_was_closed():
    def behave(connection, request, number):
        if number == 2:
            return False
        connection.sendall(good_profile())
    with Server(behave) as server:
        tap.equal(client(server, 'anchors', 'anchors'), ['ok 1', 'ok 1'])
        tap.equal(len(server.requests), 3, 'requests')


@tap.case
def but_not_twice_and_not_on_a_fresh_connection():
    def behave(connection, request, number):
        if number != 1:
            return False
        connection.sendall(answer(body=grant()))
    with Server(behave) as server:
        starts(client(server, 'activate', 'release')[1], UNREACHABLE)
        tap.equal(len(server.requests), 3, 'requests')


@tap.case
def a_cmp_message_is_never_repeated():
    def behave(connection, request, number):
        if 'cmp' in request['line']:
            return False
        connection.sendall(good_profile())
    with Server(behave) as server:
        starts(client(server, 'anchors', 'cmp')[1], UNREACHABLE)
        tap.equal(len(server.requests), 2, 'requests')


@tap.case('CMP answers', args=[(1000000, 'ok 1000000'), (1100000, FAILED), (0, FAILED)])
def cmp_size(size, wanted):
    with Server(say(answer(kind='application/pkixcmp', body=b'x' * size))) as server:
        tap.ok(one(server, 'cmp').startswith(wanted))


@tap.case
def a_call_can_be_cancelled():
    with Server(hang) as server:
        started = time.monotonic()
        lines = client(server, 'cancel', 'anchors')
        tap.contains(lines[0], 'ancelled')
        tap.ok(time.monotonic() - started < PATIENT / 2, 'it took too long')


@tap.case('a file of authorities that cannot be used', args=[('missing',), ('empty',), ('text',)])
def bad_ca_file(what):
    (tls.folder / 'empty').write_text('')
    (tls.folder / 'text').write_text('hello')
    with Server(service) as server:
        lines = client(server, 'anchors', ca=what)
        tap.contains(lines[0], 'no service: The file of trusted authorities cannot be used')


if __name__ == '__main__':
    warnings.simplefilter('ignore', DeprecationWarning)  # old TLS is what is tested
    tap.main(tls.setup, tls.teardown)
