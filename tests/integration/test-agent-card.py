# SPDX-License-Identifier: GPL-3.0-or-later
"""The token agent on the real stack: virtual token, pcscd, OpenSC."""

import shutil
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from harness import paths, tap
from harness.agent import Agent, AgentError, RemoteError
from harness.cmp import Authority, Responder, subject
from harness.pcsc import Pcsc
from harness.tap import case, equal, ok
from harness.vtoken import VirtualToken

MODULE = '/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so'
FACTORY_SO = '3537363231383830'
SO = '0123456789ABCDEF'
PIN = 'Right-1234'
KEY_ID = bytes.fromhex('A1B2C3D4E5F60718')

world = None


class World:
    """One pcscd for all cases, each with its own token."""

    def __init__(self):
        self.pcsc = Pcsc(2)
        self.pcsc.start()
        self.folder = Path(paths.temporary_folder('agent'))
        self.ca = Authority(self.folder)
        self.count = 0

    def close(self):
        self.pcsc.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def serial(self):
        self.count += 1
        return 'YYA%07d' % self.count


@contextmanager
def plugged(prepared=True):
    """An agent and a token that (unless told otherwise) has a PIN and an SO PIN of its own."""
    with VirtualToken(world.pcsc, serial=world.serial()) as token:
        if prepared:
            with agent() as first:
                first.wait_token(token.serial).format(FACTORY_SO, 'test token')
                first.wait_token(token.serial).set_user_pin([FACTORY_SO], PIN)
                first.wait_token(token.serial).rotate_so_pin(FACTORY_SO, SO)
        with agent() as running:
            yield token, running


@contextmanager
def agent(computer='cache'):
    """computer: one with another name keeps another cache"""
    cache = str(world.pcsc.home / computer)
    with Agent(MODULE, world.pcsc.environment(XDG_CACHE_HOME=cache)) as running:
        yield running
        equal(running.stop(), 0, 'exit status')


def fails(name, function, *arguments):
    try:
        function(*arguments)
    except AgentError as error:
        equal(error.name, name, 'error (%s)' % error.text)
        return error
    raise AssertionError('%s did not fail' % function.__name__)


def enrol(running, shown, spki, ca=None, **answer):
    """Enrols KEY_ID; returns (certificate or error, what the CA was told)."""
    answer = answer or {'certificate': world.ca.issue(spki)}
    with Responder('ref', 'secret', **answer) as responder:
        running.transfer = responder.transfer
        try:
            result = shown.enrol(KEY_ID, 'key', subject(), 'ref', 'secret',
                                 [(ca or world.ca).der])
        except AgentError as error:
            result = error
        return result, responder.stop()


@case
def a_token_is_listed_with_what_it_says_of_itself():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial).properties
        ok('test token' in shown['Label'], shown['Label'])
        equal(shown['TriesLeft'], 10, 'tries left')
        equal((shown['MinPinLength'], shown['MaxPinLength']), (6, 15), 'PIN lengths')
        ok(shown['Reader'].startswith('Virtual PCD'), shown['Reader'])
        equal(running.properties['Module'], MODULE)
        ok('OpenSC' in running.properties['Library'], running.properties['Library'])
        equal(running.properties['Tainted'], False, 'tainted')


@case
def arrival_and_removal_are_told():
    with plugged() as (token, running):
        first = running.wait_token(token.serial)
        for _ in range(3):
            token.remove()
            running.wait_gone(token.serial)
            token.insert()
            again = running.wait_token(token.serial)
            ok(again.path != first.path, 'object path %s is used again' % again.path)
        with VirtualToken(world.pcsc, serial=world.serial()) as second:
            running.wait_token(second.serial)
            ok(running.find(token.serial), 'the first token is still there')
            second.remove()
            running.wait_gone(second.serial)
        ok(running.find(token.serial), 'the first token is still there')


@case
def a_pin_is_right_or_costs_one_try():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        error = fails('PinIncorrect', shown.login, 'wrong-1234')
        ok('wrong-1234' not in error.text, 'a PIN in an error message')
        equal(shown.properties['TriesLeft'], 9, 'tries left')
        equal(running.properties['Tainted'], True, 'tainted')
        shown.login(PIN)
        equal(token.state()['pin_tries'], 10, 'tries on the card')
        shown.logout()
        equal(shown.properties['TriesLeft'], 10, 'tries left')
        equal(token.state()['verified'], False, 'verified after logout')


@case
def ending_the_agent_logs_out():
    with plugged() as (token, running):
        running.wait_token(token.serial).login(PIN)
        equal(token.state()['verified'], True, 'verified')
        equal(running.stop(), 0, 'exit status')
        equal(token.state()['verified'], False, 'verified afterwards')


@case
def a_pin_of_a_wrong_length_is_refused_without_a_try():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        fails('PinPolicy', shown.change_pin, PIN, '123')
        fails('PinPolicy', shown.change_pin, PIN, '1234567890123456')
        equal(token.state()['pin_tries'], 10, 'tries')


@case
def the_pin_is_changed():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        fails('PinIncorrect', shown.change_pin, 'wrong-1234', 'other-1234')
        equal(shown.properties['TriesLeft'], 9, 'tries left')
        shown.change_pin(PIN, 'other-1234')
        equal(shown.properties['TriesLeft'], 10, 'tries left')
        shown.login('other-1234')
        shown.change_pin('other-1234', 'third-1234')
        shown.generate_key(KEY_ID)
        fails('PinIncorrect', shown.login, PIN)


@case
def a_pin_is_locked_and_shown_so():
    low, final, locked = 1 << 16, 1 << 17, 1 << 18
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        for left in range(9, 0, -1):
            fails('PinIncorrect', shown.login, 'wrong-1234')
            equal(shown.properties['TriesLeft'], left, 'tries left')
            wanted = low if left == 2 else final if left == 1 else 0
            equal(shown.properties['Flags'] & (low | final | locked), wanted, 'flags at %d' % left)
        try:
            shown.login('wrong-1234')
        except AgentError as error:
            ok(error.name in ('PinIncorrect', 'PinLocked'), error.name)
        equal(shown.properties['TriesLeft'], 0, 'tries left')
        equal(shown.properties['Flags'] & (low | final | locked), locked, 'flags')
        fails('PinLocked', shown.login, PIN)
        equal(shown.set_user_pin([SO], 'other-1234'), 0, 'SO PIN')
        equal(shown.properties['TriesLeft'], 10, 'tries left')
        shown.login('other-1234')


@case
def the_last_try_is_not_spent_by_surprise():
    with plugged() as (token, running), agent('another program') as other:
        shown, elsewhere = running.wait_token(token.serial), other.wait_token(token.serial)
        for _ in range(9):
            fails('PinIncorrect', elsewhere.login, 'wrong-1234')
        equal(shown.properties['TriesLeft'], 10, 'tries left, as far as is known here')
        # Neither a wrong nor the right PIN is sent: nobody knew that it is the last try.
        for pin in ('wrong-1234', PIN):
            fails('PinLastTry', shown.login, pin, False)
            fails('PinLastTry', shown.change_pin, pin, 'other-1234', False)
        equal(token.state()['pin_tries'], 1, 'tries on the card')
        equal(shown.properties['TriesLeft'], 1, 'tries left')
        shown.login(PIN, True)
        shown.logout()
        for _ in range(10):
            with suppress(AgentError):
                elsewhere.login('wrong-1234')
        fails('PinLocked', shown.login, PIN, False)
        equal(shown.properties['TriesLeft'], 0, 'tries left')


@case
def the_tries_left_are_read_without_spending_one():
    with plugged() as (token, running), agent('another program') as other:
        shown, elsewhere = running.wait_token(token.serial), other.wait_token(token.serial)
        fails('PinIncorrect', elsewhere.login, 'wrong-1234')
        token.reset_counters()
        shown.read_tries()
        equal(shown.properties['TriesLeft'], 9, 'tries left')
        equal(token.counters()['apdus'], 1, 'APDUs')
        equal(token.state()['pin_tries'], 9, 'tries on the card')


@case
def the_right_one_of_two_so_pins_is_told():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        equal(shown.set_user_pin([FACTORY_SO, SO], 'other-1234'), 1, 'SO PIN')
        equal(token.state()['so_pin_tries'], 15, 'SO tries')
        shown.rotate_so_pin(SO, FACTORY_SO)
        equal(shown.set_user_pin([FACTORY_SO, SO], 'other-1234'), 0, 'SO PIN')


@case
def no_more_than_two_so_pins_are_tried():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        fails('SoPinIncorrect', shown.set_user_pin, ['0' * 16, '1' * 16, SO], 'other-1234')
        equal(token.state()['so_pin_tries'], 13, 'SO tries')
        fails('SoPinIncorrect', shown.rotate_so_pin, '0' * 16, '1' * 16)
        equal(token.state()['so_pin_tries'], 12, 'SO tries')
        shown.login(PIN)


@case
def the_last_so_try_is_never_spent():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        for _ in range(7):
            fails('SoPinIncorrect', shown.set_user_pin, ['0' * 16, '1' * 16], 'other-1234')
        equal(token.state()['so_pin_tries'], 1, 'SO tries')
        for method, arguments in ((shown.set_user_pin, ([SO], 'other-1234')),
                                  (shown.rotate_so_pin, (SO, FACTORY_SO)),
                                  (shown.format, (SO, 'label'))):
            fails('SoPinLocked', method, *arguments)
        equal(token.state()['so_pin_tries'], 1, 'SO tries')


@case
def format_erases_everything():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        shown.login(PIN)
        shown.generate_key(KEY_ID)
        fails('SoPinIncorrect', shown.format, FACTORY_SO, 'label')
        equal(token.state()['keys'], 1, 'keys after a wrong SO PIN')
        shown.format(SO, '印钥印钥印钥印钥印钥印钥')
        state = token.state()
        equal((state['keys'], state['pin_tries_max'], state['pin_set']), (0, 10, True), 'state')
        equal(shown.keys(), [], 'keys')
        ok(shown.properties['Label'].startswith('印钥印钥'), shown.properties['Label'])
        fails('PinIncorrect', shown.login, PIN)
        # the module's own first PIN is the beginning of the SO PIN, and must not open it
        fails('PinIncorrect', shown.login, SO[:6])


@case(args=[('EC', 256), ('RSA', 2048)])
def a_key_is_generated_once(kind, bits):
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        fails('Failed', shown.generate_key, KEY_ID)
        shown.login(PIN)
        spki = shown.generate_key(KEY_ID, 'my key', kind, bits)
        equal(shown.generate_key(KEY_ID, 'my key', kind, bits), spki, 'public key')
        equal(shown.keys(), [{'id': KEY_ID, 'label': 'my key', 'spki': spki}], 'keys')
        equal(token.state()['keys'], 1, 'keys on the card')
    with plugged(False) as (other, running):
        fails('Unsupported', running.wait_token(other.serial).generate_key, KEY_ID, 'k', 'RSA', 512)


def cut_positions(work):
    """How many APDUs `work` takes."""
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        shown.login(PIN)
        token.reset_counters()
        work(shown)
        return token.counters()['apdus']


@case(args=[('before',), ('after',)])
def key_generation_cut_anywhere_leaves_one_key_at_last(when):
    total = cut_positions(lambda shown: shown.generate_key(KEY_ID))
    with plugged() as (token, running):
        for position in range(1, total + 1):
            shown = running.wait_token(token.serial)
            shown.login(PIN)
            key_id = bytes([position]) * 8
            (token.cut_before if when == 'before' else token.cut_after)(position)
            fails('TokenRemoved', shown.generate_key, key_id)
            token.wait_cut()
            running.wait_gone(token.serial)
            token.insert()
            shown = running.wait_token(token.serial)
            shown.login(PIN)
            spki = shown.generate_key(key_id)
            state = token.state()
            equal((state['keys'], state['keys_undescribed']), (position, 0),
                  'keys after a cut %s APDU %d' % (when, position))
            ok(any(k['id'] == key_id and k['spki'] == spki for k in shown.keys()), 'the key')


@case(args=[('EC', 256), ('RSA', 2048)])
def a_certificate_is_enrolled(kind, bits):
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        shown.login(PIN)
        spki = shown.generate_key(KEY_ID, 'key', kind, bits)
        certificate, told = enrol(running, shown, spki)
        ok(isinstance(certificate, bytes), certificate)
        equal(told, ['confirmed'], 'certConf')
        equal(shown.progress, ['request', 'write', 'read-back', 'prove', 'confirm'], 'progress')
        equal(shown.certificates(), [{'id': KEY_ID, 'label': 'key', 'der': certificate,
                                      'has_key': 1}], 'certificates')
        shown.test_signature(KEY_ID)
        # once more: the same certificate is not written again
        before = token.state()['files']
        answer = world.folder / 'same.pem'
        answer.write_bytes(subprocess.run(['openssl', 'x509', '-inform', 'DER'], input=certificate,
                                          check=True, capture_output=True).stdout)
        again, told = enrol(running, shown, spki, certificate=answer)
        equal(again, certificate, 'certificate')
        equal(token.state()['files'], before, 'files')
        # and another one for the same key takes its place
        other, told = enrol(running, shown, spki)
        equal([c['der'] for c in shown.certificates()], [other], 'certificates')
        equal(token.state()['keys'], 1, 'keys')
    with agent_of(token) as (token, running):
        shown = running.wait_token(token.serial)
        equal([(c['der'], c['has_key']) for c in shown.certificates()], [(other, 1)],
              'certificates without login')
        equal(shown.keys(), [], 'keys without login')
        fails('Failed', shown.test_signature, KEY_ID)


@contextmanager
def agent_of(stopped):
    """The token again, in a fresh agent."""
    with VirtualToken(world.pcsc, serial=stopped.serial) as token, agent() as running:
        yield token, running


@case
def a_wrong_answer_of_the_ca_is_not_accepted():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        shown.login(PIN)
        spki = shown.generate_key(KEY_ID)
        other_key = shown.generate_key(b'other')
        stranger = Authority(world.folder, 'Stranger %s' % token.serial)

        result, told = enrol(running, shown, spki, certificate=world.ca.issue(other_key))
        equal((result.name, told), ('ServiceFailed', ['rejected']), 'another key')
        result, told = enrol(running, shown, spki, certificate=world.ca.issue(spki, 'Else'))
        equal((result.name, told), ('ServiceFailed', ['rejected']), 'another name')
        result, told = enrol(running, shown, spki, certificate=stranger.issue(spki))
        equal((result.name, told), ('CaNotTrusted', ['rejected']), 'another CA')
        result, told = enrol(running, shown, spki, reject='not today, 今天不行')
        equal((result.name, told), ('Refused', []), 'a refusal')
        ok('not today, 今天不行' in result.text, result.text)
        equal(shown.certificates(), [], 'certificates')
        fails('NoSuchObject', shown.test_signature, KEY_ID)


@case
def errors_of_the_transfer_keep_code_and_words():
    def broken(request):
        raise RemoteError('ServiceUnreachable', 'the cable is out')

    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        shown.login(PIN)
        shown.generate_key(KEY_ID)
        for answer, name in ((broken, 'ServiceUnreachable'), (lambda r: b'', 'ServiceFailed'),
                             (lambda r: b'0\x03abc', 'ServiceFailed'),
                             (lambda r: r, 'ServiceFailed'),
                             (lambda r: bytes(300000), 'ServiceFailed')):
            running.transfer = answer
            error = fails(name, shown.enrol, KEY_ID, 'key', subject(), 'ref', 'secret',
                          [world.ca.der])
            if answer is broken:
                equal(error.text, 'the cable is out')
        fails('NoSuchObject', shown.enrol, b'none', 'key', subject(), 'ref', 'secret',
              [world.ca.der])
        fails('InvalidData', shown.enrol, KEY_ID, 'key', b'0\x05', 'ref', 'secret', [world.ca.der])
        fails('InvalidData', shown.enrol, KEY_ID, 'key', subject(), 'ref', 'secret', [b'junk'])


@case(args=[('before',), ('after',)])
def enrolment_cut_anywhere_is_finished_later(when):
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        shown.login(PIN)
        spki = shown.generate_key(KEY_ID)
        token.reset_counters()
        enrol(running, shown, spki)
        total = token.counters()['apdus']
        for position in range(1, total + 1):
            (token.cut_before if when == 'before' else token.cut_after)(position)
            result, told = enrol(running, shown, spki)
            token.wait_cut()
            # the last APDU's answer may come too late to matter
            ok(isinstance(result, AgentError) and result.name == 'TokenRemoved', result)
            equal(told, [], 'certConf after a cut %s APDU %d' % (when, position))
            token.insert()
            shown = fresh(running, token, shown)
            shown.login(PIN)
            equal(shown.generate_key(KEY_ID), spki, 'public key')
            certificate, told = enrol(running, shown, spki)
            ok(isinstance(certificate, bytes), certificate)
            equal(told, ['confirmed'], 'certConf')
            state = token.state()
            equal((state['keys'], state['certificates']), (1, 1), 'state after %d' % position)
            equal([c['der'] for c in shown.certificates()], [certificate], 'certificates')


def fresh(running, token, old):
    """The token's new object after it was plugged in again."""
    return running.wait(lambda: next((t for t in running.tokens.values()
                                      if t.properties['Serial'] == token.serial
                                      and t.path != old.path), None), what='the token')


@case
def another_program_may_log_us_out():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        shown.login(PIN)
        spki = shown.generate_key(KEY_ID)
        for work in (lambda: shown.generate_key(b'second'),
                     lambda: enrol(running, shown, spki)[0],
                     lambda: shown.test_signature(KEY_ID)):
            subprocess.run([paths.tool('pkcs11-tool'), '--module', MODULE, '-O'],
                           env=world.pcsc.environment(), check=True, capture_output=True)
            equal(token.state()['verified'], False, 'verified')
            result = work()
            ok(not isinstance(result, AgentError), result)
        equal(token.state()['pin_tries'], 10, 'tries')


def certified(token, running):
    """The token gets a PIN, a key and a certificate."""
    shown = running.wait_token(token.serial)
    shown.login(PIN)
    spki = shown.generate_key(KEY_ID)
    return enrol(running, shown, spki)[0]


@case
def activation_takes_few_apdus():
    for kind, bits in (('EC', 256), ('RSA', 2048)):
        with VirtualToken(world.pcsc, serial=world.serial()) as token:
            with agent() as first:
                first.wait_token(token.serial).format(FACTORY_SO, 'test token')
            token.remove()
            token.insert()
            token.reset_counters()
            with agent('new computer') as running:
                shown = running.wait_token(token.serial)
                shown.set_user_pin([FACTORY_SO], PIN)
                shown.rotate_so_pin(FACTORY_SO, SO)
                shown.login(PIN)
                spki = shown.generate_key(KEY_ID, 'key', kind, bits)
                certificate, told = enrol(running, shown, spki)
                count = token.counters()['apdus']
                equal(told, ['confirmed'], 'certConf')
            tap.diag('%s: %d APDUs' % (kind, count))
            ok(count <= 45, '%d APDUs' % count)


@case
def a_known_token_is_seen_again_with_few_apdus():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        shown.login(PIN)
        for key_id in (KEY_ID, b'second'):
            spki = shown.generate_key(key_id)
            with Responder('ref', 'secret', certificate=world.ca.issue(spki)) as responder:
                running.transfer = responder.transfer
                shown.enrol(key_id, 'key', subject(), 'ref', 'secret', [world.ca.der])
        data = world.folder / 'data'
        data.write_bytes(b'x' * 300)
        for number in range(4):
            subprocess.run([paths.tool('pkcs11-tool'), '--module', MODULE, '--login', '--pin', PIN,
                            '--write-object', data, '--type', 'data', '--label', 'd%d' % number],
                           env=world.pcsc.environment(), check=True, capture_output=True)
        for wanted, what in ((49, 'first look'), (15, 'second look')):
            token.remove()
            running.wait_gone(token.serial)
            token.reset_counters()
            token.insert()
            shown = running.wait_token(token.serial)
            count = token.counters()['apdus']
            tap.diag('%s: %d APDUs' % (what, count))
            ok(count <= wanted, '%s: %d APDUs' % (what, count))
            equal([c['has_key'] for c in shown.certificates()], [1, 1], 'keys')
            equal(len(shown.properties['DataObjects']), 4, 'data objects')


@case
def what_was_changed_on_another_computer_is_seen():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        first = certified(token, running)
        token.remove()
        running.wait_gone(token.serial)
        token.insert()
        running.wait_token(token.serial)
        with agent('elsewhere') as other:
            second = certified(token, other)
        ok(first != second, 'two certificates')
        token.remove()
        running.wait_gone(token.serial)
        token.insert()
        shown = running.wait_token(token.serial)
        equal([c['der'] for c in shown.certificates()], [second], 'after a new certificate')
        with agent('elsewhere') as other:
            other.wait_token(token.serial).format(SO, 'other life')
        token.remove()
        running.wait_gone(token.serial)
        token.insert()
        shown = running.wait_token(token.serial)
        equal(shown.certificates(), [], 'after format')
        ok(shown.properties['Label'].startswith('other life'), shown.properties['Label'])
        with agent('elsewhere') as other:
            other.wait_token(token.serial).set_user_pin([SO], PIN)
            third = certified(token, other)
        token.remove()
        running.wait_gone(token.serial)
        token.insert()
        shown = running.wait_token(token.serial)
        equal([(c['der'], c['has_key']) for c in shown.certificates()], [(third, 1)], 'at last')
        shown.login(PIN)
        shown.test_signature(KEY_ID)


@case
def a_spoilt_cache_does_no_harm():
    with plugged() as (token, running):
        certificate = certified(token, running)
        running.stop()
        for spoil in (lambda path: path.write_bytes(b''), lambda path: path.write_bytes(b'0\x82junk'),
                      lambda path: path.write_bytes(path.read_bytes()[:-1])):
            with agent():
                pass
            kept = [p for p in (world.pcsc.home / 'cache' / 'yinyao' / 'opensc').iterdir()
                    if p.name.startswith(token.serial)]
            ok(len(kept) > 2, 'nothing was kept')
            for path in kept:
                spoil(path)
            with agent() as again:
                shown = again.wait_token(token.serial)
                equal([(c['der'], c['has_key']) for c in shown.certificates()],
                      [(certificate, 1)], 'certificates')


@case
def a_certificate_cut_short_is_written_again():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        shown.login(PIN)
        spki = shown.generate_key(KEY_ID, 'key', 'RSA', 2048)
        # longer than one command carries
        certificate = world.ca.issue(spki, 'Someone', extra=1500)
        token.reset_counters()
        result, told = enrol(running, shown, spki, certificate=certificate)
        total = token.counters()['apdus']
        equal(told, ['confirmed'], 'certConf')
        for position in range(2, total + 1):
            token.cut_after(position)
            certificate = world.ca.issue(spki, 'Someone', extra=1500)
            enrol(running, shown, spki, certificate=certificate)
            token.wait_cut()
            token.insert()
            shown = fresh(running, token, shown)
            shown.login(PIN)
            equal(shown.generate_key(KEY_ID, 'key', 'RSA', 2048), spki, 'public key')
            result, told = enrol(running, shown, spki, certificate=certificate)
            equal(told, ['confirmed'], 'certConf after a cut at %d: %s' % (position, result))
            equal([c['der'] for c in shown.certificates()], [result], 'certificates')


@case
def a_full_token_says_so():
    with VirtualToken(world.pcsc, serial=world.serial(), memory=600) as token, agent() as running:
        shown = running.wait_token(token.serial)
        shown.format(FACTORY_SO, 'small')
        shown.set_user_pin([FACTORY_SO], PIN)
        shown.login(PIN)
        fails('TokenFull', shown.generate_key, KEY_ID)


@case
def two_tokens_at_once():
    with plugged() as (token, running), \
            VirtualToken(world.pcsc, serial=world.serial()) as second:
        other = running.wait_token(second.serial)
        shown = running.wait_token(token.serial)
        other.format(FACTORY_SO, 'second')
        other.set_user_pin([FACTORY_SO], 'second-123')
        shown.login(PIN)
        other.login('second-123')
        spki = shown.generate_key(KEY_ID)
        other_spki = other.generate_key(KEY_ID)
        ok(spki != other_spki, 'one key on two tokens')
        certificate, _ = enrol(running, shown, spki)
        ok(isinstance(certificate, bytes), certificate)
        second.remove()
        running.wait_gone(second.serial)
        shown.test_signature(KEY_ID)
        equal([c['der'] for c in shown.certificates()], [certificate], 'certificates')


@case
def the_client_may_vanish_in_the_middle():
    with plugged() as (token, running):
        shown = running.wait_token(token.serial)
        shown.login(PIN)
        spki = shown.generate_key(KEY_ID)
        started = time.monotonic()
        running.transfer = lambda request: (running._connection.close_sync(None), b'')[1]
        try:
            shown.enrol(KEY_ID, 'key', subject(), 'ref', 'secret', [world.ca.der])
        except (AgentError, Exception):
            pass
        equal(running.process.wait(20), 0, 'exit status')
        ok(time.monotonic() - started < 15, 'it took too long to end')
        ok(spki, 'a key')
        equal(token.state()['verified'], False, 'verified')


def setup():
    global world
    world = World()


def teardown():
    if world:
        world.close()


if __name__ == '__main__':
    tap.main(setup, teardown)
