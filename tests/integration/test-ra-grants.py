# SPDX-License-Identifier: GPL-3.0-or-later
"""Verification codes, PIN-reset grants and text messages of the CA's service, asked by Python's HTTPS
client, with a token that is a few lines of Python."""
import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import threading
import time
from pathlib import Path

from harness.office import Office, new_session
from harness.tap import case, contains, diag, equal, main, ok

NOBODY_COUNTS = {('limits', name): 1000000
                 for name in ('matches-per-address', 'matches-per-token', 'wrong-codes-per-address',
                              'wrong-codes-per-token')}
DETAILS = {'organization': {'name': '深圳市示例文具有限公司'},
           'agent': {'name': '张三', 'document_type': 'identity-card',
                     'document_number': '11010519491231002X', 'mobile': '13800000000'}}
ORGANIZATION = DETAILS['organization']['name']
STATES = ('authorised', 'released', 'pin-set', 'rotated', 'closed')
WAIT = 15


def wait_until(condition, what, seconds=WAIT):
    end = time.monotonic() + seconds
    while not condition():
        ok(time.monotonic() < end, 'not within %d seconds: %s' % (seconds, what))
        time.sleep(0.02)


class Token:
    """What a token knows of its SO PIN, and how often it was offered a wrong one."""

    def __init__(self, so_pin):
        self.so_pin = so_pin
        self.wrong = 0

    def log_in(self, so_pins):
        """The place of the right one, None if there is none."""
        for place, so_pin in enumerate(dict.fromkeys(so_pins)):
            if so_pin == self.so_pin:
                return place
            self.wrong += 1
        return None


class Unlocking(Office):
    """An office with tokens that are activated, and what a client does to unlock one."""

    def __init__(self, profile=None, **options):
        super().__init__(profile={**NOBODY_COUNTS, **(profile or {})}, **options)
        self.tokens = 0

    def issued(self):
        """The serial number of a new, activated token, and the token."""
        self.tokens += 1
        serial = 'U%d' % self.tokens
        _, code = self.ready(serial)
        answer = self.activate(code, serial)
        _, so_pin = self.so_pins(answer)
        self.close_grant(answer)
        # The certificate is no part of this; what completes its order is tried elsewhere.
        number = answer.json['order']['number']
        self.sql("UPDATE orders SET state = 'completed' WHERE number = ?", number)
        self.sql("UPDATE codes SET state = 3 WHERE order_number = ?", number)
        self.sql("UPDATE outbox SET code = NULL WHERE order_number = ?", number)
        self.sql("UPDATE tokens SET state = 'issued' WHERE serial = ?", serial)
        return serial, Token(so_pin)

    def begin(self, serial, details=DETAILS):
        return self.service.post('/api/v1/orders', {'type': 'unlock', 'token': serial, **details})

    def order(self, order, step=None, body=None):
        path = '/api/v1/orders/' + order['order']['number']
        if step is None:
            return self.service.get(path, bearer=order['key'])
        return self.service.post('%s/%s' % (path, step), body, bearer=order['key'])

    def begun(self, serial):
        answer = self.begin(serial)
        equal(answer.status, 200, repr(answer))
        equal(answer.json['order']['state'], 'ready')
        return answer.json

    def codes_of(self, order):
        return [m['code'] for m in self.service.outbox()
                if m['order'] == order['order']['number'] and m['code']]

    def forget_times(self):
        """As if the last codes had been sent long ago."""
        self.sql('UPDATE codes SET sent = sent - 4000')
        self.sql('UPDATE attempts SET time = time - 4000')

    def send_code(self, order):
        answer = self.order(order, 'code')
        equal(answer.status, 200, repr(answer))
        return self.codes_of(order)[-1]

    def authorise(self, order, code, session=None):
        return self.order(order, 'grant', {'code': code, 'session': session or new_session()})

    def granted(self, serial, session=None):
        """(order, code, the grant's answer) of a token."""
        order = self.begun(serial)
        code = self.send_code(order)
        answer = self.authorise(order, code, session)
        equal(answer.status, 200, repr(answer))
        return order, code, answer

    def unlock(self, order, code, token):
        """What one run of a client does. The last answer."""
        session = new_session()
        answer = self.authorise(order, code, session)
        if answer.status != 200:
            return answer
        got = self.grant(answer, 'release')
        if got.status != 200:
            return got
        current, pending = got.body.decode('ascii').split()
        if token.log_in([current, pending]) is None:
            return self.grant(answer, 'so-pin-incorrect')
        got = self.report(answer, 'pin-set', session)
        if got.status != 200:
            return got
        token.so_pin = pending
        for state in ('rotated', 'closed'):
            got = self.report(answer, state, session)
            if got.status != 200:
                return got
        return got

    def state_of(self, order):
        return self.order(order).json['order']['state']

    def check_so_pin(self, serial, token, order=None):
        """The service knows the token's SO PIN: the next unlocking finds it at once."""
        self.forget_times()
        before = token.wrong
        order = self.begun(serial)
        got = self.unlock(order, self.send_code(order), token)
        equal(got.status, 200, repr(got))
        equal(token.wrong, before, 'wrong SO PINs')


_shared = []


def shared():
    """One office for all cases that leave it as it was."""
    if not _shared:
        _shared.append(Unlocking(profile={('verification', 'codes-per-hour'): 100}))
    return _shared[0]


def close_shared():
    for office in _shared:
        office.__exit__()


def other_code(code):
    return '%06d' % ((int(code) + 1) % 1000000)


# Codes


@case
def a_whole_unlocking():
    office = shared()
    serial, token = office.issued()
    order = office.begun(serial)
    equal(order['order']['code'], None)
    answer = office.order(order, 'code')
    view = answer.json['order']['code']
    equal((view['to'], view['delivery'], view['tries_left']), ('138****0000', 'sent', 5))
    ok(55 <= view['resend_after'] <= 60 and 595 <= view['expires_in'] <= 600, view)
    code = office.codes_of(order)[-1]
    equal(len(code), 6, 'digits')
    text = [m['text'] for m in office.service.outbox() if m['code'] == code][0]
    for part in (code, '10分钟', '印钥演示认证中心', '深圳市示例文具有限公司'):
        contains(text, part)
    session = new_session()
    answer = office.authorise(order, code, session)
    equal(set(answer.json), {'order', 'grant'})
    equal(answer.json['order'], {'number': order['order']['number'], 'type': 'unlock', 'state': 'ready',
                                 'organization': '深圳市示例文具有限公司'})
    equal((answer.json['grant']['state'], answer.json['grant']['session']), ('authorised', session))
    equal(office.grant(answer, 'cmp-secret').code, 'not-found')
    current, pending = office.so_pins(answer)
    equal(current, token.so_pin, 'the current SO PIN')
    equal(office.so_pins(answer), (current, pending), 'the repeated answer')
    office.close_grant(answer)
    look = office.order_of(answer)
    equal((look['order']['state'], look['certificate']), ('completed', None))
    view = office.order(order).json['order']
    equal((view['state'], view['code']), ('completed', None))
    messages = [m for m in office.service.outbox() if m['order'] == order['order']['number']]
    contains(messages[-1]['text'], '已解锁')
    ok(all(m['code'] is None and code not in m['text'] for m in messages), 'the code is still there')
    equal(office.report(answer, 'closed').json['grant']['state'], 'closed', 'told again')
    equal(len([m for m in office.service.outbox() if m['order'] == order['order']['number']]),
          len(messages), 'messages')
    equal(office.authorise(order, code, session).json['order']['state'], 'completed')
    equal(office.authorise(order, code).code, 'code-used')
    equal(office.order(order, 'code').code, 'not-ready')
    token.so_pin = pending
    office.check_so_pin(serial, token)


@case
def guessed_five_times():
    office = shared()
    serial, _ = office.issued()
    order = office.begun(serial)
    equal(office.authorise(order, '123456').code, 'code-void', 'before a code was sent')
    code = office.send_code(order)
    wrong = other_code(code)
    for left in (4, 3):
        equal(office.authorise(order, wrong).json['error']['tries_left'], left)
        equal(office.order(order).json['order']['code']['tries_left'], left)
    office.service.restart()
    equal(office.authorise(order, wrong).json['error']['tries_left'], 2)
    equal(office.authorise(order, code).status, 200)
    for left in (4, 3, 2, 1, 0):
        answer = office.authorise(order, wrong)
        equal((answer.status, answer.code, answer.json['error']['tries_left']), (403, 'code-incorrect', left))
    answer = office.authorise(order, code)
    equal((answer.status, answer.code), (410, 'code-void'))
    view = office.order(order).json['order']['code']
    equal((view['tries_left'], view['expires_in']), (0, 0))


@case
def guessed_by_many_at_once():
    office = shared()
    serial, _ = office.issued()
    order = office.begun(serial)
    code = office.send_code(order)
    answers = []

    def guess(number):
        answers.append(office.authorise(order, '%06d' % ((int(code) + number) % 1000000)).code)

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(1, 41)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(sorted(answers), ['code-incorrect'] * 5 + ['code-void'] * 35)
    equal(office.authorise(order, code).code, 'code-void')


@case
def an_expired_an_older_and_anothers_code():
    office = shared()
    one, other = office.issued()[0], office.issued()[0]
    order, another = office.begun(one), office.begun(other)
    first, foreign = office.send_code(order), office.send_code(another)
    office.sql('UPDATE codes SET expires = 1 WHERE order_number = ?', order['order']['number'])
    answer = office.authorise(order, first)
    equal((answer.status, answer.code), (410, 'code-expired'))
    equal(office.order(order).json['order']['code']['expires_in'], 0)
    office.forget_times()
    second = office.send_code(order)
    if first != second:
        equal(office.authorise(order, first).code, 'code-void')
        equal(office.order(order).json['order']['code']['tries_left'], 5, 'an older code costs nothing')
    if foreign not in (first, second):
        equal(office.authorise(order, foreign).code, 'code-incorrect')
    equal(office.authorise(order, second).status, 200)
    equal([c is None for c in [m['code'] for m in office.service.outbox()
                               if m['order'] == order['order']['number']]], [True, False])


@case
def codes_are_sent_so_often_and_no_more():
    with Unlocking() as office:
        serial, _ = office.issued()
        order = office.begun(serial)
        number = order['order']['number']
        for count in range(5):
            equal(office.order(order, 'code').status, 200)
            for restart in (False, True):
                if restart:
                    office.service.restart()
                answer = office.order(order, 'code')
                equal((answer.status, answer.code), (429, 'rate-limited'))
                wait = answer.json['error']['retry_after']
                ok(50 <= wait <= 60 if count < 4 else 3500 < wait <= 3600, wait)
                equal(answer.headers['Retry-After'], str(wait))
                shown = office.order(order).json['order']['code']['resend_after']
                ok(abs(shown - wait) <= 2, (shown, wait))
            office.sql('UPDATE codes SET sent = sent - 60')
        # The sixth within an hour. Taking the order back and beginning again is no way around it.
        ok(office.order(order, 'code').json['error']['retry_after'] > 3500, 'the limit of an hour')
        equal(office.order(order, 'withdraw').status, 200)
        equal(office.order(office.begun(serial), 'code').code, 'rate-limited')
        office.sql('UPDATE attempts SET time = time - 3600')
        order = office.begun(serial)
        equal(office.order(order, 'code').status, 200)
        log = [e for e in office.service.audit() if e['what'] == 'send-code.rate-limited']
        ok(1 <= len(log) <= 12, log)
        equal({(e['who'], e['why']) for e in log}, {('token:%s 127.0.0.1' % serial, 'too many tries')})
        ok(number != order['order']['number'], 'the withdrawn order is back')


@case
def limits_are_in_the_log_once_a_minute():
    with Unlocking({('limits', 'wrong-codes-per-token'): 3,
                    ('verification', 'tries'): 20}) as office:
        serial, _ = office.issued()
        order = office.begun(serial)
        code = office.send_code(order)
        for _ in range(3):
            equal(office.authorise(order, other_code(code)).code, 'code-incorrect')
        for _ in range(30):
            equal(office.authorise(order, code).code, 'rate-limited')
        log = [(e['who'], e['subject']) for e in office.service.audit() if e['what'] == 'code.rate-limited']
        equal(log, [('token:%s 127.0.0.1' % serial, 'code of ' + serial)])
        equal(office.service.log.read_text('utf-8').count('429 too many tries'), 30, 'lines of the log')


# Grants


@case
def every_report_in_every_state():
    same = {'authorised': ('not-ready',) * 3, 'released': ('pin-set', 'not-ready', 'not-ready'),
            'pin-set': ('pin-set', 'rotated', 'not-ready'), 'rotated': ('rotated', 'rotated', 'closed'),
            'closed': ('closed',) * 3}
    other = {'authorised': ('not-ready', 'conflict', 'conflict'), 'released': ('pin-set', 'conflict', 'conflict'),
             'pin-set': ('pin-set', 'conflict', 'conflict'), 'rotated': ('pin-set', 'conflict', 'conflict'),
             'closed': ('conflict',) * 3}
    office = shared()
    serial, token = office.issued()
    mine, theirs = new_session(), new_session()
    order, _, answer = office.granted(serial, mine)
    grant = answer.json['grant']['id']
    current, pending = office.so_pins(answer)
    path = office.service.folder / 'yinyao.db'

    def put(state):
        """The grant and the token as they are in this state."""
        with sqlite3.connect(path) as database:
            database.execute('UPDATE grants SET state = ?, session = ? WHERE id = ?',
                             (STATES.index(state), mine, grant))
            done = state == 'closed'
            database.execute('UPDATE orders SET state = ? WHERE number = ?',
                             ('completed' if done else 'ready', order['order']['number']))
            row = database.execute('SELECT so_pin, pending, previous FROM tokens WHERE serial = ?',
                                   (serial,)).fetchone()
            rotated = state in ('rotated', 'closed')
            if rotated and row[1]:
                database.execute('UPDATE tokens SET so_pin = pending, previous = so_pin, pending = NULL '
                                 'WHERE serial = ?', (serial,))
            elif not rotated and not row[1]:
                database.execute('UPDATE tokens SET so_pin = previous, pending = so_pin, previous = NULL '
                                 'WHERE serial = ?', (serial,))

    with sqlite3.connect(path) as database:
        before = database.execute('SELECT so_pin, pending FROM tokens WHERE serial = ?', (serial,)).fetchone()
    for session, table in ((mine, same), (theirs, other)):
        for state in STATES:
            for report, wanted in zip(('pin-set', 'rotated', 'closed'), table[state]):
                with sqlite3.connect(path) as database:
                    database.execute('UPDATE tokens SET so_pin = ?, pending = ?, previous = NULL '
                                     'WHERE serial = ?', (*before, serial))
                put(state)
                got = office.report(answer, report, session)
                where = '%s, %s by %s' % (state, report, 'the same' if session == mine else 'another')
                equal(got.code or got.json['grant']['state'], wanted, where)
                if got.status == 200:
                    equal(got.json['grant']['session'], session, where)
    ok(current != pending, 'SO PINs')


@case
def an_order_that_is_not_ready_any_more():
    office = shared()
    for state in ('draft', 'first-review', 'correction-requested', 'withdrawn', 'rejected'):
        serial, token = office.issued()
        order, code, answer = office.granted(serial)
        current, pending = office.so_pins(answer)
        office.report(answer, 'pin-set')
        number = order['order']['number']
        if state == 'withdrawn':
            equal(office.order(order, 'withdraw').status, 200)
        elif state == 'rejected':
            office.service.reject(number, 'unreadable')
        else:
            office.sql('UPDATE orders SET state = ? WHERE number = ?', state, number)
        for got in (office.grant(answer, 'release'), office.grant(answer, 'so-pin-incorrect'),
                    *(office.report(answer, report) for report in STATES[2:]),
                    office.order(order, 'code'), office.authorise(order, code)):
            equal((got.status, got.code, got.json['error']['state']), (409, 'not-ready', state))
        equal(office.order_of(answer)['order']['state'], state)
        if state in ('withdrawn', 'rejected'):
            equal(office.codes_of(order), [], 'codes')
        # It may have been changed on the token; the next order finds it.
        token.so_pin = pending
        office.sql("UPDATE orders SET state = 'withdrawn', rejected = 0 WHERE number = ?", number)
        order = office.begun(serial)
        office.forget_times()
        equal(office.unlock(order, office.send_code(order), token).status, 200)
        equal(token.wrong, 1, 'wrong SO PINs')


@case
def a_rejected_order_does_not_get_its_code_back():
    office = shared()
    serial, _ = office.issued()
    order, code, answer = office.granted(serial)
    office.service.reject(order['order']['number'], 'unreadable')
    office.sql("UPDATE orders SET state = 'ready' WHERE number = ?", order['order']['number'])
    equal(office.authorise(order, code).code, 'code-void')
    equal(office.grant(answer, 'release').code, 'code-void')


@case
def two_clients_unlock_one_token():
    office = shared()
    serial, token = office.issued()
    one, two = new_session(), new_session()
    order, code, first = office.granted(serial, one)
    second = office.authorise(office.begun(serial), code, two)
    equal(second.json['grant']['id'], first.json['grant']['id'])
    equal(second.json['grant']['key'], first.json['grant']['key'])
    current, pending = office.so_pins(first)
    equal(office.so_pins(second), (current, pending))
    # The first sets its PIN and changes the SO PIN; the second takes the token over.
    for state in ('pin-set', 'rotated'):
        equal(office.report(first, state, one).status, 200)
    token.so_pin = pending
    equal(token.log_in([current, pending]), 1)
    equal(office.so_pins(second), (pending, pending))
    equal(office.report(second, 'pin-set', two).json['grant']['session'], two)
    equal(office.report(first, 'closed', one).code, 'conflict')
    equal(office.report(second, 'rotated', two).json['grant']['state'], 'rotated')
    equal(office.report(second, 'closed', two).status, 200)
    equal(office.report(first, 'pin-set', one).code, 'conflict')
    equal(office.state_of(order), 'completed')
    office.check_so_pin(serial, token)


@case
def a_race_of_many_clients():
    office = shared()
    serial, token = office.issued()
    order = office.begun(serial)
    code = office.send_code(order)
    hand = threading.Lock()
    ends = []

    def client():
        for _ in range(40):
            with hand:
                got = office.unlock(order, code, token)
            if got.status == 200 or got.code == 'code-used':
                ends.append(got.status)
                return

    def lone(session):
        """Asks all the time, without the token."""
        answer = office.authorise(order, code, session)
        while answer.status == 200 and answer.json['grant']['state'] != 'closed':
            office.grant(answer, 'release')
            office.report(answer, 'pin-set', session)
            answer = office.authorise(order, code, session)

    threads = [threading.Thread(target=client) for _ in range(4)]
    threads += [threading.Thread(target=lone, args=(new_session(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(sorted(ends)[0], 200, 'nobody finished')
    equal(office.state_of(order), 'completed')
    office.check_so_pin(serial, token)


@case
def only_the_newest_grant_of_a_token():
    office = shared()
    serial, token = office.issued()
    order, _, first = office.granted(serial)
    office.so_pins(first)
    office.forget_times()
    code = office.send_code(order)
    equal(office.grant(first, 'release').code, 'code-void')
    second = office.authorise(order, code)
    ok(second.json['grant']['id'] != first.json['grant']['id'], 'the grant of the old code')
    for got in (office.grant(first, 'release'), office.grant(first, 'so-pin-incorrect'),
                *(office.report(first, state) for state in STATES[2:])):
        equal((got.status, got.code), (409, 'conflict'))
    # One of another order, and one of the activation, are older just the same.
    number, code = office.ready('X1')
    activation = office.activate(code, 'X1')
    current, pending = office.so_pins(activation)
    office.sql("UPDATE tokens SET state = 'issued' WHERE serial = 'X1'")
    done, _ = office.issued()
    office.sql("UPDATE orders SET token = 'X1' WHERE token = ? AND state = 'completed'", done)
    order, _, third = office.granted('X1')
    equal(office.so_pins(third), (current, pending), 'what was released is released again')
    for step in ('release', 'cmp-secret'):
        equal(office.grant(activation, step).code, 'conflict', step)
    status, pem, _ = office.openssl_cmp(third.json['grant']['id'], '0' * 64, office.key())
    ok(status != 0 and pem is None, 'a grant for unlocking was good for a certificate')
    again = office.activate(code, 'X1')
    ok(again.json['grant']['id'] != activation.json['grant']['id'], 'the stale grant was handed out')
    equal(office.grant(third, 'release').code, 'conflict')
    equal(office.so_pins(again), (current, pending))
    equal(office.service.order(number)['state'], 'ready')


def outbox_of(office, order):
    return [m for m in office.service.outbox() if m['order'] == order['order']['number']]


def let_through(office, serial, **changes):
    """An order with other details, approved by the office; its documents are tried elsewhere."""
    order = office.begin(serial, {'organization': {'name': changes.pop('organization', ORGANIZATION)},
                                  'agent': {**DETAILS['agent'], **changes}}).json
    equal(order['order']['state'], 'draft')
    office.sql("UPDATE orders SET state = 'first-review' WHERE number = ?", order['order']['number'])
    office.service.approve(order['order']['number'])
    equal(office.state_of(order), 'ready')
    return order


@case
def whoever_had_the_token_is_told_when_another_unlocks_it():
    office = shared()
    serial, token = office.issued()
    former, new = DETAILS['agent']['mobile'], '13900000000'
    order = let_through(office, serial, name='李四', mobile=new, organization='冒名有限公司')
    approved = outbox_of(office, order)
    equal(sorted(m['to'] for m in approved), sorted([former, new]))
    equal(office.unlock(order, office.send_code(order), token).status, 200)
    messages = outbox_of(office, order)
    equal([m['to'] for m in messages[len(approved):]], [new, former, new], 'code, notices')
    warnings = [m['text'] for m in messages if m['to'] == former]
    equal(len(warnings), 2)
    for text in warnings:
        for part in ('另一位经办人', ORGANIZATION, '400-000-0000'):
            contains(text, part)
        for secret in (new, '李四', '冒名', order['order']['number']):
            ok(secret not in text, text)
    for message in messages:
        ok(message['to'] == former or former not in message['text'], message)
    # From now on the token is the new agent's: nobody else hears of it.
    office.forget_times()
    again = office.begin(serial, {'organization': {'name': '冒名有限公司'},
                                  'agent': {**DETAILS['agent'], 'name': '李四', 'mobile': new}}).json
    equal(office.unlock(again, office.send_code(again), token).status, 200)
    equal({m['to'] for m in outbox_of(office, again)}, {new})


@case
def one_phone_gets_one_notice():
    office = shared()
    serial, token = office.issued()
    order = let_through(office, serial, name='李四')
    equal(len(outbox_of(office, order)), 1)
    equal(office.unlock(order, office.send_code(order), token).status, 200)
    equal([m['to'] for m in outbox_of(office, order)], [DETAILS['agent']['mobile']] * 3)


@case
def closing_ends_the_other_orders():
    office = shared()
    serial, token = office.issued()
    order = office.begun(serial)
    typed = {**DETAILS, 'agent': {**DETAILS['agent'], 'name': '李四'}}
    draft = office.begin(serial, typed).json
    equal(draft['order']['state'], 'draft')
    other = office.begin(serial, {**DETAILS, 'agent': {**DETAILS['agent'], 'mobile': '13900000000'}}).json
    office.sql("UPDATE orders SET state = 'ready' WHERE number = ?", other['order']['number'])
    stale = office.send_code(other)
    office.forget_times()
    equal(office.unlock(order, office.send_code(order), token).status, 200)
    for one in (draft, other):
        equal(office.state_of(one), 'withdrawn')
    equal(office.authorise(other, stale).code, 'not-ready')
    equal(office.codes_of(other), [])
    office.check_so_pin(serial, token)


@case
def keys_open_only_what_is_theirs():
    office = shared()
    one, other = office.issued()[0], office.issued()[0]
    order, code, answer = office.granted(one)
    another, _, foreign = office.granted(other)
    path = '/api/v1/orders/%s/' % order['order']['number']
    for key in (None, 'x', another['key'], answer.json['grant']['key']):
        for step, body in (('code', None), ('grant', {'code': code, 'session': new_session()})):
            got = office.service.post(path + step, body, bearer=key)
            equal((got.status, got.code), (401, 'unauthorized'), step)
    for key in (None, 'x', order['key'], foreign.json['grant']['key']):
        for step in ('release', 'state', 'so-pin-incorrect'):
            equal(office.grant(answer, step, bearer=key).code, 'unauthorized', step)
    for path in ('orders/none/code', 'orders/none/grant', 'grants/none/so-pin-incorrect'):
        equal(office.service.post('/api/v1/' + path, bearer=order['key']).code, 'not-found')


@case
def nothing_malformed_gets_through():
    office = shared()
    serial, _ = office.issued()
    order, code, answer = office.granted(serial)
    path = '/api/v1/orders/%s/grant' % order['order']['number']
    good = {'code': code, 'session': new_session()}
    bad = [b'', b'[]', b'{', b'\xff', b'null'] + [
        json.dumps({**good, name: value}).encode() for name in good for value in (None, 1, '', 'x' * 40, {})]
    bad.append(json.dumps({**good, 'session': 'g' * 32}).encode())
    for body in bad:
        got = office.service.post(path, body, bearer=order['key'])
        equal((got.status, got.code), (400, 'malformed'), repr(body))
    for body in (b'', {'session': new_session(), 'state': 'released'}, {'session': 'x', 'state': 'closed'},
                 {'session': new_session(), 'state': 'so-pin'}):
        equal(office.grant(answer, 'state', body).code, 'malformed', repr(body))
    equal(office.authorise(order, code).status, 200)


# What is left of the SO PIN when something is lost


@case
def neither_so_pin_is_right():
    office = shared()
    serial, token = office.issued()
    order, code, answer = office.granted(serial)
    equal(office.grant(answer, 'so-pin-incorrect').code, 'not-ready', 'before it was released')
    token.so_pin = 'F' * 16
    got = office.unlock(order, code, token)
    equal((got.status, got.json['grant']['state'], token.wrong), (200, 'released', 2))
    equal(office.grant(answer, 'so-pin-incorrect').status, 200, 'told again')
    office.service.restart()
    # Nobody wastes a try any more, with whatever code or order.
    for fresh in (False, True):
        office.forget_times()
        if fresh:
            equal(office.order(order, 'withdraw').status, 200)
            order = office.begun(serial)
        got = office.unlock(order, office.send_code(order), token)
        equal((got.status, got.code, token.wrong), (409, 'so-pin-lost', 2))
    log = [(e['subject'], e['why']) for e in office.service.audit() if e['what'] == 'token.so-pin-lost']
    equal(log, [(serial, answer.json['grant']['id'])])
    office.sql('UPDATE tokens SET so_lost = 0 WHERE serial = ?', serial)
    office.forget_times()
    equal(office.unlock(order, office.send_code(order), token).status, 200)
    equal(token.wrong, 4)


def restored_from_a_copy(before_release):
    with Unlocking() as office:
        serial, token = office.issued()
        order = office.begun(serial)
        code = office.send_code(order)
        kept = office.folder / 'kept'
        if before_release:
            office.service.stop()
            shutil.copytree(office.service.folder, kept)
            office.service.start()
        answer = office.authorise(order, code, new_session())
        _, pending = office.so_pins(answer)
        if not before_release:
            office.service.stop()
            shutil.copytree(office.service.folder, kept)
            office.service.start()
        token.so_pin = pending
        office.close_grant(answer)
        office.service.stop()
        shutil.rmtree(office.service.folder)
        shutil.copytree(kept, office.service.folder)
        office.service.start()
        return office.unlock(order, code, token), token, office.state_of(order)


@case
def restored_from_a_copy_made_after_the_release():
    got, token, state = restored_from_a_copy(before_release=False)
    equal((got.status, state, token.wrong), (200, 'completed', 1))


@case
def restored_from_a_copy_made_before_the_release():
    got, token, state = restored_from_a_copy(before_release=True)
    equal((got.status, got.json['grant']['state'], state, token.wrong), (200, 'released', 'ready', 2))


@case('killed at every write to the disk,', args=[('before',), ('after',)])
def killed(die):
    with Unlocking() as office:
        serial, token = office.issued()
        start = token.so_pin
        office.service.stop()
        kept = office.folder / 'kept'
        shutil.copytree(office.service.folder, kept)

        def reset(**options):
            office.service.kill()
            shutil.rmtree(office.service.folder)
            shutil.copytree(kept, office.service.folder)
            token.so_pin, token.wrong = start, 0
            office.service.start(**options)

        def run():
            """Everything from the beginning, as a client that remembers nothing would."""
            begun = office.begin(serial)
            equal(begun.status, 200, repr(begun))
            order = begun.json
            codes = office.codes_of(order)
            got = office.unlock(order, codes[-1] if codes else office.send_code(order), token)
            ok(got.status == 200, repr(got))
            return order

        reset(die_at_sync=10 ** 6)
        run()
        count = office.service.syncs()
        ok(count >= 7, 'only %d writes' % count)
        for position in range(1, count + 1):
            reset(die_at_sync=position, die=die)
            try:
                run()
            except (OSError, AssertionError, ValueError, subprocess.SubprocessError) as problem:
                ok(office.service.process.wait(20) == -signal.SIGKILL, 'position %d: %r' % (position, problem))
            office.service.kill()
            office.service.start()
            number = office.sql("SELECT number FROM orders WHERE type = 'unlock'")
            states = [office.service.order(n)['state'] for n, in number]
            if states != ['completed']:
                # A code that was sent is still good; where none was, there is no limit yet.
                order = run()
                equal(office.state_of(order), 'completed', 'position %d' % position)
            ok(token.wrong <= 1, 'position %d: %d wrong SO PINs' % (position, token.wrong))
            office.check_so_pin(serial, token)
            notices = [m for m in office.service.outbox() if '已解锁' in m['text']]
            equal(len(notices), 2, 'position %d: notices' % position)
            office.service.audit()
        diag('%d positions' % count)


# Text messages


def script(office, text):
    path = office.folder / 'sms'
    path.write_text('#!/bin/sh\n' + text, 'ascii')
    path.chmod(0o700)
    return path


class Messenger(Unlocking):
    """An office whose text messages go through a script in its folder."""

    def __init__(self, text, **options):
        super().__init__(profile={('sms', 'command'): '/sms', **options})
        self.set_script(text)

    def set_script(self, text, restart=True):
        path = script(self, text)
        profile = self.service.folder / 'profile.ini'
        lines = ['command=%s' % path if line.startswith('command=') else line
                 for line in profile.read_text('utf-8').splitlines()]
        profile.write_text('\n'.join(lines), 'utf-8')
        if restart:
            self.service.restart()

    def sent(self):
        """What the scripts below have written, text by text."""
        return [p.read_text('utf-8') for p in sorted(self.folder.glob('text.*'))]

    def delivery(self, order):
        return self.order(order).json['order']['code']['delivery']


KEEP = 'd=$(dirname "$0"); cat >"$d/part.$$"; mv "$d/part.$$" "$d/text.$(date +%s%N)"\n'


@case
def messages_are_sent_after_the_answer():
    with Messenger('sleep 0.5\n' + KEEP) as office:
        serial, token = office.issued()
        before = len(office.sent())
        order = office.begun(serial)
        answer = office.order(order, 'code')
        equal(answer.json['order']['code']['delivery'], 'pending')
        wait_until(lambda: office.delivery(order) == 'sent', 'delivery')
        code = office.codes_of(order)[-1]
        contains(office.sent()[before], code)
        got = office.unlock(order, code, token)
        equal(got.status, 200)
        wait_until(lambda: len(office.sent()) == before + 2, 'the notice')
        contains(office.sent()[-1], '已解锁')
        wait_until(lambda: office.service.outbox()[-1]['delivery'] == 'sent', 'the record')


@case
def the_command_is_told_nothing_but_the_message():
    spy = ('d=$(dirname "$0"); env >"$d/spy.env"; pwd >"$d/spy.pwd"; ls -l /proc/$$/fd >"$d/spy.fd"; '
           'tr "\\0" "\\n" </proc/$$/cmdline >"$d/spy.args"\n')
    with Messenger(spy + KEEP) as office:
        office.service.restart(environment={'SPYGLASS': 'seen', 'HOME': '/root'})
        serial, _ = office.issued()
        shutil.rmtree(office.folder / 'spy', ignore_errors=True)
        order = office.begun(serial)
        office.order(order, 'code')
        wait_until(lambda: office.delivery(order) == 'sent', 'delivery')
        code = office.codes_of(order)[-1]
        names = {line.split('=')[0] for line in (office.folder / 'spy.env').read_text().splitlines()}
        ok(names <= {'PATH', 'LANG', 'PWD', 'OLDPWD', 'SHLVL', '_'}, names)
        equal((office.folder / 'spy.pwd').read_text().strip(), '/')
        targets = [line.split(' -> ')[1] for line in (office.folder / 'spy.fd').read_text().splitlines()
                   if ' -> ' in line]
        for target in targets:
            ok(target.startswith('pipe:') or target in ('/dev/null', str(office.folder / 'sms'))
               or '/spy.fd' in target, targets)
        arguments = (office.folder / 'spy.args').read_text().splitlines()
        equal(arguments[-1], '13800000000')
        ok(not any(code in a for a in arguments), 'the code is in an argument')


@case
def the_provider_is_down():
    with Messenger('exit 3\n') as office:
        serial, _ = office.issued()
        order = office.begun(serial)
        for _ in range(5):
            equal(office.order(order, 'code').status, 200)
            wait_until(lambda: office.delivery(order) == 'failed', 'the failure')
            ok(office.order(order).json['order']['code']['expires_in'] > 500, 'validity')
        got = office.order(order, 'code')
        equal((got.code, got.json['error']['retry_after'] > 3000), ('rate-limited', True))
        contains(office.service.outbox()[-1]['delivery'], 'status 3')
        office.set_script('cat >/dev/null; kill -9 $$\n')
        office.forget_times()
        office.order(order, 'code')
        wait_until(lambda: office.delivery(order) == 'failed', 'the failure')
        contains(office.service.outbox()[-1]['delivery'], 'killed')
        (office.folder / 'sms').unlink()
        office.order(order, 'code')
        wait_until(lambda: office.delivery(order) == 'failed', 'the failure')
        # A command that does not read is none the worse for it.
        office.set_script('exec <&-; sleep 0.1; exit 0\n')
        office.forget_times()
        office.order(order, 'code')
        wait_until(lambda: office.delivery(order) == 'sent', 'delivery')
        code = office.codes_of(order)[-1]
        ok(code not in office.service.log.read_text('utf-8'), 'the log has the code')


@case
def the_provider_hangs():
    """It has its time, keeps nobody waiting, and what it started does not stay behind."""
    with Messenger('echo $$ >>"$(dirname "$0")/pids"; sleep 600 & echo $! >>"$(dirname "$0")/pids"; wait\n') as office:
        office.set_script('cat >/dev/null\n')
        tokens = [office.issued() for _ in range(6)]
        office.set_script('echo $$ >>"$(dirname "$0")/pids"; sleep 600 & echo $! >>"$(dirname "$0")/pids"; '
                          'wait\n')
        begun = time.monotonic()
        orders = [office.begun(serial) for serial, _ in tokens]
        for order in orders:
            equal(office.order(order, 'code').json['order']['code']['delivery'], 'pending')
        ok(time.monotonic() - begun < 5, 'the answers waited')
        equal(office.unlock(orders[0], office.codes_of(orders[0])[-1], tokens[0][1]).status, 200)
        pids = [int(p) for p in (office.folder / 'pids').read_text().split()]
        ok(2 <= len(pids) <= 8, '%d processes: four commands at once' % len(pids))
        wait_until(lambda: office.delivery(orders[1]) == 'failed', 'the end of its time', 30)
        contains([m for m in office.service.outbox() if m['order'] == orders[1]['order']['number']][-1]['delivery'],
                 '20 seconds')
        for pid in pids:
            wait_until(lambda: not Path('/proc/%d' % pid).exists() or
                       Path('/proc/%d/stat' % pid).read_text().rpartition(')')[2].split()[0] == 'Z',
                       'process %d' % pid)
        # Told to stop, the service does not wait for it either.
        begun = time.monotonic()
        equal(office.service.stop(), 0)
        ok(time.monotonic() - begun < 10, 'it took %.1f seconds' % (time.monotonic() - begun))


@case
def what_was_pending_is_taken_up():
    with Messenger('cat >/dev/null; sleep 600\n') as office:
        office.set_script(KEEP)
        fresh, late, used = office.issued()[0], office.issued()[0], office.issued()[0]
        office.set_script('echo $$ >>"$(dirname "$0")/pids"; cat >/dev/null; exec sleep 600\n')
        before = len(office.sent())
        orders = [office.begun(serial) for serial in (fresh, late, used)]
        for order in orders:
            equal(office.order(order, 'code').status, 200)
        wait_until(lambda: len((office.folder / 'pids').read_text().split()) == 3, 'the commands')
        office.service.kill()
        for pid in (office.folder / 'pids').read_text().split():
            os.kill(int(pid), signal.SIGKILL)
        numbers = [order['order']['number'] for order in orders]
        office.sql('UPDATE codes SET expires = 1 WHERE order_number = ?', numbers[1])
        office.sql('UPDATE codes SET state = 1 WHERE order_number = ?', numbers[2])
        office.sql("INSERT INTO outbox (order_number, recipient, text, time, delivery) "
                   "VALUES (?, '1', 'OLD NEWS', 1, 'pending')", numbers[0])
        office.set_script(KEEP, restart=False)
        office.service.start()
        wait_until(lambda: office.delivery(orders[0]) == 'sent', 'delivery')
        wait_until(lambda: not office.sql("SELECT 1 FROM outbox WHERE delivery = 'pending'"), 'the others')
        texts = office.sent()[before:]
        equal(len(texts), 1, texts)
        contains(texts[0], office.codes_of(orders[0])[-1])
        equal([office.delivery(o) for o in orders[1:]], ['failed'] * 2)
        contains(office.sql("SELECT delivery FROM outbox WHERE text = 'OLD NEWS'")[0][0], 'too late')


@case
def an_old_profile_sends_codes_all_the_same():
    with Unlocking() as office:
        profile = office.service.folder / 'profile.ini'
        lines = profile.read_text('utf-8').splitlines()
        old = [line for line in lines if line.split('=')[0] not in
               ('[verification]', 'validity-minutes', 'resend-seconds', 'codes-per-hour', 'verification',
                'unlock-approved', 'unlocked')]
        ok(len(old) < len(lines), 'nothing was taken out')
        profile.write_text('\n'.join(line for line in old if line != '[verification]'), 'utf-8')
        office.service.restart()
        serial, token = office.issued()
        order = office.begun(serial)
        equal(office.unlock(order, office.send_code(order), token).status, 200)


# Secrets


@case
def nothing_secret_lies_about():
    with Unlocking() as office:
        serial, token = office.issued()
        secrets_seen = {token.so_pin}
        order = office.begun(serial)
        secrets_seen.add(order['key'])
        wrong = None
        for _ in range(2):
            code = office.send_code(order)
            secrets_seen.add(code)
            wrong = other_code(code)
            office.authorise(order, wrong)
            office.forget_times()
        answer = office.authorise(order, code)
        secrets_seen.add(answer.json['grant']['key'])
        secrets_seen.update(office.so_pins(answer))
        office.grant(answer, 'release', bearer='0' * 64)

        def scan():
            files = [p for p in office.service.folder.rglob('*') if p.is_file()] + [office.service.log]
            data = {path: path.read_bytes() for path in files}
            for path, content in data.items():
                for secret in secrets_seen:
                    # Six digits may stand in random bytes by chance; as a text of their own they do not.
                    if len(secret) > 6 or path.suffix in ('.log', '.ini'):
                        ok(secret.encode() not in content, '%s holds a secret' % path.name)
            ok(any(serial.encode() in content for content in data.values()), 'the scan finds nothing')
            with sqlite3.connect(office.service.folder / 'yinyao.db') as database:
                texts = '\n'.join(database.iterdump())
            for secret in secrets_seen:
                ok("'%s" % secret not in texts and secret not in ' '.join(
                    str(e) for e in office.service.audit()), 'the database holds a secret')

        scan()
        office.close_grant(answer)
        scan()
        office.service.stop()
        scan()
        codes = [s for s in secrets_seen if len(s) == 6]
        for message in office.service.outbox():
            ok(message['code'] is None and not any(c in message['text'] for c in codes), message)
        for path in [office.service.folder, *office.service.folder.rglob('*')]:
            mode = stat.S_IMODE(path.stat().st_mode)
            equal(mode, 0o700 if path.is_dir() else 0o600, str(path))


if __name__ == '__main__':
    main(teardown=close_shared)
