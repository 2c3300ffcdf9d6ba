#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders begun in the client, against a service that says and does what a test wants: what is sent,
what is made of every answer, uploads that are cut off, and the book of tickets."""
import hashlib
import json
import os
import shutil
import threading
import time
import zlib
from pathlib import Path

from harness import tap, tls
from harness.tls import Server, answer, client, one, say, starts

UNREACHABLE = 'org.yinyao.Error.ServiceUnreachable'
FAILED = 'org.yinyao.Error.ServiceFailed'
REFUSED = 'org.yinyao.Error.Refused'
INVALID = 'org.yinyao.Error.InvalidData'
KEY, NUMBER, SESSION = 'ORDERKEY+/=', '2026-7', '00112233445566778899aabbccddeeff'
PIECE = 65536
BASE = '/api/v1/orders/' + NUMBER


def chunk(kind, data):
    body = kind + data
    return len(data).to_bytes(4, 'big') + body + zlib.crc32(body).to_bytes(4, 'big')


def png(size):
    """A picture of about so many bytes."""
    side = 64
    rows = b''.join(b'\0' + os.urandom(3 * side) for _ in range(side))
    head = side.to_bytes(4, 'big') * 2 + b'\x08\x02\0\0\0'
    whole = b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', zlib.compress(rows))
    left = max(0, size - len(whole) - 24)
    return whole + chunk(b'teXt', os.urandom(left)) + chunk(b'IEND', b'')


def document(**more):
    return {'name': 'licence', 'title': '营业执照', 'received': 0, 'size': 0, 'sha256': None,
            'file_name': None, 'complete': False, **more}


def view(**more):
    return {'number': NUMBER, 'type': 'unlock', 'state': 'draft', 'token': 'S\\1',
            'organization': {'name': '示例文具'}, 'agent': {
                'name': '张三', 'document_type': 'passport', 'document_number': 'E1',
                'mobile': '13800000000'},
            'reason': None, 'created': '2026-11-22T10:00:00Z', 'updated': '2026-11-22T10:00:00Z',
            'agent_matches': False, 'documents': [document()], 'code': None, **more}


CODE = {'to': '138****0000', 'delivery': 'sent', 'resend_after': 60, 'expires_in': 600,
        'tries_left': 5}


def opened(**more):
    return {'order': view(**more), 'key': KEY}


def refusal(status, code, **more):
    return answer('%d No' % status, body={'error': {'code': code, 'message': 'x', **more}})


class Office:
    """A service that keeps one order and its one document. `meddle(self, path, number)` may answer
    instead: bytes to send, or False to cut the connection."""

    def __init__(self, meddle=None):
        self.meddle = meddle
        self.received = b''
        self.expected = None
        self.complete = False
        self.lock = threading.Lock()
        self.uploads = 0

    def __call__(self, connection, request, number):
        path = request['line'].split()[1]
        instead = self.meddle(self, path, number) if self.meddle else None
        if instead is None:
            with self.lock:
                instead = self.respond(path, request)
        if instead is not False:
            connection.sendall(instead)
        return instead

    def respond(self, path, request):
        if path == '/api/v1/orders':
            return answer(body=opened())
        if path == BASE:
            return answer(body={'order': view(documents=[document(
                complete=self.complete, received=len(self.received), size=len(self.received))])})
        if path == BASE + '/documents/licence':
            return self.begin(json.loads(request['body']))
        return self.take(int(path.rsplit('/', 1)[1]), request)

    def begin(self, wanted):
        if wanted != self.expected:
            self.expected, self.received, self.complete = wanted, b'', False
        return self.state()

    def take(self, offset, request):
        tap.equal(request['headers']['content-type'], 'application/octet-stream')
        if offset != len(self.received):
            return refusal(409, 'conflict', received=len(self.received))
        self.received += request['body']
        self.uploads += 1
        if len(self.received) == self.expected['size']:
            good = hashlib.sha256(self.received).hexdigest() == self.expected['sha256']
            self.complete = good
            if not good:
                self.received, self.expected = b'', None
                return refusal(422, 'unacceptable', reason='digest')
        return self.state()

    def state(self):
        return answer(body={'received': len(self.received), 'complete': self.complete})


def upload(server, contents, *calls, name='执照 "1".png', **more):
    path = tls.folder / 'upload'
    path.write_bytes(contents)
    return client(server, *(calls or ('open', 'upload')),
                  environment={'UPLOAD': str(path), 'UPLOAD_NAME': name}, **more)


# Calls

@tap.case
def every_call_says_what_the_interface_says():
    answers = {
        'POST /api/v1/orders': opened(),
        'GET ' + BASE: {'order': view(state='rejected', reason='模糊\nnot\x1b[2J legible')},
        'POST %s/details' % BASE: {'order': view(agent_matches=True, documents=[], state='ready')},
        'POST %s/submit' % BASE: {'order': view(state='first-review')},
        'POST %s/withdraw' % BASE: {'order': view(state='withdrawn')},
        'POST %s/code' % BASE: {'order': view(state='ready', code=CODE)},
        'POST %s/grant' % BASE: {
            'order': {'number': NUMBER, 'type': 'unlock', 'state': 'ready', 'organization': '示例'},
            'grant': {'id': 'g7', 'state': 'authorised', 'session': SESSION, 'key': 'GRANTKEY'}},
        'POST /api/v1/grants/g7/so-pin-incorrect': {
            'grant': {'id': 'g7', 'state': 'released', 'session': SESSION}},
    }

    def behave(connection, request, number):
        connection.sendall(answer(body=answers[request['line'].rsplit(' ', 1)[0]]))
    with Server(behave) as server:
        lines = client(server, 'open', 'refresh', 'correct', 'submit', 'withdraw', 'send-code',
                       'authorise', 'so-pin', code='123456')
    start = 'ok %s S\\1 ' % NUMBER
    one_missing = ' differs [licence 营业执照 0/0]'
    tap.equal(lines, [
        start + 'draft' + one_missing,
        start + 'rejected' + one_missing + ' because 模糊 not [2J legible',
        start + 'ready matches', start + 'first-review' + one_missing,
        start + 'withdrawn' + one_missing,
        start + 'ready' + one_missing + ' code 2 to 138****0000 resend 60 expires 600 tries 5',
        'ok %s g7 示例' % NUMBER, 'ok 1'])
    details = {'organization': {'name': '示例“文具”'}, 'agent': {
        'name': '张 三', 'document_type': 'passport', 'document_number': 'E"1',
        'mobile': '13800000000'}}
    bodies = [json.loads(r['body']) for r in server.requests if r['body']]
    tap.equal(bodies, [{'type': 'unlock', 'token': 'S\\1', **details}, details,
                       {'session': SESSION, 'code': '123456'}])
    tap.equal([r['headers'].get('authorization') for r in server.requests],
              [None] + ['Bearer ' + KEY] * 6 + ['Bearer GRANTKEY'])
    tap.equal(server.connections, 1, 'connections')


@tap.case('a verification code that cannot be right is not sent', args=[('',), ('12 34',), ('1' * 65,)])
def impossible_code(code):
    with Server(say(answer(body=opened()))) as server:
        starts(client(server, 'open', 'authorise', code=code)[1], 'org.yinyao.Error.CodeIncorrect')
        tap.equal(len(server.requests), 1, 'requests')


# Answers

BAD_VIEWS = {
    'no order': {'order': None}, 'an order in text': {'order': 'x'}, 'no key': {'key': None},
    'a key with a line break': {'key': 'a\r\nX: y'}, 'a key too long': {'key': 'a' * 300},
    'no number': opened(number=None), 'a number with a path': opened(number='../x'),
    'a number that is empty': opened(number=''), 'a number too long': opened(number='1' * 200),
    'an odd type': opened(type='odd'), 'another type': opened(type='apply'),
    'an odd state': opened(state='odd'), 'another token': opened(token='S2'),
    'no token': opened(token=None), 'no details': opened(organization=None),
    'an invisible character': opened(organization={'name': '示\u202e例'}),
    'a long name': opened(organization={'name': '示' * 5000}),
    'a match in text': opened(agent_matches='yes'), 'no match': opened(agent_matches=None),
    'a long reason': opened(reason='x' * 5000),
    'documents that are null': opened(documents=None),
    'a document that is null': opened(documents=[None]),
    'an odd document': opened(documents=[document(name='../x')]),
    'a document twice': opened(documents=[document(), document()]),
    'too many documents': opened(documents=[document()] * 9),
    'no title': opened(documents=[document(title=None)]),
    'a title that steers': opened(documents=[document(title='\x1b[2J')]),
    'a title that ends early': opened(documents=[document(title='a\0b')]),
    'a negative size': opened(documents=[document(size=-1)]),
    'a huge size': opened(documents=[document(size=1 << 40)]),
    'a size in text': opened(documents=[document(size='5')]),
    'more than the size': opened(documents=[document(size=5, received=6)]),
    'a short digest': opened(documents=[document(sha256='00')]),
    'a digest not in hex': opened(documents=[document(sha256='z' * 64)]),
    'a file name that steers': opened(documents=[document(file_name='\x1b[2J')]),
    'complete in text': opened(documents=[document(complete='yes')]),
    'a code in text': opened(code='123456'),
    'an odd delivery': opened(code={**CODE, 'delivery': 'odd'}),
    'no receiver': opened(code={**CODE, 'to': None}),
    'a receiver that steers': opened(code={**CODE, 'to': '\x1b[2J'}),
    'a negative time': opened(code={**CODE, 'expires_in': -1}),
    'a huge time': opened(code={**CODE, 'resend_after': 1 << 60}),
    'no tries': opened(code={**CODE, 'tries_left': None}),
}


@tap.case('an order that cannot be used', args=[(k,) for k in BAD_VIEWS])
def bad_view(what):
    with Server(say(answer(body={**opened(), **BAD_VIEWS[what]}))) as server:
        starts(one(server, 'open'), FAILED)


@tap.case
def an_order_may_not_turn_into_another():
    answers = [answer(body=opened()), answer(body={'order': view(number='2026-8')})]
    with Server(lambda c, r, number: c.sendall(answers[number - 1])) as server:
        starts(client(server, 'open', 'refresh')[1], FAILED)


BAD_GRANTS = {
    'no grant': {'grant': None}, 'no order': {'order': None},
    'an id with a path': {'grant': {'id': '../x', 'state': 'authorised', 'session': None, 'key': 'k'}},
    'no key': {'grant': {'id': 'g', 'state': 'authorised', 'session': None}},
    'an odd state': {'grant': {'id': 'g', 'state': 'odd', 'session': None, 'key': 'k'}},
}


@tap.case('a grant that cannot be used', args=[(k,) for k in BAD_GRANTS])
def bad_grant(what):
    good = {'order': {'number': NUMBER, 'state': 'ready', 'organization': 'x'},
            'grant': {'id': 'g', 'state': 'authorised', 'session': None, 'key': 'k'}}
    answers = [answer(body=opened()), answer(body={**good, **BAD_GRANTS[what]})]
    with Server(lambda c, r, number: c.sendall(answers[number - 1])) as server:
        starts(client(server, 'open', 'authorise')[1], FAILED)


ERRORS = [
    ('open', 404, {'code': 'not-found'}, 'TokenNotPrepared', 'not prepared this token'),
    ('open', 409, {'code': 'not-ready'}, 'Refused', 'activate it first'),
    ('open', 409, {'code': 'conflict'}, 'Refused', 'Too many orders'),
    ('open', 429, {'code': 'rate-limited', 'retry_after': 30}, 'Refused', 'wait 30 seconds'),
    ('open', 429, {'code': 'rate-limited', 'retry_after': 601}, 'Refused', 'wait 11 minutes'),
    ('open', 429, {'code': 'rate-limited', 'retry_after': 80000}, 'Refused', 'wait 22 hours'),
    ('refresh', 401, {'code': 'unauthorized'}, 'Refused', 'key'),
    ('refresh', 404, {'code': 'not-found'}, 'Refused', 'does not know this order'),
    ('correct', 409, {'code': 'not-ready', 'state': 'first-review'}, 'Refused', 'handed in'),
    ('correct', 409, {'code': 'not-ready', 'state': 'completed'}, 'Refused', 'completed already'),
    ('submit', 409, {'code': 'not-ready', 'state': 'draft'}, 'Refused', 'document is missing'),
    ('submit', 409, {'code': 'not-ready', 'state': 'withdrawn'}, 'Refused', 'withdrawn'),
    ('withdraw', 409, {'code': 'not-ready', 'state': 'completed'}, 'Refused', 'completed already'),
    ('send-code', 409, {'code': 'not-ready', 'state': 'first-review'}, 'Refused', 'not approved'),
    ('authorise', 409, {'code': 'conflict'}, 'Refused', 'taken over'),
    ('authorise', 409, {'code': 'so-pin-lost'}, 'SoPinIncorrect', "CA's office"),
    ('authorise', 403, {'code': 'code-incorrect', 'tries_left': 2}, 'CodeIncorrect', '2 tries'),
    ('authorise', 410, {'code': 'code-expired'}, 'CodeExpired', 'expired'),
    ('authorise', 410, {'code': 'code-used'}, 'CodeUsed', 'used already'),
]


@tap.case('an error of the service', args=[(c, s, json.dumps(e), n, t) for c, s, e, n, t in ERRORS])
def api_error(call, status, error, name, text):
    def behave(connection, request, number):
        connection.sendall(answer(body=opened()) if call != 'open' and number == 1 else
                           answer('%d No' % status, body={'error': json.loads(error)}))
    with Server(behave) as server:
        calls = ['open'] if call == 'open' else ['open', call]
        line = client(server, *calls)[-1]
        starts(line, 'org.yinyao.Error.' + name)
        tap.contains(line, text)


# Uploads

@tap.case('a document arrives: bytes', args=[(0,), (PIECE - 1,), (PIECE,), (PIECE + 1,), (1 << 20,)])
def arrives(size):
    contents = png(size)
    office = Office()
    with Server(office) as server:
        lines = upload(server, contents)
    tap.equal(office.received, contents)
    tap.equal(office.expected, {'size': len(contents), 'file_name': '执照 "1".png',
                                'sha256': hashlib.sha256(contents).hexdigest()})
    tap.equal(office.uploads, -(-len(contents) // PIECE), 'pieces')
    tap.equal(lines[1:-1], ['progress %d/%d' % (min(n * PIECE, len(contents)), len(contents))
                            for n in range(office.uploads + 1)])
    tap.contains(lines[-1], '[licence 营业执照 %d/%d whole]' % (len(contents), len(contents)))
    tap.equal(server.connections, 1, 'connections')


@tap.case('is not sent at all: a document that is', args=[('empty',), ('too large',), ('text',)])
def not_sent(what):
    contents = {'empty': b'', 'too large': png((1 << 20) + 1), 'text': b'hello' * 100}[what]
    with Server(Office()) as server:
        starts(upload(server, contents)[-1], INVALID)
        tap.equal(len(server.requests), 1, 'requests')


@tap.case('is taken up again: an upload cut off', args=[
    ('before the piece',), ('after the piece',), ('at the beginning',), ('twice',), ('with 503',)])
def cut_off(where):
    contents = png(5 * PIECE)
    cuts = []

    def meddle(office, path, number):
        if where == 'at the beginning':
            return False if path.endswith('/licence') else None
        if not path.endswith('/%d' % (2 * PIECE)) or len(cuts) >= (4 if where == 'twice' else 1):
            return None
        cuts.append(path)
        if where == 'after the piece':
            office.received += contents[2 * PIECE:3 * PIECE]
        return answer('503 Later') if where == 'with 503' else False
    office = Office(meddle)
    with Server(office) as server:
        lines = upload(server, contents)
    if where == 'at the beginning':
        # Nothing was under way yet: who is offline learns it at once.
        starts(lines[-1], UNREACHABLE)
        return
    starts(lines[-1], 'ok')
    tap.equal(office.received, contents)
    pieces = [r for r in server.requests if b'\0' in r['body']]
    sent = sum(len(r['body']) for r in pieces)
    tap.ok(sent <= len(contents) + 4 * PIECE, '%d bytes were sent' % sent)


@tap.case
def an_upload_is_given_up_when_the_service_stays_away():
    def meddle(office, path, number):
        return False if path.endswith('/%d' % PIECE) or number > 3 else None
    contents = png(3 * PIECE)
    office = Office(meddle)
    with Server(office) as server:
        started = time.monotonic()
        lines = upload(server, contents)
        took = time.monotonic() - started
    starts(lines[-1], UNREACHABLE)
    tap.ok(7 <= took < 25, 'it took %.1f s' % took)
    # Another run, as after a restart, sends only what is missing.
    office.meddle, office.uploads = None, 0
    with Server(office) as server:
        lines = upload(server, contents)
    starts(lines[-1], 'ok')
    tap.contains(lines[1], 'progress %d/' % PIECE)
    tap.equal((office.uploads, office.received), (2, contents))


@tap.case
def two_clients_upload_the_same_document():
    contents = png(16 * PIECE)
    office = Office(lambda *unused: time.sleep(0.02))
    with Server(office) as one_server, Server(office) as other_server:
        lines = [None, None]
        path = tls.folder / 'both'
        path.write_bytes(contents)

        def run(index, server):
            lines[index] = client(server, 'open', 'upload', environment={'UPLOAD': str(path)})
        threads = [threading.Thread(target=run, args=pair)
                   for pair in enumerate((one_server, other_server))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    tap.equal(office.received, contents)
    for each in lines:
        starts(each[-1], 'ok')
        tap.contains(each[-1], 'whole')


@tap.case
def a_conflict_goes_on_at_what_was_received():
    contents = png(4 * PIECE)

    def meddle(office, path, number):
        if path.endswith('/%d' % PIECE) and len(office.received) == PIECE:
            office.received += contents[PIECE:3 * PIECE]  # the other client was faster
        return None
    office = Office(meddle)
    with Server(office) as server:
        lines = upload(server, contents)
    starts(lines[-1], 'ok')
    tap.equal((office.received, office.uploads), (contents, 2))


@tap.case
def an_upload_that_another_client_completed_is_complete():
    contents = png(4 * PIECE)

    def meddle(office, path, number):
        if path.endswith('/%d' % PIECE):
            office.received, office.complete = contents, True
            return refusal(404, 'not-found')
        return None
    with Server(Office(meddle)) as server:
        tap.contains(upload(server, contents)[-1], 'whole')


NAMES = {'with signs that steer': ('a\nb\x1b[2J.png', 'a_b_[2J.png'),
         'that is long': ('长' * 200 + '.png', '长' * 100), 'that is empty': ('', 'licence')}


@tap.case('a file may have a name', args=[(k,) for k in NAMES])
def file_name(what):
    name, sent = NAMES[what]
    office = Office()
    with Server(office) as server:
        upload(server, png(20000), name=name)
    tap.equal(office.expected['file_name'], sent)


@tap.case('an upload ends, whatever the service says:', args=[
    ('nothing arrives',), ('always a conflict',), ('it goes back',), ('more than there is',),
    ('all, but not complete',), ('a piece is text',), ('not a number',)])
def ends(what):
    contents = png(3 * PIECE)

    def meddle(office, path, number):
        body = {'received': 0, 'complete': False}
        if number == 1:
            return None
        if what == 'always a conflict' and not path.endswith('licence'):
            return refusal(409, 'conflict', received=5)
        if what == 'it goes back':
            body['received'] = (number % 3) * PIECE
        if what == 'more than there is':
            body['received'] = len(contents) + 1
        if what == 'all, but not complete':
            body['received'] = len(contents)
        if what == 'a piece is text':
            body = 'received'
        if what == 'not a number':
            body['received'] = '5'
        return answer(body=body)
    with Server(Office(meddle)) as server:
        started = time.monotonic()
        starts(upload(server, contents)[-1], FAILED)
        tap.ok(len(server.requests) < 200 and time.monotonic() - started < 30)


@tap.case('what the service does not take: a document', args=[
    ('empty',), ('too-large',), ('type',), ('content',), ('pages',), ('digest',), ('odd',), (None,)])
def unacceptable(reason):
    def meddle(office, path, number):
        return refusal(422, 'unacceptable', reason=reason) if path.endswith('/0') else None
    with Server(Office(meddle)) as server:
        line = upload(server, png(20000))[-1]
        starts(line, INVALID)
        tap.ok(len(line) > len(INVALID) + 8, line)


@tap.case
def a_conflict_without_a_number_is_a_refusal():
    def meddle(office, path, number):
        return refusal(409, 'conflict') if path.endswith('/0') else None
    with Server(Office(meddle)) as server:
        starts(upload(server, png(20000))[-1], REFUSED)


@tap.case
def an_order_in_review_takes_no_documents():
    def meddle(office, path, number):
        return refusal(409, 'not-ready', state='first-review') if number > 1 else None
    with Server(Office(meddle)) as server:
        line = upload(server, png(20000))[-1]
        starts(line, REFUSED)
        tap.contains(line, 'handed in')


@tap.case('can be cancelled: an upload', args=[('on its way',), ('in a pause',)])
def cancelled(when):
    def meddle(office, path, number):
        if path.endswith('/%d' % PIECE) or (number > 3 and when == 'in a pause'):
            if when == 'in a pause':
                return False
            time.sleep(30)
        return None
    with Server(Office(meddle)) as server:
        started = time.monotonic()
        lines = upload(server, png(3 * PIECE), 'open', 'cancel', 'upload')
        tap.contains(lines[-1], 'ancelled')
        tap.ok(time.monotonic() - started < 10, 'it took too long')


# The book

def book():
    return tls.folder / 'state' / 'yinyao' / 'tickets'


@tap.case
def a_ticket_is_kept_and_found_again():
    shutil.rmtree(tls.folder / 'state', ignore_errors=True)
    with Server(say(answer(body=opened()))) as server:
        tap.equal(client(server, 'find'), ['ok nothing'])
        tap.equal(client(server, 'open', 'keep')[1:], ['ok kept'])
        tap.equal(client(server, 'find'), ['ok %s S\\1 %s' % (NUMBER, KEY)])
        file, = book().iterdir()
        tap.equal((file.stat().st_mode & 0o777, book().stat().st_mode & 0o777), (0o600, 0o700))
        text = file.read_text()
        tap.ok('张' not in text and '138' not in text and '示例' not in text, text)
        tap.equal(client(server, 'open', 'keep', 'find')[-1], 'ok %s S\\1 %s' % (NUMBER, KEY))
        tap.equal(len(list(book().iterdir())), 1, 'files')
        # A ticket of one service is none of another's.
        with Server(say(answer(body=opened()))) as other:
            tap.equal(client(other, 'find'), ['ok nothing'])
        starts(client(server, 'find', 'refresh')[1], 'ok')
        tap.equal(client(server, 'drop', 'find', 'drop'), ['ok dropped', 'ok nothing', 'ok dropped'])


def damage(what, file):
    text = file.read_text()
    if what == 'is empty':
        file.write_text('')
    elif what == 'is cut off':
        file.write_text(text[:-8])
    elif what == 'is huge':
        file.write_text(text + 'x' * 100000)
    elif what == 'holds a NUL':
        file.write_text(text.replace(KEY, 'a\0b'))
    elif what == 'is of another token':
        file.write_text(text.replace('token=S', 'token=T'))
    elif what == 'has a number with a blank':
        file.write_text(text.replace(NUMBER, 'a b'))
    elif what == 'has no key':
        file.write_text(text.replace(KEY, ''))
    elif what == 'has a line too many':
        file.write_text(text + 'more=1\n')
    elif what == 'others can read':
        file.chmod(0o644)
    elif what == 'is a link':
        file.rename(file.parent.parent / 'elsewhere')
        file.symlink_to('../elsewhere')
    elif what == 'is a folder':
        file.unlink()
        file.mkdir()
    elif what == 'is a pipe':
        file.unlink()
        os.mkfifo(file, 0o600)


@tap.case('a ticket is not used whose file', args=[(w,) for w in (
    'is empty', 'is cut off', 'is huge', 'holds a NUL', 'is of another token',
    'has a number with a blank', 'has no key', 'has a line too many', 'others can read', 'is a link',
    'is a folder', 'is a pipe')])
def bad_file(what):
    shutil.rmtree(tls.folder / 'state', ignore_errors=True)
    with Server(say(answer(body=opened()))) as server:
        client(server, 'open', 'keep')
        file, = book().iterdir()
        damage(what, file)
        tap.equal(client(server, 'find'), ['ok nothing'])


@tap.case
def a_ticket_that_cannot_be_kept_says_so():
    shutil.rmtree(tls.folder / 'state', ignore_errors=True)
    (tls.folder / 'state').write_text('a file in the way')
    with Server(say(answer(body=opened()))) as server:
        line = client(server, 'open', 'keep')[1]
        starts(line, 'org.yinyao.Error.Failed')
        tap.contains(line, 'state')
    (tls.folder / 'state').unlink()


if b'__asan_init' not in Path(tls.paths.program('tests/integration/service-client')).read_bytes():
    @tap.case
    def the_order_key_does_not_stay_in_memory():
        hidden = 'scan:' + bytes(b ^ 1 for b in KEY.encode()).hex()
        shutil.rmtree(tls.folder / 'state', ignore_errors=True)
        with Server(say(answer(body=opened()))) as server:
            # Once: in the ticket, where it belongs.
            tap.equal(client(server, 'quiet', 'open', 'keep', hidden)[-1], 'found 1')
            tap.equal(client(server, 'quiet', 'find', hidden)[-1], 'found 1')


if __name__ == '__main__':
    tap.main(tls.setup, tls.teardown)
