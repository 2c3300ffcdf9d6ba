# SPDX-License-Identifier: GPL-3.0-or-later
"""The token agent with a module that crashes, hangs, babbles and returns every error there is."""

import shutil
import signal
from contextlib import contextmanager
from pathlib import Path

from gi.repository import GLib

from harness import paths, tap
from harness.agent import Agent, AgentError
from harness.cmp import Authority, Responder, subject
from harness.softhsm import SoftHsm
from harness.tap import case, diag, equal, ok

SO = '12345678'
PIN = '123456'
KEY_ID = b'\x07\x07'

GENERAL, DEVICE, MEMORY, REMOVED = 0x05, 0x30, 0x31, 0x32
UNSUPPORTED, PIN_WRONG, PIN_LENGTH, PIN_LOCKED = 0x54, 0xA0, 0xA2, 0xA4
SESSION, ABSENT, LOGGED_OUT, UNKNOWN = 0xB3, 0xE0, 0x101, 0x7FFF1234

# Names that a driver's errors may get.
NAMES = {'Failed', 'TokenRemoved', 'TokenFull', 'TokenNotPrepared', 'NoSuchObject', 'PinIncorrect',
         'PinLocked', 'PinPolicy', 'SoPinIncorrect', 'SoPinLocked', 'ReadBack', 'Proof',
         'Unsupported', 'DriverFailed', 'ServiceFailed',
         # The object went with its token before the call arrived.
         'org.freedesktop.DBus.Error.UnknownMethod'}

# Every error of PKCS #11 2.40 and some that are none.
EVERY = sorted(set(range(0x01, 0x0C)) | set(range(0x10, 0x1C)) | set(range(0x20, 0x22)) |
               set(range(0x30, 0x33)) | set(range(0x40, 0x42)) | set(range(0x50, 0x55)) |
               set(range(0x60, 0x6B)) | set(range(0x70, 0x72)) | {0x82, 0x90, 0x91} |
               set(range(0xA0, 0xA5)) | set(range(0xB0, 0xB9)) | set(range(0xC0, 0xC2)) |
               set(range(0xD0, 0xD2)) | set(range(0xE0, 0xE3)) | set(range(0xF0, 0xF3)) |
               set(range(0x100, 0x106)) | set(range(0x110, 0x116)) | {0x120, 0x121, 0x130} |
               {0x140, 0x150, 0x160, 0x170, 0x180, 0x190, 0x191, 0x1A0, 0x200, 0x80000001,
                UNKNOWN, 0xFFFFFFFFFFFFFFFF})

world = None


class World:
    """A software token with a key and a certificate, behind the faulty module."""

    def __init__(self):
        self.hsm = SoftHsm()
        self.folder = Path(paths.temporary_folder('agent'))
        self.faults = self.folder / 'faults'
        self.serial = self.hsm.add_token('faulty', SO, PIN)
        self.ca = Authority(self.folder)
        self.module = paths.program('tests/modules/yy-faulty-module.so')
        self.clear()
        with self.agent() as running:
            shown = running.wait_token(self.serial)
            shown.login(PIN)
            self.spki = shown.generate_key(KEY_ID)
            self.certificate = self.ca.issue(self.spki)
            self.enrol(running, shown)

    def close(self):
        self.hsm.__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def agent(self, status=0):
        environment = self.hsm.environment(YINYAO_TEST_MODULE=self.hsm.module,
                                           YINYAO_TEST_FAULTS=str(self.faults))
        with Agent(self.module, environment) as running:
            yield running
            self.clear()
            if status is not None:
                equal(running.stop(), status, 'exit status')

    def fault(self, *lines):
        # a file of its own each time: its change is never overlooked
        fresh = self.faults.with_suffix('.new')
        fresh.write_text(''.join(line + '\n' for line in lines))
        fresh.rename(self.faults)
        self.log.unlink(missing_ok=True)

    def clear(self):
        self.fault()

    @property
    def log(self):
        return Path(str(self.faults) + '.log')

    def happened(self):
        return self.log.read_text().split() if self.log.exists() else []

    def enrol(self, running, shown):
        with Responder('ref', 'secret', certificate=self.certificate) as responder:
            running.transfer = responder.transfer
            try:
                return shown.enrol(KEY_ID, 'key', subject(), 'ref', 'secret', [self.ca.der])
            finally:
                self.told = responder.stop()


def methods(running, shown):
    """What to call: name → function. All of them leave the token as it is."""
    return {
        'Login': lambda: shown.login(PIN),
        'Logout': shown.logout,
        'ChangePin': lambda: shown.change_pin(PIN, PIN),
        'SetUserPin': lambda: shown.set_user_pin([SO, SO], PIN),
        'RotateSoPin': lambda: shown.rotate_so_pin(SO, SO),
        'GenerateKey': lambda: shown.generate_key(KEY_ID),
        'Enrol': lambda: world.enrol(running, shown),
        'TestSignature': lambda: shown.test_signature(KEY_ID),
        'Refresh': running.refresh,
    }


def outcome(function):
    try:
        function()
    except AgentError as error:
        return error
    return None


def token_of(running):
    """The token and a login: after some errors it is a new object."""
    world.clear()
    running.refresh()
    shown = running.wait_token(world.serial)
    shown.login(PIN)
    return shown


def expect(running, method, function, rv, wanted=None):
    """Calls the method while the function returns rv; the error must be one of ours, in words."""
    shown = token_of(running)
    world.fault('%s 0x%x' % (function, rv))
    error = outcome(methods(running, shown)[method])
    happened = function in world.happened()
    world.clear()
    where = '%s with %s = 0x%X' % (method, function, rv)
    equal(running.process.poll(), None, 'exit status after ' + where)
    if error is not None:
        ok(error.name in NAMES, '%s: %s' % (where, error))
        ok(len(error.text) > 10, '%s: %s' % (where, error))
    if wanted:
        ok(happened, '%s never happened' % where)
        equal(error and error.name, wanted, '%s (%s)' % (where, error))
    return happened, error


def afterwards(running):
    """Everything works when the fault is over."""
    shown = token_of(running)
    equal(shown.generate_key(KEY_ID), world.spki, 'public key')
    world.enrol(running, shown)
    shown.test_signature(KEY_ID)
    equal([c['has_key'] for c in shown.certificates()], [1], 'certificates')


CLEAR_CASES = [
    ('Login', 'C_Login', PIN_WRONG, 'PinIncorrect'),
    ('Login', 'C_Login', PIN_LOCKED, 'PinLocked'),
    ('Login', 'C_Login', PIN_LENGTH, 'PinPolicy'),
    ('Login', 'C_Login', 0x102, 'TokenNotPrepared'),
    ('Login', 'C_Login', REMOVED, 'TokenRemoved'),
    ('Login', 'C_Login', GENERAL, 'DriverFailed'),
    ('ChangePin', 'C_SetPIN', PIN_WRONG, 'PinIncorrect'),
    ('ChangePin', 'C_SetPIN', PIN_LENGTH, 'PinPolicy'),
    ('ChangePin', 'C_SetPIN', 0xA1, 'PinPolicy'),
    ('SetUserPin', 'C_Login', PIN_WRONG, 'SoPinIncorrect'),
    ('SetUserPin', 'C_Login', PIN_LOCKED, 'SoPinLocked'),
    ('SetUserPin', 'C_InitPIN', PIN_WRONG, 'SoPinIncorrect'),
    ('SetUserPin', 'C_InitPIN', PIN_LENGTH, 'PinPolicy'),
    ('SetUserPin', 'C_InitPIN', ABSENT, 'TokenRemoved'),
    ('RotateSoPin', 'C_SetPIN', PIN_WRONG, 'SoPinIncorrect'),
    ('RotateSoPin', 'C_SetPIN', PIN_LOCKED, 'SoPinLocked'),
    ('GenerateKey', 'C_FindObjectsInit', DEVICE, 'DriverFailed'),
    ('Enrol', 'C_OpenSession', SESSION, 'TokenRemoved'),
    ('Enrol', 'C_Sign', DEVICE, 'Proof'),
    ('TestSignature', 'C_Sign', GENERAL, 'Proof'),
    ('TestSignature', 'C_SignInit', UNSUPPORTED, 'Proof'),
    ('TestSignature', 'C_OpenSession', 0xB1, 'DriverFailed'),
]


@case
def errors_get_the_name_they_deserve():
    with world.agent() as running:
        for method, function, rv, wanted in CLEAR_CASES:
            expect(running, method, function, rv, wanted)
        afterwards(running)


MAIN_FUNCTION = [('Login', 'C_Login'), ('ChangePin', 'C_SetPIN'), ('SetUserPin', 'C_InitPIN'),
                 ('RotateSoPin', 'C_SetPIN'), ('TestSignature', 'C_Sign')]


@case('every error there is from', args=MAIN_FUNCTION)
def every_error(method, function):
    with world.agent() as running:
        # the token is looked for after each failed signature, which takes a while
        for rv in EVERY[::8] if function == 'C_Sign' else EVERY:
            happened, error = expect(running, method, function, rv)
            ok(happened, '%s was not called' % function)
            ok(error is not None, '%s = 0x%X was no error' % (function, rv))
        afterwards(running)


FUNCTIONS = ['C_CloseAllSessions', 'C_CloseSession', 'C_CreateObject', 'C_DestroyObject',
             'C_FindObjects', 'C_FindObjectsFinal', 'C_FindObjectsInit', 'C_GetAttributeValue',
             'C_GetSlotInfo', 'C_GetSlotList', 'C_GetTokenInfo', 'C_Login', 'C_Logout',
             'C_OpenSession', 'C_Sign', 'C_SignInit']
KINDS = [GENERAL, REMOVED, UNSUPPORTED, SESSION, LOGGED_OUT, UNKNOWN]


@case('any function failing in', args=[(m,) for m in (
    'Login', 'Logout', 'ChangePin', 'SetUserPin', 'RotateSoPin', 'GenerateKey', 'Enrol',
    'TestSignature', 'Refresh')])
def any_function(method):
    happened = 0
    with world.agent() as running:
        for function in FUNCTIONS:
            for rv in KINDS:
                happened += expect(running, method, function, rv)[0]
        afterwards(running)
    diag('%d faults in %s' % (happened, method))
    ok(happened >= 3, 'too few faults happened')


@case
def key_generation_and_writing_fail_cleanly():
    with world.agent() as running:
        for rv, wanted in ((MEMORY, 'TokenFull'), (REMOVED, 'TokenRemoved'),
                           (0x70, 'Unsupported'), (GENERAL, 'DriverFailed')):
            shown = token_of(running)
            world.fault('C_GenerateKeyPair 0x%x' % rv)
            error = outcome(lambda: shown.generate_key(b'new'))
            equal(error and error.name, wanted, 'generate')
            shown = token_of(running)
            world.certificate = world.ca.issue(world.spki)
            world.fault('C_CreateObject 0x%x' % rv)
            error = outcome(lambda: world.enrol(running, shown))
            equal((error and error.name, world.told), (wanted, []), 'write')
        shown = token_of(running)
        equal(len(shown.keys()), 1, 'keys')
        afterwards(running)


@case
def a_logged_out_session_logs_in_again_once():
    with world.agent() as running:
        shown = token_of(running)
        world.certificate = world.ca.issue(world.spki)
        world.fault('C_CreateObject 1 0x101')
        world.enrol(running, shown)
        equal(world.told, ['confirmed'], 'certConf')
        world.certificate = world.ca.issue(world.spki)
        world.fault('C_CreateObject 0x101')
        error = outcome(lambda: world.enrol(running, shown))
        equal((error and error.name, world.told), ('DriverFailed', []), 'logged out for ever')
        # a PIN that is wrong now is not sent a second time
        shown = token_of(running)
        world.fault('C_CreateObject 0x101', 'C_Login 0xa0')
        outcome(lambda: world.enrol(running, shown))
        equal(world.happened().count('C_Login'), 1, 'logins')
        outcome(lambda: shown.generate_key(b'new'))
        equal(world.happened().count('C_Login'), 1, 'logins')
        afterwards(running)


@case
def a_signature_that_does_not_verify_is_found():
    with world.agent() as running:
        shown = token_of(running)
        world.fault('C_Sign garbage')
        error = outcome(lambda: shown.test_signature(KEY_ID))
        equal(error and error.name, 'Proof', 'test')
        # the first signature of an enrolment is the request's, the second the proof
        world.fault('C_Sign 2 garbage')
        error = outcome(lambda: world.enrol(running, shown))
        equal((error and error.name, world.told), ('Proof', []), 'enrolment')
        afterwards(running)


@case
def what_is_not_read_back_is_not_confirmed():
    with world.agent() as running:
        shown = token_of(running)
        world.certificate = world.ca.issue(world.spki)
        # the write is lost: the module says that it did it
        world.fault('C_CreateObject 0x0')
        error = outcome(lambda: world.enrol(running, shown))
        equal((error and error.name, world.told), ('ReadBack', []), 'enrolment')
        afterwards(running)


@case('garbage from', args=[(f,) for f in ('C_GetInfo', 'C_GetSlotList', 'C_GetSlotInfo',
                                           'C_GetTokenInfo', 'C_GetAttributeValue',
                                           'C_FindObjects')])
def garbage(function):
    world.fault(function + ' garbage')
    with world.agent() as running:
        ok(function in world.happened(), 'it did not happen')
        for shown in list(running.tokens.values()):
            error = outcome(lambda: shown.login(PIN))
            ok(error is None or error.name in NAMES, error)
            error = outcome(lambda: shown.generate_key(b'x'))
            ok(error is None or error.name in NAMES, error)
            # what garbage made of the token must not stay
            break
        world.clear()
        running.refresh()
        equal(running.process.poll(), None, 'exit status')
    with world.agent() as running:
        shown = running.wait_token(world.serial)
        ok(shown.properties['Label'] == 'faulty', shown.properties['Label'])


@case
def a_module_that_cannot_be_loaded_ends_the_agent():
    for module in ('/nonexistent/module.so', paths.program('src/agent/yinyao-token-agent'),
                   '/usr/lib/x86_64-linux-gnu/libgio-2.0.so.0'):
        running = Agent(module, world.hsm.environment())
        try:
            running.start()
            raise AssertionError('it started')
        except (AgentError, GLib.Error):
            equal(running.process.wait(20), 1, 'exit status')


@case('crash at', args=[('load',), ('C_Initialize',), ('C_GetSlotList',), ('C_GetTokenInfo',)])
def crash(function):
    world.fault(function + ' crash')
    try:
        running = Agent(world.module, world.hsm.environment(
            YINYAO_TEST_MODULE=world.hsm.module, YINYAO_TEST_FAULTS=str(world.faults)))
        try:
            running.start()
            raise AssertionError('it started')
        except (AgentError, GLib.Error):
            ok(running.process.wait(20) != 0, 'exit status')
    finally:
        world.clear()
    afterwards_in_a_fresh_agent()


def afterwards_in_a_fresh_agent():
    with world.agent() as running:
        afterwards(running)


@case('error at start from', args=[('C_Initialize',), ('C_GetInfo',)])
def error_at_start(function):
    world.fault('%s 0x5' % function)
    running = Agent(world.module, world.hsm.environment(
        YINYAO_TEST_MODULE=world.hsm.module, YINYAO_TEST_FAULTS=str(world.faults)))
    try:
        running.start()
        raise AssertionError('it started')
    except (AgentError, GLib.Error):
        equal(running.process.wait(20), 1, 'exit status')
    finally:
        world.clear()


@case('hang in', args=[('C_Login', 'Login'), ('C_Sign', 'TestSignature'),
                       ('C_GetSlotList', 'Refresh')])
def hang(function, method):
    """The agent cannot help it, but it goes when its client does."""
    with world.agent(None) as running:
        shown = token_of(running)
        world.fault(function + ' hang')
        call = methods(running, shown)[method]
        done = []
        running.call = lambda *arguments: call_and_leave(running, arguments, done)
        call()
        ticks = GLib.timeout_add(10, lambda: True)
        running.wait(lambda: function in world.happened(), 20, 'the hang')
        GLib.source_remove(ticks)
        equal(running.process.poll(), None, 'exit status')
        running.process.send_signal(signal.SIGHUP)
        equal(running.process.wait(20), -signal.SIGALRM, 'exit status')
    afterwards_in_a_fresh_agent()


def call_and_leave(running, arguments, done):
    path, interface, method, parameters, reply = arguments[:5]
    fds = arguments[5] if len(arguments) > 5 else None
    running._connection.call_with_unix_fd_list(
        None, path, interface, method, parameters, GLib.VariantType.new(reply), 0, -1, fds, None,
        lambda *result: done.append(result))
    return [None]


def setup():
    global world
    world = World()


def teardown():
    if world:
        world.close()


if __name__ == '__main__':
    tap.main(setup, teardown)
