# SPDX-License-Identifier: GPL-3.0-or-later
"""The token agent with a second module, SoftHSM 2: nothing in it may depend on OpenSC or PC/SC."""

import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from harness import paths, tap
from harness.agent import Agent, AgentError
from harness.cmp import Authority, Responder, subject
from harness.softhsm import SoftHsm
from harness.tap import case, equal, ok

SO = '12345678'
PIN = '123456'
KEY_ID = b'\x01\x02\x00\x03'

folder = ca = None


@contextmanager
def token():
    with SoftHsm() as hsm:
        serial = hsm.add_token('software', SO, PIN)
        with Agent(hsm.module, hsm.environment()) as running:
            yield hsm, running, running.wait_token(serial)
            equal(running.stop(), 0, 'exit status')


def fails(name, function, *arguments):
    try:
        function(*arguments)
    except AgentError as error:
        equal(error.name, name, 'error (%s)' % error.text)
        return
    raise AssertionError('%s did not fail' % function.__name__)


def enrol(running, shown, spki):
    with Responder('ref', 'secret', certificate=ca.issue(spki)) as responder:
        running.transfer = responder.transfer
        certificate = shown.enrol(KEY_ID, 'key', subject(), 'ref', 'secret', [ca.der])
        return certificate, responder.stop()


@case
def a_token_is_listed_and_what_it_cannot_tell_is_unknown():
    with token() as (hsm, running, shown):
        equal(shown.properties['Label'], 'software', 'label')
        equal(shown.properties['TriesLeft'], -1, 'tries left')
        equal(shown.properties['FreeMemory'], -1, 'free memory')
        equal(len(running.tokens), 1, 'tokens (the empty slot has none)')


@case
def pins_are_checked_changed_and_set():
    with token() as (hsm, running, shown):
        fails('PinIncorrect', shown.login, '000000')
        shown.login(PIN)
        shown.change_pin(PIN, '654321')
        shown.logout()
        fails('PinIncorrect', shown.login, PIN)
        shown.login('654321')
        equal(shown.set_user_pin(['00000000', SO], PIN), 1, 'SO PIN')
        shown.rotate_so_pin(SO, '87654321')
        fails('SoPinIncorrect', shown.rotate_so_pin, SO, '11111111')
        fails('SoPinIncorrect', shown.set_user_pin, [SO], '111111')
        shown.login(PIN)


@case
def the_user_pin_is_set_after_keys_were_used():
    with token() as (hsm, running, shown):
        shown.login(PIN)
        enrol(running, shown, shown.generate_key(KEY_ID))
        shown.test_signature(KEY_ID)
        equal(shown.set_user_pin([SO], '222222'), 0, 'SO PIN')
        shown.login('222222')
        shown.test_signature(KEY_ID)


@case
def format_erases_everything():
    with token() as (hsm, running, shown):
        shown.login(PIN)
        shown.generate_key(KEY_ID)
        fails('SoPinIncorrect', shown.format, '00000000', 'label')
        shown.login(PIN)
        equal(len(shown.keys()), 1, 'keys')
        shown.format(SO, 'fresh')
        equal((shown.properties['Label'], shown.keys()), ('fresh', []), 'after format')
        fails('PinIncorrect', shown.login, PIN)
        shown.set_user_pin([SO], PIN)
        shown.login(PIN)
        shown.generate_key(KEY_ID)


@case(args=[('EC', 256), ('RSA', 2048)])
def a_certificate_is_enrolled(kind, bits):
    with token() as (hsm, running, shown):
        serial = shown.properties['Serial']
        shown.login(PIN)
        spki = shown.generate_key(KEY_ID, 'key', kind, bits)
        equal(shown.generate_key(KEY_ID, 'key', kind, bits), spki, 'public key')
        first, told = enrol(running, shown, spki)
        equal(told, ['confirmed'], 'certConf')
        second, told = enrol(running, shown, spki)
        ok(first != second, 'two certificates')
        equal([c['der'] for c in shown.certificates()], [second], 'certificates')
        shown.test_signature(KEY_ID)
        with Agent(hsm.module, hsm.environment()) as fresh:
            shown = fresh.wait_token(serial)
            equal([(c['der'], c['has_key']) for c in shown.certificates()], [(second, 1)],
                  'certificates without login')
            equal(shown.keys(), [], 'keys without login')


@case
def a_private_key_is_not_extractable():
    with token() as (hsm, running, shown):
        shown.login(PIN)
        shown.generate_key(KEY_ID)
        done = subprocess.run(
            [paths.tool('pkcs11-tool'), '--module', hsm.module, '--login', '--pin', PIN, '-O',
             '--type', 'privkey', '--token-label', 'software'],
            env=hsm.environment(), check=True, capture_output=True, text=True)
        for word in ('sensitive', 'never extractable', 'sign'):
            ok(word in done.stdout, done.stdout)


@case
def leftovers_of_a_key_are_removed():
    with token() as (hsm, running, shown):
        serial = shown.properties['Serial']
        for _ in range(2):
            subprocess.run(
                [paths.tool('pkcs11-tool'), '--module', hsm.module, '--login', '--pin', PIN,
                 '--token-label', 'software', '--keypairgen', '--key-type', 'EC:prime256v1',
                 '--id', KEY_ID.hex()], env=hsm.environment(), check=True, capture_output=True)
        subprocess.run(
            [paths.tool('pkcs11-tool'), '--module', hsm.module, '--login', '--pin', PIN,
             '--token-label', 'software', '--keypairgen', '--key-type', 'EC:prime256v1',
             '--id', 'beef'], env=hsm.environment(), check=True, capture_output=True)
        subprocess.run(
            [paths.tool('pkcs11-tool'), '--module', hsm.module, '--login', '--pin', PIN,
             '--token-label', 'software', '--delete-object', '--type', 'privkey', '--id', 'beef'],
            env=hsm.environment(), check=True, capture_output=True)
        with Agent(hsm.module, hsm.environment()) as fresh:
            shown = fresh.wait_token(serial)
            shown.login(PIN)
            equal(len(shown.keys()), 2, 'two keys of one id')
            spki = shown.generate_key(KEY_ID)
            equal([k['spki'] for k in shown.keys()], [spki], 'keys')
            other = shown.generate_key(b'\xbe\xef')
            ok(any(k['id'] == b'\xbe\xef' and k['spki'] == other for k in shown.keys()), 'keys')
            certificate, told = enrol(fresh, shown, spki)
            equal(told, ['confirmed'], 'certConf')


def setup():
    global folder, ca
    folder = Path(paths.temporary_folder('agent'))
    ca = Authority(folder)


def teardown():
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == '__main__':
    tap.main(setup, teardown)
