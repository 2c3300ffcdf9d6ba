# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders begun in the client: unlocking a token with the right details or with documents, and what
the office does with them. Python's HTTPS client stands in the client's place."""
import atexit
import contextlib
import copy
import hashlib
import json
import os
import pty
import re
import resource
import shutil
import sqlite3
import stat
import subprocess
import threading
import time
import unicodedata
from pathlib import Path

from harness import documents, paths
from harness.office import Office
from harness.tap import case, contains, diag, equal, main, ok

PIECE = 64 * 1024
MOST = 1024 * 1024
NAMES = ('certificate-form', 'licence', 'agent-identity')
OCTETS = {'Content-Type': 'application/octet-stream'}
MANY = {('limits', 'matches-per-address'): '100000', ('limits', 'matches-per-token'): '100000'}
RIGHT = {'organization': {'name': '深圳市示例文具有限公司'},
         'agent': {'name': '张三', 'document_type': 'identity-card',
                   'document_number': '11010519491231002X', 'mobile': '13800000000'}}
# One character of every extension of the CJK ideographs, and what may follow one.
RARE = '㐀𠀀𪜀𫝀𫠠𬺰𰀀𱍐𮯰葛󠄁'


class World:
    """One CA for most cases; each takes a token of its own."""

    def __init__(self):
        self.office = Office(profile=MANY)
        self.count = 0
        atexit.register(self.office.__exit__)

    def token(self):
        self.count += 1
        return self.office.issue('T%d' % self.count)


_world = []


def world():
    if not _world:
        _world.append(World())
    return _world[0]


def details(**changes):
    made = copy.deepcopy(RIGHT)
    for name, value in changes.items():
        group = 'organization' if name == 'organization' else 'agent'
        made[group]['name' if name == 'organization' else name] = value
    return made


def digest(data):
    return hashlib.sha256(data).hexdigest()


class Client:
    """One applicant: begins an order and goes on with it."""

    def __init__(self, service, token, given=None):
        self.service = service
        self.token = token
        self.answer = service.post('/api/v1/orders', {'type': 'unlock', 'token': token, **(given or RIGHT)})
        if self.answer.status == 200:
            self.number = self.answer.json['order']['number']
            self.key = self.answer.json['key']

    def call(self, path='', body=None, method='POST', **options):
        options.setdefault('bearer', self.key)
        return self.service.request(method, '/api/v1/orders/%s%s' % (self.number, path),
                                    b'' if body is None else body, **options)

    def view(self):
        answer = self.call(method='GET', body=None)
        equal(answer.status, 200)
        return answer.json['order']

    @property
    def state(self):
        return self.view()['state']

    def document(self, name):
        return {d['name']: d for d in self.view()['documents']}[name]

    def begin(self, name, data, file_name='scan', **changes):
        return self.call('/documents/' + name, {'size': len(data), 'sha256': digest(data),
                                                'file_name': file_name, **changes})

    def piece(self, name, offset, data, headers=OCTETS):
        return self.call('/documents/%s/%d' % (name, offset), data, headers=headers)

    def upload(self, name, data, file_name='scan', size=PIECE):
        """All of it, from where it stopped; the last answer."""
        answer = self.begin(name, data, file_name)
        while answer.status == 200 and not answer.json['complete']:
            start = answer.json['received']
            answer = self.piece(name, start, data[start:start + size])
        return answer

    def hand_in(self):
        for name in NAMES:
            equal(self.upload(name, documents.pdf()).json['complete'], True, name)
        answer = self.call('/submit')
        equal(answer.status, 200)
        equal(answer.json['order']['state'], 'first-review')
        return self


def stranger(**changes):
    """Details that differ from the last order's."""
    return details(**(changes or {'name': '李四'}))


def a_client(given=None):
    return Client(world().office.service, world().token(), given or stranger())


def padded(size):
    """A PDF of that many bytes, different each time."""
    noise = os.urandom(8).hex().encode()
    plain = documents.pdf(content=b'% ' + noise + b'\n')
    made = documents.pdf(content=b'% ' + noise + b'x' * (size - len(plain)) + b'\n')
    while len(made) != size:
        made = documents.pdf(content=b'% ' + noise + b'x' * (size - len(plain) - (len(made) - size)) + b'\n')
        plain = plain + b'x' * (len(made) - size)
    return made


def files(service):
    """Everything below uploads and documents, as paths relative to the CA's folder."""
    found = []
    for top in ('uploads', 'documents'):
        for folder, _, names in os.walk(service.folder / top):
            found += [os.path.relpath(os.path.join(folder, name), service.folder) for name in names]
    return sorted(found)


def is_harmless(text):
    """Whether a terminal shows it as it stands: lines and tabs are the only controls."""
    return all(c in '\n\t' or unicodedata.category(c) not in ('Cc', 'Cf', 'Cs', 'Zl', 'Zp') for c in text)


# Details


@case
def the_right_details_are_ready_at_once():
    service = world().office.service
    token = world().token()
    client = Client(service, token)
    order = client.answer.json['order']
    equal(order['state'], 'ready')
    equal(order['agent_matches'], True)
    equal(order['documents'], [])
    equal(order['token'], token)
    equal(order['code'], None)
    equal(order['agent'], RIGHT['agent'])
    equal(client.view(), order)
    # Handing in what is handed in changes nothing.
    equal(client.call('/submit').json['order'], order)


@case
def details_are_compared_as_people_mean_them():
    token = world().token()
    for given in (details(name='张 三'), details(organization='深圳市　示例文具 有限公司'),
                  details(organization='深圳市示例⽂具有限公司')):
        client = Client(world().office.service, token, given)
        equal(client.answer.status, 200, repr(client.answer))
        equal(client.view()['state'], 'ready', str(given))


@case
def one_wrong_detail_and_nothing_is_told():
    service, token = world().office.service, world().token()
    shapes = set()
    for change in ({'organization': '深圳市另一家文具有限公司'}, {'name': '张叁'}, {'document_type': 'passport'},
                   {'document_number': '110105194912310038'}, {'mobile': '13800000001'}):
        client = Client(service, token, details(**change))
        equal(client.answer.status, 200, repr(client.answer))
        order = client.answer.json['order']
        equal(order['state'], 'draft', str(change))
        equal(order['agent_matches'], False)
        equal([d['name'] for d in order['documents']], list(NAMES))
        equal([d['title'] for d in order['documents']], ['机构数字证书申请表', '营业执照', '经办人身份证'])
        shapes.add(json.dumps([sorted(order), order['documents'], order['code'], order['reason']]))
        client.call('/withdraw')
    equal(len(shapes), 1, 'the answers differ')


@case
def the_same_details_lead_to_the_same_order():
    service, token = world().office.service, world().token()
    first = Client(service, token, stranger())
    again = Client(service, token, stranger(name='李 四'))
    other = Client(service, token, stranger(name='王五'))
    equal((again.number, again.key), (first.number, first.key))
    ok(other.number != first.number and other.key != first.key)
    first.hand_in()
    equal(Client(service, token, stranger()).answer.json['order']['state'], 'first-review')
    service.reject(first.number, '看不清')
    again = Client(service, token, stranger())
    equal(again.number, first.number)
    equal(again.view()['reason'], '看不清')
    first.call('/withdraw')
    ok(Client(service, token, stranger()).number != first.number, 'a withdrawn order came back')


@case
def tokens_that_cannot_be_unlocked():
    office = world().office
    number = office.service.add_order(paths.SOURCE / 'data/profiles/demo-order.ini')
    office.service.approve(number)
    office.service.prepare('NEVER', number)
    answer = Client(office.service, 'NEVER').answer
    equal((answer.code, answer.json['error']['state']), ('not-ready', 'prepared'))
    equal(Client(office.service, 'NOBODY').answer.code, 'not-found')


@case
def nothing_malformed_gets_through():
    service, token = world().office.service, world().token()
    right = {'type': 'unlock', 'token': token, **RIGHT}

    def without(group, name):
        made = copy.deepcopy(right)
        del (made[group] if group else made)[name]
        return made

    bad = [without(None, n) for n in ('type', 'token', 'organization', 'agent')]
    bad += [without('agent', n) for n in RIGHT['agent']] + [without('organization', 'name')]
    bad += [{**right, 'type': t} for t in ('apply', 'seal', '', 7, None)]
    bad += [{**right, 'token': t} for t in ('', 'a b', 'x' * 65, 5)]
    bad += [{**right, 'organization': o} for o in ('name', [], {'name': ''}, {'name': 'x' * 65}, {'name': 3})]
    bad += [{**right, **details(**c)} for c in (
        {'mobile': '123'}, {'mobile': '1380000000x'}, {'document_type': 'card'},
        {'document_number': '110105194912310021'}, {'name': 'x' * 65}, {'name': '张\n三'})]
    bad += [[], 'text', 5, None, {}]
    for body in bad:
        answer = service.post('/api/v1/orders', json.dumps(body).encode())
        equal(answer.code, 'malformed', str(body))
    for raw in (b'', b'{', b'\xff', b'[' * 5000, b'{"type":"unlock\\u0000"}'):
        equal(service.post('/api/v1/orders', raw).code, 'malformed', repr(raw[:20]))
    equal(service.post('/api/v1/orders', b'{"a":"' + b'x' * PIECE + b'"}').code, 'too-large')
    client = Client(service, token, stranger())
    equal(client.call('/details', {'organization': {'name': 'x'}}).code, 'malformed')
    for path in ('/documents/photo', '/documents/seal-form', '/documents/../licence', '/documents/Licence'):
        equal(client.call(path, {'size': 1, 'sha256': '0' * 64, 'file_name': 'x'}).code, 'not-found', path)
    for change in ({'size': -1}, {'size': '5'}, {'size': 1.5}, {'size': None}, {'sha256': 'x' * 64},
                   {'sha256': '0' * 63}, {'sha256': '../' + '0' * 61}, {'sha256': 5}, {'file_name': ''},
                   {'file_name': 'x' * 1025}, {'file_name': 5}):
        equal(client.begin('licence', b'x', **change).code, 'malformed', str(change))
    equal(client.piece('licence', 0, b'x', headers={}).code, 'malformed')
    equal(client.piece('licence', 0, b'').code, 'malformed')
    equal(client.call('/documents/licence/-1', b'x', headers=OCTETS).code, 'malformed')
    equal(client.call('/documents/licence/0x', b'x', headers=OCTETS).code, 'malformed')
    equal(client.call('/documents/licence/99999999999999999999', b'x', headers=OCTETS).code, 'malformed')


@case
def an_order_opens_with_its_own_key_only():
    service = world().office.service
    mine, other = a_client(), a_client()
    calls = [('', 'GET'), ('/details', 'POST'), ('/documents/licence', 'POST'), ('/documents/licence/0', 'POST'),
             ('/submit', 'POST'), ('/withdraw', 'POST')]
    for path, method in calls:
        for key in (None, 'x', other.key, mine.key[:-1], mine.key + '0', mine.key.upper()):
            equal(mine.call(path, method=method, bearer=key).code, 'unauthorized', path)
    for name in service.folder.glob('*'):
        ok(name.is_dir() or mine.key.encode() not in name.read_bytes(), '%s has the key' % name)
    ok(mine.key not in service.log.read_text('utf-8'), 'the log has the key')
    applied = service.orders()[0]['number']
    equal(service.get('/api/v1/orders/' + applied, bearer=mine.key).code, 'unauthorized')
    for number in ('1', '9999000001', '%2e%2e', "' OR 1=1", '*'):
        equal(service.get('/api/v1/orders/' + number.replace(' ', '%20'), bearer=mine.key).code, 'not-found')
    # The audit log tells of some, whoever asks for how long, be it with the key of an order or a grant.
    grant = world().office.activate(world().office.ready('G1')[1], 'G1')
    equal([world().office.grant(grant, 'release', bearer='x').code for _ in range(5)], ['unauthorized'] * 5)
    told = len([a for a in service.audit() if 'wrong, bearer key' in a['why']])
    equal(told, 30)


# Documents and the office


@case
def handed_in_reviewed_and_approved():
    service = world().office.service
    client = a_client()
    equal(client.call('/submit').code, 'not-ready')
    contents = {'certificate-form': padded(300000), 'licence': documents.pdf(2), 'agent-identity': documents.pdf(3)}
    for name, data in contents.items():
        equal(client.upload(name, data, '扫描件 %s.pdf' % name).json, {'received': len(data), 'complete': True})
        shown = client.document(name)
        equal((shown['complete'], shown['size'], shown['received'], shown['sha256'], shown['file_name']),
              (True, len(data), len(data), digest(data), '扫描件 %s.pdf' % name))
    equal(service.office_process('order', 'approve', client.number).returncode, 1, 'a draft was approved')
    equal(client.call('/submit').json['order']['state'], 'first-review')
    equal(client.call('/submit').json['order']['state'], 'first-review')
    # What the office is looking at stays as it is.
    equal(client.begin('licence', documents.pdf(4)).code, 'not-ready')
    equal(client.call('/details', stranger(name='赵六')).code, 'not-ready')
    equal(client.call('/details', stranger()).json['order']['state'], 'first-review')
    listed = service.office('order', 'list', '--state', 'first-review', '--type', 'unlock')
    ok(client.number in [o['number'] for o in listed])
    ok(all(o['state'] == 'first-review' and o['type'] == 'unlock' for o in listed))
    shown = service.order(client.number)
    equal({d['name']: (d['format'], d['size']) for d in shown['documents']},
          {name: ('pdf', len(data)) for name, data in contents.items()})
    for name, data in contents.items():
        out = world().office.folder / name
        result = service.office_process('order', 'open', client.number, name, '--output', out)
        equal(result.returncode, 0, result.stderr)
        equal(out.read_bytes(), data)
        equal(stat.S_IMODE(out.stat().st_mode), 0o600)
        equal(service.office_process('order', 'open', client.number, name, '--output', out).returncode, 1,
              'a file was written over')
        out.unlink()
    equal(service.approve(client.number)['state'], 'ready')
    order = client.view()
    equal((order['state'], order['reason'], order['agent_matches']), ('ready', None, False))
    message = [m for m in service.outbox() if m['order'] == client.number][-1]
    equal(message['to'], '13800000000')
    contains(message['text'], '已通过审核')
    equal(message['code'], None)
    opened = [a['why'] for a in service.audit() if a['what'] == 'document.open' and a['subject'] == client.number]
    equal(set(opened), set(contents))
    equal(service.office_process('order', 'resend', client.number).returncode, 1)


@case
def every_format_is_taken():
    client = a_client()
    folder = world().office.folder
    for name, suffix in (('a.png', 'png'), ('a.jpg', 'jpg'), ('a.gif', 'gif'), ('BMP3:a.bmp', 'bmp')):
        data = Path(documents.picture(folder, name)).read_bytes()
        equal(client.upload('licence', data, '照片').json['complete'], True, name)
        equal(world().office.service.order(client.number)['documents'][0]['format'], suffix)


@case
def rejected_corrected_and_handed_in_again():
    service = world().office.service
    client = a_client().hand_in()
    service.reject(client.number, '营业执照看不清')
    order = client.view()
    equal((order['state'], order['reason']), ('rejected', '营业执照看不清'))
    contains(service.outbox()[-1]['text'], '营业执照看不清')
    equal([d['complete'] for d in order['documents']], [True] * 3)
    # The form has the details on it; the same details again change nothing.
    equal(client.call('/details', stranger()).json['order']['documents'], order['documents'])
    order = client.call('/details', stranger(name='李四', mobile='13900000000')).json['order']
    equal([d['complete'] for d in order['documents']], [False, True, True])
    equal((order['state'], order['agent']['mobile']), ('rejected', '13900000000'))
    equal(client.call('/submit').code, 'not-ready')
    client.upload('certificate-form', documents.pdf(2))
    client.upload('licence', documents.pdf(5))
    order = client.call('/submit').json['order']
    equal((order['state'], order['reason']), ('first-review', None))
    service.approve(client.number)
    equal(client.state, 'ready')
    equal(service.outbox()[-1]['to'], '13900000000')
    # Even then the office can stop it.
    service.reject(client.number, '本人来电否认')
    equal(client.state, 'rejected')


@case
def corrected_details_that_match_need_no_documents():
    client = a_client()
    order = client.call('/details', RIGHT).json['order']
    equal((order['state'], order['documents'], order['agent_matches']), ('ready', [], True))
    equal(client.call('/details', RIGHT).json['order']['state'], 'ready')
    equal(client.call('/details', stranger()).code, 'not-ready')


def needs_the_office(client, state):
    """Nothing but documents and the office's approval makes this order ready."""
    service = world().office.service
    order = client.view()
    equal((order['state'], order['agent_matches'], len(order['documents'])), (state, False, 3))
    equal(client.call('/details', RIGHT).json['order']['state'], state)
    equal(client.call('/submit').code, 'not-ready')
    equal(client.call('/code').code, 'not-ready')
    client.hand_in()
    service.approve(client.number)
    equal(client.state, 'ready')


@case
def the_offices_rejection_stands_though_the_details_match():
    office = world().office
    service, token = office.service, world().token()
    client = Client(service, token)
    equal(client.state, 'ready')
    equal(service.order(client.number)['rejected'], False)
    service.reject(client.number, '本人来电否认')
    equal(service.order(client.number)['rejected'], True)
    again = Client(service, token)
    equal((again.number, again.state), (client.number, 'rejected'))
    service.restart()
    needs_the_office(client, 'rejected')
    # Approved, stopped once more: still the office's.
    service.reject(client.number, '再次否认')
    equal(client.call('/submit').json['order']['state'], 'first-review')


@case
def withdrawing_does_not_get_round_a_rejection():
    service, token = world().office.service, world().token()
    first = Client(service, token)
    service.reject(first.number, '本人来电否认')
    first.call('/withdraw')
    second = Client(service, token, details(name='张 三'))
    ok(second.number != first.number)
    equal((second.state, service.order(second.number)['rejected']), ('draft', True))
    # Nor does coming from other details; those were not rejected, and the office sees them anyway.
    second.call('/withdraw')
    third = Client(service, token, stranger())
    equal((third.state, service.order(third.number)['rejected']), ('draft', False))
    third.call('/details', RIGHT)
    needs_the_office(third, 'draft')
    # The next order that is completed begins a new chapter.
    world().office.sql("UPDATE orders SET state = 'completed' WHERE number = ?", third.number)
    equal(Client(service, token).state, 'ready')


@case
def somebody_elses_rejection_does_not_hinder_the_owner():
    service, token = world().office.service, world().token()
    other = Client(service, token, stranger()).hand_in()
    service.reject(other.number, '印章不符')
    equal(Client(service, token).state, 'ready')
    other.call('/details', RIGHT)
    equal(other.state, 'rejected')


@case
def withdrawn_in_every_state():
    service = world().office.service

    def code_state(number):
        return world().office.sql('SELECT state FROM codes WHERE order_number = ?', number)

    def draft(client):
        client.upload('licence', documents.pdf())
        client.begin('agent-identity', documents.pdf())

    def rejected(client):
        client.hand_in()
        service.reject(client.number, '不行')

    def ready(client):
        client.hand_in()
        service.approve(client.number)
        equal(client.call('/code').status, 200)
        equal(code_state(client.number), [(0,)])

    for prepare in (lambda c: None, draft, Client.hand_in, rejected, ready):
        client = a_client()
        prepare(client)
        for _ in range(2):
            equal(client.call('/withdraw').json['order']['state'], 'withdrawn')
        equal(client.call('/submit').code, 'not-ready')
        equal(client.call('/details', RIGHT).code, 'not-ready')
        equal(client.begin('licence', documents.pdf()).code, 'not-ready')
        equal(client.call('/code').code, 'not-ready')
        equal(world().office.sql('SELECT count(*) FROM uploads WHERE order_number = ?', client.number), [(0,)])
        if prepare is ready:
            equal(code_state(client.number), [(1,)], 'the code is not void')
        if prepare is draft:
            equal(client.document('licence')['complete'], False)
    client = a_client()
    equal(service.office('order', 'withdraw', client.number)[0]['state'], 'withdrawn')
    equal(client.state, 'withdrawn')
    equal(service.office_process('order', 'withdraw', client.number).returncode, 1)


@case
def nobody_keeps_the_owner_out():
    service, token = world().office.service, world().token()
    strangers = [Client(service, token, stranger(mobile='1390000000%d' % i)) for i in range(5)]
    time.sleep(1.1)
    strangers[0].call('/details', stranger(mobile='13900000000'))
    # The draft left alone for longest makes room, and the right details need none.
    equal(Client(service, token).answer.json['order']['state'], 'ready')
    sixth = Client(service, token, stranger(mobile='13900000006'))
    equal(sixth.answer.status, 200)
    states = [c.state for c in strangers]
    equal(states.count('withdrawn'), 1)
    equal(states[0], 'draft', 'the one just used went')
    for client in [c for c in strangers if c.state == 'draft'] + [sixth]:
        client.hand_in()
    equal(Client(service, token, stranger(mobile='13900000007')).answer.code, 'conflict')
    equal(Client(service, token).answer.json['order']['state'], 'ready')
    # Those that were rejected wait for their applicants again, perhaps for ever.
    service.reject(sixth.number, '不清楚')
    equal(Client(service, token, stranger(mobile='13900000007')).answer.status, 200)
    equal(sixth.state, 'withdrawn')


# Uploads


@case
def bad_documents_are_refused():
    client = a_client()
    good = documents.pdf()
    bomb = documents.packed_pdf({**documents.page_objects(1), 9: b'(' + b'a' * (300 << 20) + b')'})
    ok(len(bomb) <= MOST, 'the bomb is too large: %d' % len(bomb))
    png = Path(documents.picture(world().office.folder, 'b.png')).read_bytes()
    huge = bytearray(png)
    huge[16:24] = (60000).to_bytes(4, 'big') * 2
    for reason, data in (('type', b'MZ' + os.urandom(5000)), ('type', b'<svg onload="x"/>'), ('type', b'x'),
                         ('type', b'#!/bin/sh\nrm -rf /\n'), ('pages', documents.pdf(100)),
                         ('content', bomb), ('content', good[:len(good) // 2]), ('content', bytes(huge)),
                         ('content', png[:len(png) // 2])):
        answer = client.upload('licence', data, 'x.pdf')
        equal((answer.status, answer.code, answer.json['error'].get('reason')), (422, 'unacceptable', reason),
              repr(data[:30]))
        equal(client.document('licence')['received'], 0)
        equal(client.document('licence')['complete'], False)
    for size, reason in ((0, 'empty'), (MOST + 1, 'too-large'), (2 ** 62, 'too-large')):
        answer = client.begin('licence', b'x', size=size)
        equal((answer.code, answer.json['error']['reason']), ('unacceptable', reason))
    # What arrives is not what was announced.
    answer = client.begin('licence', good, sha256=digest(b'another'))
    equal(client.piece('licence', 0, good).json['error']['reason'], 'digest')
    equal(client.piece('licence', 0, good).code, 'not-found', 'the upload was not forgotten')
    client.begin('licence', good, size=len(good) - 1)
    equal(client.piece('licence', 0, good).json['error']['reason'], 'digest')
    equal(client.call('/submit').code, 'not-ready')
    equal(client.upload('licence', good).json['complete'], True)
    # A bad one does not take the place of a good one.
    equal(client.upload('licence', b'nothing').code, 'unacceptable')
    equal(client.document('licence')['sha256'], digest(good))


@case
def the_largest_document_in_the_largest_pieces():
    client = a_client()
    data = padded(MOST)
    equal(len(data), MOST)
    client.begin('licence', data)
    equal(client.piece('licence', 0, data[:PIECE + 1]).code, 'too-large')
    for offset in range(0, MOST, PIECE):
        answer = client.piece('licence', offset, data[offset:offset + PIECE])
        equal(answer.json, {'received': offset + PIECE, 'complete': offset + PIECE == MOST})


@case
def pieces_that_do_not_belong_there():
    client = a_client()
    data = padded(200000)
    equal(client.piece('licence', 0, data[:10]).code, 'not-found')
    equal(client.begin('licence', data).json, {'received': 0, 'complete': False})
    equal(client.piece('licence', 0, data[:1000]).json['received'], 1000)
    for offset in (0, 999, 1001, 200000, 2 ** 30):
        answer = client.piece('licence', offset, b'x' * 10)
        equal((answer.status, answer.code, answer.json['error']['received']), (409, 'conflict', 1000))
    shown = client.document('licence')
    equal((shown['received'], shown['size'], shown['complete']), (1000, 200000, False))
    equal(client.upload('licence', data).json['complete'], True)
    # The answer to the last piece was lost.
    last = 200000 - (200000 - 1000) % PIECE
    equal(client.piece('licence', last, data[last:]).json, {'received': 200000, 'complete': True})
    equal(client.piece('licence', last, b'y' * (200000 - last)).code, 'not-found')
    # The same content again is there at once; another one begins anew.
    equal(client.begin('licence', data, '新名字').json, {'received': 200000, 'complete': True})
    equal(client.document('licence')['file_name'], '新名字')


@case
def a_document_is_replaced():
    client = a_client()
    first, second = padded(150000), padded(150000)
    client.upload('licence', first)
    equal(client.begin('licence', second).json, {'received': 0, 'complete': False})
    client.piece('licence', 0, second[:PIECE])
    equal(client.document('licence')['complete'], False)
    for name in NAMES[::2]:
        client.upload(name, documents.pdf())
    equal(client.call('/submit').code, 'not-ready', 'the old one was handed in')
    # Another file while one is under way, and back again.
    third = padded(100000)
    equal(client.begin('licence', third).json['received'], 0)
    client.piece('licence', 0, third[:10])
    equal(client.begin('licence', second).json['received'], 0)
    equal(client.upload('licence', second).json['complete'], True)
    equal(client.document('licence')['sha256'], digest(second))
    # Back to what was there: nothing has to be sent.
    client.begin('licence', third)
    equal(client.begin('licence', second).json['complete'], True)
    equal(client.call('/submit').json['order']['state'], 'first-review')


@case
def an_upload_is_continued_after_anything():
    service = world().office.service
    client = a_client()
    data = padded(300000)
    client.begin('licence', data)
    client.piece('licence', 0, data[:PIECE])
    client.piece('licence', PIECE, data[PIECE:2 * PIECE])
    service.kill()
    service.start()
    equal(client.begin('licence', data).json['received'], 2 * PIECE)
    # Less is on the disk than the database believes, or more: what is in both counts.
    [path] = [service.folder / f for f in files(service) if client.number in f]
    os.truncate(path, 70000)
    equal(client.begin('licence', data).json['received'], 70000)
    equal(client.piece('licence', 2 * PIECE, data[2 * PIECE:3 * PIECE]).json['error']['received'], 70000)
    client.piece('licence', 70000, data[70000:80000])
    with open(path, 'ab') as file:
        file.write(b'rubbish')
    equal(client.begin('licence', data).json['received'], 80000)
    # The connection breaks within a piece.
    connection = service.connect()
    connection.putrequest('POST', '/api/v1/orders/%s/documents/licence/80000' % client.number)
    connection.putheader('Content-Length', str(PIECE))
    connection.putheader('Content-Type', 'application/octet-stream')
    connection.putheader('Authorization', 'Bearer ' + client.key)
    connection.endheaders()
    connection.send(data[80000:90000])
    connection.close()
    equal(client.begin('licence', data).json['received'], 80000)
    # What another kernel wrote may never have reached the disk.
    os.utime(path, (0, 0))
    equal(client.begin('licence', data).json['received'], 0)
    equal(client.document('licence')['received'], 0)
    equal(client.piece('licence', 80000, data[80000:81000]).json['error']['received'], 0)
    equal(client.piece('licence', 0, data[:100]).json['received'], 100)
    equal(path.stat().st_size, 100)
    path.unlink()
    equal(client.begin('licence', data).json['received'], 0)
    equal(client.upload('licence', data).json['complete'], True)


@case('killed at every write to the disk', args=[('before',), ('after',)])
def killed(die):
    with Office(profile=MANY) as office:
        service = office.service
        client = Client(service, office.issue('T1'), stranger())
        service.stop()
        kept = office.folder / 'kept'
        shutil.copytree(service.folder, kept)
        data = padded(70000)

        def reset(**options):
            service.kill()
            shutil.rmtree(service.folder)
            shutil.copytree(kept, service.folder)
            service.start(**options)

        reset(die_at_sync=10 ** 6)
        client.upload('licence', data)
        count = service.syncs()
        ok(count >= 6, 'only %d writes' % count)
        for position in range(1, count + 1):
            reset(die_at_sync=position, die=die)
            try:
                client.upload('licence', data)
            except (OSError, ValueError) as problem:
                equal(service.process.wait(20), -9, 'position %d: %r' % (position, problem))
            service.kill()
            service.start()
            received = client.begin('licence', data).json['received']
            # At most the piece that was under way is lost.
            ok(received in (0, PIECE, len(data)), 'position %d: %d' % (position, received))
            equal(client.upload('licence', data).json['complete'], True, 'position %d' % position)
            out = office.folder / 'out'
            equal(service.office_process('order', 'open', client.number, 'licence', '--output', out).returncode, 0)
            equal(out.read_bytes(), data)
            out.unlink()
            service.audit()
        diag('%d positions' % count)


@case
def a_full_disk_loses_nothing():
    with Office(profile=MANY) as office:
        service = office.service
        client = Client(service, office.issue('T1'), stranger())
        service.restart()
        data = padded(MOST)
        limit = 700 * 1024
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        answer = client.upload('licence', data)
        equal((answer.status, answer.code), (500, 'internal'))
        received = client.document('licence')['received']
        equal(received, limit // PIECE * PIECE)
        equal(client.piece('licence', received, data[received:received + PIECE]).code, 'internal')
        equal(client.document('licence')['received'], received)
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        equal(client.begin('licence', data).json['received'], received)
        equal(client.upload('licence', data).json['complete'], True)
        # The place where documents go cannot be written to.
        other = padded(90000)
        away = office.folder / 'away'
        (service.folder / 'documents').rename(away)
        (service.folder / 'documents').write_text('in the way')
        equal(client.upload('agent-identity', other).code, 'internal')
        equal(client.document('agent-identity')['received'], PIECE)
        (service.folder / 'documents').unlink()
        away.rename(service.folder / 'documents')
        equal(client.upload('agent-identity', other).json['complete'], True)


@case
def the_office_sees_what_differs_from_the_last_order():
    service = world().office.service
    client = a_client()
    order = service.order(client.number)
    last = order['last']
    shown = service.office_process('order', 'show', client.number).stdout.splitlines()
    ok('last.order: ' + last['number'] in shown, shown)
    differ = [key for key, value in order['agent'].items() if last['agent'].get(key) != value]
    ok(differ, 'the details are the same')
    for key in differ:
        ok('last.agent.%s: %s' % (key.replace('_', '-'), last['agent'][key]) in shown, '%s: %s' % (key, shown))
    same = [key for key in order['agent'] if key not in differ]
    ok(not any('last.agent.%s:' % key.replace('_', '-') in line for key in same for line in shown), shown)
    ok('last' not in service.order(last['number']), 'an order that is not compared')


@case
def names_are_texts_and_never_paths():
    service = world().office.service
    names = ['../../../../tmp/yinyao-evil', '/etc/passwd', 'a/b/c.pdf', '..', '.', '~/x', 'x.pdf; rm -rf /',
             '$(id).pdf', '`id`', '-rf', 'CON', 'a\\b', 'a\nb\rc\td', '\x1b[2J\x1b]0;x\x07', '\u202egnp.exe',
             '\u2028x', RARE + '.pdf', '𠀀' * 256, 'é' * 512, '%2e%2e%2f', "'; DROP TABLE documents; --", '\x7f']
    before = set(os.listdir(service.folder))
    client = a_client()
    for i, name in enumerate(names):
        data = documents.pdf(content=b'%% %d\n' % i)
        equal(client.upload('licence', data, name).json['complete'], True, repr(name))
        equal(client.document('licence')['file_name'], name)
        equal(service.order(client.number)['documents'][0]['file_name'], name)
        shown = service.office_process('order', 'show', client.number).stdout
        ok(is_harmless(shown), 'unescaped: %r' % shown)
    for name in files(service):
        ok(re.fullmatch(r'documents/([0-9a-f]{2})/\1[0-9a-f]{62}|'
                        r'uploads/\d+-(certificate-form|licence|agent-identity)-[0-9a-f]{64}', name), name)
    equal(set(os.listdir(service.folder)) - {'uploads', 'documents'} - before, set())
    ok(not os.path.exists('/tmp/yinyao-evil'))


@case
def uploads_of_one_order_have_an_end():
    client = a_client()
    for i in range(30):
        equal(client.begin('licence', b'%d' % i).status, 200)
    answer = client.begin('licence', b'one more')
    equal(answer.code, 'rate-limited')
    ok(0 < answer.json['error']['retry_after'] <= 86400)
    # What is under way goes on.
    equal(client.begin('licence', b'29').status, 200)


@case
def refused_uploads_do_not_fill_the_audit_log():
    service, client = world().office.service, a_client()
    codes = [client.begin('licence', b'', size=size).code for size in [0, 2 * MOST] * 30]
    equal(codes, ['unacceptable'] * 30 + ['rate-limited'] * 30)
    log = [a['what'] for a in service.audit() if client.number in a['subject']]
    equal((log.count('document.refused'), log.count('upload.rate-limited')), (30, 1))


@case
def what_is_typed_is_no_pattern():
    """A name in a text message is a name, whatever it looks like."""
    service, token = world().office.service, world().token()
    client = Client(service, token, stranger(organization='{code}{hotline}')).hand_in()
    service.approve(client.number)
    equal(client.call('/code').status, 200)
    notice, message = [m for m in service.outbox() if m['order'] == client.number]
    contains(notice['text'], '】｛code}｛hotline}的')
    contains(message['text'], '】｛code}｛hotline}正在解锁CA,验证码%s,' % message['code'])


@case
def a_long_reason_makes_room_for_the_hotline():
    service, client = world().office.service, a_client().hand_in()
    reason = '因' * 1500
    service.reject(client.number, reason)
    equal(client.view()['reason'], reason)
    text = [m['text'] for m in service.outbox() if m['order'] == client.number][-1]
    ok(re.fullmatch('【.*审核:因+…。.*忘记密码.*重新提交.*客服:400-000-0000', text), text)
    ok(1020 < len(text.encode()) <= 1024, text)


@case
def a_reason_that_just_fits_is_whole_in_the_message():
    service, client = world().office.service, a_client().hand_in()

    def told(reason):
        service.reject(client.number, reason)
        text = [m['text'] for m in service.outbox() if m['order'] == client.number][-1]
        client.call('/submit')
        return text
    room = 1024 - len(told('y').encode()) + 1
    for count, whole in ((room - 1, True), (room, True), (room + 1, False), (room + 50, False)):
        text = told('y' * count)
        equal(('y' * count in text, '…' in text, text.endswith('客服:400-000-0000')), (whole, not whole, True))
        equal(len(text.encode()), min(1024 - room + count, 1024))
    # Braces take more room than they look.
    text = told('{' * 1000)
    ok('｛…' in text and text.endswith('客服:400-000-0000') and len(text.encode()) <= 1024, text)


@case
def the_folders_are_for_the_service_alone():
    service = world().office.service
    a_client().upload('licence', documents.pdf())
    unfinished = a_client()
    unfinished.begin('licence', padded(100000))
    unfinished.piece('licence', 0, b'x')
    for top in ('uploads', 'documents'):
        for folder, _, names in os.walk(service.folder / top):
            equal(stat.S_IMODE(os.stat(folder).st_mode), 0o700, folder)
            for name in names:
                equal(stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode), 0o600, name)


@case
def what_nobody_refers_to_is_removed():
    with Office(profile=MANY) as office:
        service = office.service
        client = Client(service, office.issue('T1'), stranger())
        kept, gone, unfinished = documents.pdf(1), documents.pdf(2), padded(100000)
        client.upload('licence', gone)
        client.upload('licence', kept)
        client.begin('agent-identity', unfinished)
        client.piece('agent-identity', 0, unfinished[:500])
        client.begin('certificate-form', unfinished)
        client.piece('certificate-form', 0, unfinished[:500])
        place = {n: service.folder / 'documents' / digest(d)[:2] / digest(d) for n, d in
                 (('kept', kept), ('gone', gone))}
        upload = 'uploads/%s-%%s-%s' % (client.number, digest(unfinished))
        service.restart()
        ok(place['gone'].exists(), 'removed while a copy of the database may want it')
        equal([f for f in files(service) if f.startswith('uploads/')],
              [upload % 'agent-identity', upload % 'certificate-form'])
        for path in place.values():
            os.utime(path, (time.time() - 90000,) * 2)
        office.sql("UPDATE uploads SET started = started - 90000 WHERE name = 'agent-identity'")
        office.sql("INSERT INTO attempts VALUES ('T9', 'match', 5)")
        service.restart()
        ok(place['kept'].exists() and not place['gone'].exists())
        equal([f for f in files(service) if f.startswith('uploads/')], [upload % 'certificate-form'])
        equal(client.document('agent-identity')['received'], 0)
        equal(client.upload('certificate-form', unfinished).json['complete'], True)
        equal(office.sql("SELECT count(*) FROM attempts WHERE subject = 'T9'"), [(0,)])


@case
def a_changed_document_is_not_shown():
    service = world().office.service
    client = a_client().hand_in()
    data = documents.pdf(7)
    client.call('/withdraw')
    client = a_client()
    client.upload('licence', data)
    path = service.folder / 'documents' / digest(data)[:2] / digest(data)
    path.write_bytes(data + b' ')
    result = service.office_process('order', 'open', client.number, 'licence', '--output',
                                    world().office.folder / 'x')
    equal(result.returncode, 1)
    contains(result.stderr, 'changed')
    # An upload of the right one puts it right, whoever makes it.
    for other in (client, a_client()):
        equal(other.begin('licence', data).json, {'received': 0, 'complete': False})
        equal(other.upload('licence', data).json['complete'], True)
        equal(path.read_bytes(), data)
        path.unlink()


# Limits, and several at once


@case
def guessing_is_slow_and_a_restart_does_not_help():
    with Office(profile={('limits', 'matches-per-token'): '4', ('limits', 'matches-per-address'): '1000'}) as office:
        service = office.service
        office.issue('T1')
        office.issue('T2')
        client = Client(service, 'T1', stranger())
        for i in range(2):
            Client(service, 'T1', stranger(mobile='1390000000%d' % i))
        equal(client.call('/details', stranger(name='王五')).status, 200)
        # Right or wrong makes no difference any more, and correcting is no way round.
        for restarted in (False, True):
            if restarted:
                service.kill()
                service.start()
            for answer in (Client(service, 'T1').answer, Client(service, 'T1', stranger(name='钱七')).answer,
                           client.call('/details', RIGHT)):
                equal((answer.status, answer.code), (429, 'rate-limited'))
                ok(86000 < answer.json['error']['retry_after'] <= 86400)
                equal(answer.headers['Retry-After'], str(answer.json['error']['retry_after']))
        equal(client.state, 'draft')
        equal(Client(service, 'T2').answer.json['order']['state'], 'ready')
        refused = [a for a in service.audit() if a['what'] == 'order.refused' and 'comparisons' in a['why']]
        equal(len(refused), 6)
        ok(all(a['who'].startswith('token:T1 ') and a['subject'] == 'T1' for a in refused))
        office.sql('UPDATE attempts SET time = time - 86401')
        equal(Client(service, 'T1').answer.json['order']['state'], 'ready')


@case
def one_address_cannot_try_many_tokens():
    with Office(profile={('limits', 'matches-per-address'): '5'}) as office:
        service = office.service
        office.issue('T1')
        for i in range(4):
            equal(Client(service, 'X%d' % i).answer.code, 'not-found')
        equal(Client(service, 'T1', stranger()).answer.status, 200)
        answer = Client(service, 'T1').answer
        equal((answer.status, answer.code), (429, 'rate-limited'))
        ok(3500 < answer.json['error']['retry_after'] <= 3600)
        ok([a for a in service.audit() if 'rate-limited' in a['what']], 'nothing in the audit log')


@case
def many_clients_begin_the_same_order():
    service, token = world().office.service, world().token()
    made = []
    threads = [threading.Thread(target=lambda: made.append(Client(service, token, stranger())))
               for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(len({(c.number, c.key) for c in made}), 1)
    # And all of them upload the same document.
    data = padded(400000)
    ended = []

    def upload(client):
        answer = client.begin('licence', data)
        while answer.status in (200, 409) and not answer.json.get('complete'):
            start = answer.json['received'] if answer.status == 200 else answer.json['error']['received']
            answer = client.piece('licence', start, data[start:start + 30000])
        if answer.status == 404:
            answer = client.begin('licence', data)
        ended.append(answer.json)

    threads = [threading.Thread(target=upload, args=(c,)) for c in made[:4]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(ended, [{'received': 400000, 'complete': True}] * 4)


# The office


@case
def the_office_commands_explain_themselves():
    service = world().office.service
    client = a_client()
    client.upload('licence', documents.pdf())
    for status, arguments in (
            (2, ('order', 'list', '--state', 'nowhere')), (2, ('order', 'list', '--type', 'nothing')),
            (1, ('order', 'open', client.number, 'agent-identity', '--output', '/dev/null')),
            (1, ('order', 'open', client.number, '../../master.key', '--output', '/dev/null')),
            (1, ('order', 'open', '1', 'licence', '--output', '/dev/null')), (2, ('order', 'open', client.number)),
            (1, ('order', 'withdraw', '1')), (1, ('token', 'allow', 'NOBODY')), (2, ('token', 'allow')),
            (1, ('order', 'reject', client.number, '--reason', 'x'))):
        result = service.office_process(*arguments)
        equal((result.returncode, bool(result.stderr)), (status, True), '%s: %s' % (arguments, result.stderr))
    equal(service.office('order', 'list', '--type', 'unlock', '--state', 'papers-awaited'), [])
    unlock = paths.SOURCE / 'data/profiles/demo-unlock.ini'
    equal(service.office_process('order', 'add', '--details', unlock).returncode, 1)


@case
def the_office_is_told_in_words_what_cannot_be():
    service, client = world().office.service, a_client()
    for state, prepare in (('Draft', lambda: None), ('Withdrawn', lambda: client.call('/withdraw'))):
        prepare()
        for action, words in (('approve', 'approve it'), ('reject', 'reject it'), ('withdraw', 'withdraw it')):
            if (state, action) == ('Draft', 'withdraw'):
                continue
            reason = ['--reason', 'x'] if action == 'reject' else []
            result = service.office_process('order', action, client.number, *reason)
            equal(result.returncode, 1)
            contains(result.stderr, 'The order is in the state “%s”: it is not possible to %s' % (state, words))


def at_a_terminal(command, env):
    """What a command shows at a terminal, line by line."""
    terminal, end = pty.openpty()
    shown = b''
    with subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=end, stderr=subprocess.STDOUT) as process:
        os.close(end)
        with contextlib.suppress(OSError):  # the other end is closed
            while piece := os.read(terminal, 65536):
                shown += piece
        equal(process.wait(timeout=60), 0, shown)
    os.close(terminal)
    return shown.decode().split('\r\n')[:-1]


def column_of(line, part):
    """Where it begins on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in line[:line.index(part)])


@case
def the_clerk_sees_at_a_terminal_what_waits_longest():
    office = world().office
    first = Client(office.service, world().token(), stranger(organization='短', name='欧阳小明')).hand_in()
    second = a_client().hand_in()
    since = {first.number: 1000000000, second.number: 1000000060}
    for number, moment in since.items():
        office.sql('UPDATE orders SET updated = ? WHERE number = ?', moment, number)
    command = [paths.program('src/ra/yinyao-ra'), 'order', 'list', '--state', 'first-review', '--dir',
               str(office.service.folder)]
    env = {**os.environ, 'TZ': 'Asia/Shanghai'}
    heading, *rows = at_a_terminal(command, env)
    equal(heading.split(), ['Number', 'Type', 'State', 'Organization', 'Agent', 'Token', 'Since'])
    rows = [row for row in rows if row.startswith(tuple(since))]
    equal([row.split()[0] for row in rows], [first.number, second.number])
    for row, organization, agent, token, time in (
            (rows[0], '短', '欧阳小明', first.token, '2001-09-09 09:46'),
            (rows[1], RIGHT['organization']['name'], stranger()['agent']['name'], second.token, '2001-09-09 09:47')):
        for title, value in (('Organization', organization), ('Agent', agent), ('Token', token), ('Since', time)):
            equal(column_of(row, value), column_of(heading, title), (heading, row))
    # For a program there is no heading, and a tab between the cells.
    result = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    row, = [line for line in result.stdout.splitlines() if line.startswith(first.number)]
    equal(row.split('\t'), [first.number, 'Unlocking', 'First review', '短', '欧阳小明', first.token, '2001-09-09 09:46'])
    ok('Since' not in result.stdout, result.stdout)


@case
def a_document_is_opened_with_the_viewer():
    service = world().office.service
    folder = world().office.folder / 'desktop'
    (folder / 'data/applications').mkdir(parents=True)
    (folder / 'run').mkdir(mode=0o700)
    seen = folder / 'seen'
    viewer = folder / 'viewer'
    viewer.write_text('#!/bin/sh\nstat -c "%%a" "$1" >%s.part; printf %%s "$1" >>%s.part; mv %s.part %s\n' %
                      (seen, seen, seen, seen))
    viewer.chmod(0o700)
    (folder / 'data/applications/viewer.desktop').write_text(
        '[Desktop Entry]\nType=Application\nName=V\nExec=%s %%f\nMimeType=application/pdf;\n' % viewer)
    (folder / 'data/applications/mimeapps.list').write_text(
        '[Default Applications]\napplication/pdf=viewer.desktop\n')
    client = a_client()
    client.upload('licence', documents.pdf(6), 'evil.desktop')
    command = [paths.program('src/ra/yinyao-ra'), 'order', 'open', client.number, 'licence', '--dir', service.folder]
    env = {**os.environ, 'HOME': str(folder), 'XDG_DATA_HOME': str(folder / 'data'),
           'XDG_CONFIG_HOME': str(folder / 'config'), 'XDG_RUNTIME_DIR': str(folder / 'run'),
           'DBUS_SESSION_BUS_ADDRESS': 'unix:path=/nonexistent', 'DISPLAY': ':nowhere'}
    env.pop('WAYLAND_DISPLAY', None)
    result = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    equal(result.returncode, 0, result.stderr)
    end = time.monotonic() + 20
    while not seen.exists():
        ok(time.monotonic() < end, 'the viewer was not started')
        time.sleep(0.05)
    mode, path = seen.read_text().split('\n')
    equal(mode, '600')
    ok(re.fullmatch(r'.*/run/yinyao-ra-[^/]+/licence\.pdf', path), path)
    equal(Path(path).read_bytes(), documents.pdf(6))
    equal(stat.S_IMODE(Path(path).parent.stat().st_mode), 0o700)

    def opened():
        return [a['why'] for a in service.audit() if a['what'] == 'document.open' and a['subject'] == client.number]
    equal(opened(), ['licence'])
    # Where nothing can be shown, nobody is said to have seen it.
    (folder / 'data/applications/viewer.desktop').unlink()
    refused = [({'XDG_DATA_DIRS': str(folder)}, 'No program here'), ({'XDG_RUNTIME_DIR': '/nonexistent'}, 'no desktop'),
               ({'XDG_RUNTIME_DIR': None}, 'no desktop'), ({'DISPLAY': None}, 'no desktop')]
    for change, problem in refused:
        changed = {name: value for name, value in {**env, **change}.items() if value is not None}
        result = subprocess.run(command, env=changed, capture_output=True, text=True, timeout=60)
        equal(result.returncode, 2, result.stderr)
        contains(result.stderr, problem)
        contains(result.stderr, '--output')
    equal(opened(), ['licence'])


@case
def a_token_that_lost_its_so_pin_is_allowed_again():
    office = world().office
    token = world().token()
    office.sql('UPDATE tokens SET so_lost = 1 WHERE serial = ?', token)
    equal([t['so_pin_lost'] for t in office.service.tokens() if t['serial'] == token], [True])
    for _ in range(2):
        equal(office.service.office('token', 'allow', token)[0]['so_pin_lost'], False)
    equal(office.sql('SELECT so_lost FROM tokens WHERE serial = ?', token), [(0,)])
    equal(len([a for a in office.service.audit() if a['what'] == 'token.allow' and a['subject'] == token]), 1)


@case
def the_terminal_is_left_alone():
    service = world().office.service
    client = a_client().hand_in()
    service.reject(client.number, 'a\x1b]0;owned\x07\nb\u202ec')
    for command in (('audit',), ('order', 'list'), ('order', 'show', client.number), ('outbox',), ('token', 'list')):
        shown = service.office_process(*command).stdout
        ok(shown and is_harmless(shown), '%s: %r' % (command, shown))
    contains(service.office_process('audit').stdout, r'a\x1b]0;owned\x07\x0ab\u{202e}c')
    equal(client.view()['reason'], 'a\x1b]0;owned\x07\nb\u202ec')


@case
def a_database_of_version_1_is_brought_up_to_date():
    with Office(profile=MANY) as office:
        service = office.service
        service.stop()
        database = service.folder / 'yinyao.db'
        for path in service.folder.glob('yinyao.db*'):
            path.unlink()
        with sqlite3.connect(database) as old:
            old.executescript((paths.SOURCE / 'tests/fixtures/ra-version-1.sql').read_text('utf-8'))
        equal(office.sql('PRAGMA user_version'), [(1,)])
        kept = database.read_bytes()
        # Killed on the way up, at whatever write: the next start goes the whole way.
        for position in range(1, 8):
            for path in service.folder.glob('yinyao.db*'):
                path.unlink()
            database.write_bytes(kept)
            try:
                service.start(die_at_sync=position)
            except RuntimeError:
                ok(office.sql('PRAGMA user_version') in ([(1,)], [(2,)], [(3,)]))
            service.kill()
            equal([o['state'] for o in service.orders()], ['completed', 'first-review'], position)
        equal(office.sql('PRAGMA user_version'), [(3,)])
        equal(len(service.audit()), 10)
        service.start()
        client = Client(service, 'YY0001')
        equal(client.view()['state'], 'ready')
        service.stop()
        office.sql('PRAGMA user_version = 4')
        result = service.office_process('order', 'list')
        equal(result.returncode, 1)
        contains(result.stderr, 'version 3')


if __name__ == '__main__':
    main()
