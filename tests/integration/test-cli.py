#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""yinyaoctl as scripts and people call it, on tokens that a scripted agent pretends."""
import base64
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import termios
import time
from pathlib import Path

from harness import paths, tap

(OTHER, USAGE, NO_TOKEN, WRONG_PIN, LOCKED, LAST_TRY, REMOVED, DRIVER, UNREACHABLE, REFUSED,
 NOT_TRUSTED, RULES) = range(1, 13)
UNUSABLE_FILE = 16
STOPPED = 130
PIN, NEW = 'Zebra-77', 'Lake+4711'
FLAGS = 0x40d
FINAL_TRY, PIN_LOCKED = 0x20000, 0x40000
FAKE = Path(__file__).resolve().parents[1] / 'harness' / 'fake_agent.py'
folder = None
der = None


def token(serial='F1', **more):
    return {'serial': serial, 'label': '示例 key', 'manufacturer': 'M', 'model': 'Model 1',
            'reader': 'R', 'flags': FLAGS, 'tries_left': 10, 'min_pin': 6, 'max_pin': 15,
            'free_memory': -1, 'pin': PIN, 'so_pin': '0' * 16, 'certificates': [], 'keys': [],
            **more}


def certificate(identifier='0a', has_key=1):
    return {'id': identifier, 'label': 'c', 'der': base64.b64encode(der).decode(),
            'has_key': has_key}


class World:
    """A settings file and a module for each argument: a list of tokens or a way to fail."""

    def __init__(self, *modules, settings='', methods=None, call_timeout=25):
        self.folder = Path(paths.temporary_folder('cli'))
        self.modules, self.logs = [], []
        for number, module in enumerate(modules):
            path = self.folder / ('module-%d.json' % number)
            self.logs.append(self.folder / ('log-%d' % number))
            start, tokens = (module, []) if isinstance(module, str) else ('ok', module)
            path.write_text(json.dumps({'library': 'Fake', 'start': start, 'tokens': tokens,
                                        'methods': methods or {}, 'log': str(self.logs[-1])}))
            self.modules.append(str(path))
        (self.folder / 'settings').write_text(
            settings + '\n[modules]\np11-kit=false\nagent=%s\ncall-timeout=%d\npaths=%s\n' % (
                FAKE, call_timeout, ''.join(m + ';' for m in self.modules)))
        self.environment = {**os.environ, 'YINYAO_CONFIG': str(self.folder / 'settings'),
                            'LC_ALL': 'C.UTF-8', 'LANGUAGE': 'en', 'HOME': str(self.folder),
                            'XDG_STATE_HOME': str(self.folder / 'state')}

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        shutil.rmtree(self.folder)

    def calls(self, number=0):
        """What the agent was asked to do."""
        lines = self.logs[number].read_text().split() if self.logs[number].exists() else []
        return [line for line in lines if line != 'start']

    def run(self, *arguments, secrets=(), **more):
        """secrets: pairs of option and text, handed over by pipes."""
        command, readers = [paths.program('src/cli/yinyaoctl'), *arguments], []
        for option, text in secrets:
            reader, writer = os.pipe()
            os.write(writer, text.encode())
            os.close(writer)
            readers.append(reader)
            command += [option, str(reader)]
        try:
            return subprocess.run(command, env=self.environment, pass_fds=readers, text=True,
                                  capture_output=True, timeout=60, stdin=subprocess.DEVNULL,
                                  start_new_session=True, **more)
        finally:
            for reader in readers:
                os.close(reader)

    def json(self, *arguments, **more):
        result = self.run(*arguments, '--json', **more)
        tap.equal(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)


def refused(result, status, *parts):
    tap.equal(result.returncode, status, 'exit status (%s)' % result.stderr)
    tap.equal(result.stdout, '', 'output')
    tap.ok(result.stderr.splitlines()[-1] != '' and 'yinyaoctl: ' in result.stderr, result.stderr)
    for part in parts:
        tap.contains(result.stderr, part)


# Called wrongly

WRONG_CALLS = [
    '', 'frobnicate', '--frobnicate', '--frobnicate tokens', 'tokens F1', 'tokens --frobnicate',
    'tokens --token', 'certificates --json --export -', 'activate --new-pin-fd x',
    'activate --code', 'activate --code 1 --code-fd 0', 'activate --code 1 --new-pin-fd 99',
    'activate --code 1 --new-pin-fd -5', 'change-pin --pin-fd 0 --new-pin-fd 0',
    'change-pin --pin 123456', 'activate --pin 123456', 'activate --code-fd 0 --new-pin-fd 0',
    'unlock --withdraw --wait', 'unlock --force', 'unlock --frobnicate',
    'unlock --code 111111 --code-fd 0', 'unlock --code 111111 --status', 'unlock --new-pin-fd 99',
    'unlock --new-pin-fd 0 --send-code', 'unlock --code 111111', 'unlock --pin 123456',
    'unlock --upload licence', 'unlock --upload licence=', 'unlock --upload seal-form=x',
    'unlock --upload x=y', 'unlock --upload licence=a --upload licence=b', 'unlock F1',
    'prepare-token', 'prepare-token --order 1', 'prepare-token --token F1 --order=', 'prepare-token --token F1', 'TOKENS',
]


@tap.case('called wrongly: yinyaoctl', args=[(c,) for c in WRONG_CALLS])
def wrong_call(call):
    with World([token()], settings='[service]\nurl=https://127.0.0.1:1') as world:
        refused(world.run(*call.split()), USAGE)
        tap.equal([c for c in world.calls() if c != 'GetManagedObjects'], [], 'calls')


COMMANDS = ('tokens', 'certificates', 'activate', 'unlock', 'change-pin', 'test-signature',
            'prepare-token')


@tap.case
def help_and_version_need_no_good_settings():
    with World(settings='[service]\nurl=ftp://x') as world:
        for arguments in (['--help'], ['-h'], ['--json', '--help'], ['--version']):
            result = world.run(*arguments)
            tap.equal((result.returncode, result.stderr), (0, ''))
        for command in COMMANDS:
            tap.contains(world.run('--help').stdout, command)
        refused(world.run('tokens'), OTHER, 'https://')


@tap.case('every command has help', args=[(c,) for c in COMMANDS])
def command_help(command):
    with World() as world:
        result = world.run(command, '--help')
        tap.equal(result.returncode, 0)
        tap.contains(result.stdout, 'yinyaoctl ' + command)
        tap.contains(result.stdout, '--token=SERIAL')


@tap.case('without a language the profile decides it: LC_ALL', args=[('C',), ('C.UTF-8',), ('',)])
def the_profiles_language(locale):
    with World([token()]) as world:
        del world.environment['LANGUAGE']
        world.environment.update(LC_ALL=locale, LANG='')
        tap.contains(world.run('activate', '--help').stdout, 'Key的序列号')
        tap.contains(world.run('tokens').stdout, '示例 key')


# Lists

@tap.case
def tokens_are_listed():
    with World([token(), token('F2', tries_left=-1, flags=FLAGS | FINAL_TRY,
                              certificates=[certificate(), certificate('0b', 0),
                                            certificate('0c', -1)])]) as world:
        first, second = world.json('tokens')
        tap.equal(first, {'serial': 'F1', 'label': '示例 key', 'module': world.modules[0],
                          'model': 'Model 1', 'pin': {'state': 'ok', 'tries_left': 10},
                          'certificates': []})
        tap.equal(second['pin'], {'state': 'final-try', 'tries_left': None})
        tap.equal([(c['id'], c['has_key'], c['token']) for c in second['certificates']],
                  [('0a', True, 'F2'), ('0b', False, 'F2'), ('0c', None, 'F2')])
        tap.equal(world.json('certificates'), second['certificates'])
        tap.equal(world.json('--json', 'certificates', '--id', '0B'), second['certificates'][1:2])
        tap.equal(world.json('tokens', '--token', 'F1'), [first])
        tap.equal(world.json('certificates', '--token', 'F1'), [])


@tap.case
def a_certificate_is_described():
    with World([token(certificates=[certificate()])]) as world:
        found, = world.json('certificates')
        shown = subprocess.run(['openssl', 'x509', '-inform', 'DER', '-noout', '-sha256',
                                '-fingerprint', '-serial'], input=der, capture_output=True,
                               check=True).stdout.decode()
        tap.contains(shown.replace(':', '').lower(), found['sha256'])
        tap.contains(shown, 'serial=' + found['serial_number'])
        tap.equal((found['subject'], found['issuer']), ('CN=示例公司,C=CN',) * 2)
        for member in ('not_before', 'not_after'):
            tap.ok(re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', found[member]), found[member])


@tap.case
def columns_line_up_and_nothing_steers_the_terminal():
    with World([token(label='示例示例'), token('F2', label='\x1b[2Jab\u202e'),
                token('F3', label='e\u0301')]) as world:
        lines = world.run('tokens').stdout.splitlines()
        tap.equal(len(lines), 4)
        tap.ok(all(c.isprintable() for line in lines for c in line), lines)
        width = {'示': 2, '例': 2, '\u0301': 0}
        columns = [sum(width.get(c, 1) for c in line[:line.index('Model 1')])
                   for line in lines[1:]]
        tap.equal(len(set(columns)), 1, 'columns at which the model stands')


@tap.case
def nothing_plugged_in():
    with World([]) as world:
        tap.equal(world.json('tokens'), [])
        tap.equal(world.json('certificates'), [])
        refused(world.run('test-signature', secrets=[('--pin-fd', PIN)]), NO_TOKEN)
        refused(world.run('tokens', '--token', 'F1'), NO_TOKEN, 'F1')
        refused(world.run('certificates', '--token', 'F1', '--json'), NO_TOKEN)


# Which token

@tap.case
def a_token_must_be_named_when_there_are_two():
    with World([token(), token('F2')]) as world:
        refused(world.run('change-pin', secrets=[('--pin-fd', PIN), ('--new-pin-fd', NEW)]),
                USAGE, '--token F1', '--token F2')
        tap.ok('Login' not in world.calls() and 'ChangePin' not in world.calls())


@tap.case
def a_token_seen_by_two_modules_needs_the_module():
    with World([token()], [token()]) as world:
        secrets = [('--pin-fd', PIN), ('--new-pin-fd', NEW)]
        refused(world.run('change-pin', '--token', 'F1', secrets=secrets), USAGE,
                '--module ' + world.modules[1])
        result, = world.json('change-pin', '--module', 'module-1.json', secrets=secrets)
        tap.equal(result, {'token': 'F1', 'module': world.modules[1], 'result': 'pin-changed'})
        tap.ok('ChangePin' not in world.calls(0) and 'ChangePin' in world.calls(1))


# Drivers

@tap.case('a driver fails beside one that works', args=[
    (k,) for k in ('crash', 'exit', 'unloadable', 'hang', 'silent', 'mute', 'babble')])
def failed_driver(how):
    with World([token()], how, call_timeout=3) as world:
        result = world.run('tokens', '--json')
        tap.equal(result.returncode, 0, result.stderr)
        tap.equal([t['serial'] for t in json.loads(result.stdout)], ['F1'])
        tap.contains(result.stderr, 'warning: ' + world.modules[1])
        refused(world.run('tokens', '--token', 'F9'), DRIVER, world.modules[1])


@tap.case
def a_driver_that_hangs_does_not_keep_another_ones_token_waiting():
    with World([token(certificates=[certificate()])], 'hang') as world:
        for more in ((), ('--module', 'module-0.json')):
            started = time.monotonic()
            result = world.run('test-signature', '--token', 'F1', *more,
                               secrets=[('--pin-fd', PIN)])
            tap.equal(result.returncode, 0, result.stderr)
            tap.contains(result.stderr, 'warning: ' + world.modules[1])
            tap.ok(time.monotonic() - started < 20, 'it took too long')


@tap.case
def all_drivers_fail():
    with World('crash', 'hang', call_timeout=1) as world:
        refused(world.run('tokens'), DRIVER)
        refused(world.run('certificates', '--json'), DRIVER)


@tap.case
def a_driver_hangs_or_crashes_in_the_middle():
    for how in ('hang', 'crash'):
        with World([token(certificates=[certificate()])],
                   methods={'TestSignature': {'do': how}}, call_timeout=3) as world:
            refused(world.run('test-signature', secrets=[('--pin-fd', PIN)]), DRIVER)


@tap.case
def the_token_is_pulled_in_the_middle():
    with World([token(certificates=[certificate()])],
               methods={'TestSignature': {'do': 'remove', 'message': 'gone',
                                          'error': 'org.yinyao.Error.TokenRemoved'}}) as world:
        refused(world.run('test-signature', secrets=[('--pin-fd', PIN)]), REMOVED)


# PINs

@tap.case
def the_pin_is_changed():
    with World([token()]) as world:
        result = world.run('change-pin', secrets=[('--pin-fd', PIN + '\n'), ('--new-pin-fd', NEW)])
        tap.equal((result.returncode, result.stderr), (0, ''))
        tap.equal(world.calls().count('ChangePin'), 1, 'calls')


@tap.case('a new PIN that breaks the rules is not sent', args=[
    ('short', 'Ab1-'), ('long', 'Kx7-mPq2Kx7-wPz3u'), ('simple', '12345678'), ('same', PIN),
    ('not ASCII', 'Kx7-mPq密')])
def bad_new_pin(what, new):
    with World([token()]) as world:
        refused(world.run('change-pin', secrets=[('--pin-fd', PIN), ('--new-pin-fd', new)]), RULES)
        tap.ok('ChangePin' not in world.calls())


@tap.case
def a_wrong_pin_tells_the_tries_left():
    with World([token(certificates=[certificate()])]) as world:
        refused(world.run('test-signature', secrets=[('--pin-fd', 'Wrong-12')]), WRONG_PIN,
                '9 tries left')
        refused(world.run('test-signature', secrets=[('--pin-fd', '123')]), WRONG_PIN, 'not sent')
        tap.equal(world.calls().count('Login'), 1, 'logins')


@tap.case('no PIN is sent', args=[
    ('on the last try', FLAGS | FINAL_TRY, 1, LAST_TRY), ('when it is locked', FLAGS | PIN_LOCKED,
                                                          0, LOCKED)])
def not_sent(when, flags, tries, status):
    with World([token(flags=flags, tries_left=tries, certificates=[certificate()])]) as world:
        refused(world.run('test-signature', secrets=[('--pin-fd', PIN)]), status)
        refused(world.run('change-pin', secrets=[('--pin-fd', PIN), ('--new-pin-fd', NEW)]), status)
        tap.ok(not {'Login', 'ChangePin'} & set(world.calls()))
        if status == LOCKED:
            # Nobody is asked for a PIN first.
            for command in ('test-signature', 'change-pin'):
                refused(world.run(command), LOCKED, 'yinyaoctl unlock --token F1')
        if status == LAST_TRY:
            result, = world.json('test-signature', '--last-try', secrets=[('--pin-fd', PIN)])
            tap.equal((result['verified'], result['id']), (True, '0a'))


@tap.case
def an_empty_or_endless_descriptor_is_refused():
    with World([token(certificates=[certificate()])]) as world:
        for text in ('', 'x' * 3000):
            refused(world.run('test-signature', secrets=[('--pin-fd', text)]), USAGE)
            refused(world.run('change-pin', secrets=[('--pin-fd', text), ('--new-pin-fd', NEW)]), USAGE)
            refused(world.run('change-pin', secrets=[('--pin-fd', PIN), ('--new-pin-fd', text)]), RULES)
        tap.ok('Login' not in world.calls() and 'ChangePin' not in world.calls())


@tap.case
def without_terminal_and_descriptor_there_is_no_pin():
    with World([token(certificates=[certificate()])]) as world:
        refused(world.run('test-signature'), USAGE, 'no terminal')
        refused(world.run('change-pin'), USAGE)


@tap.case
def there_is_nothing_to_sign_with():
    with World([token(certificates=[certificate('0a', 0)])]) as world:
        refused(world.run('test-signature', secrets=[('--pin-fd', PIN)]), OTHER)
        refused(world.run('test-signature', '--id', 'ff', secrets=[('--pin-fd', PIN)]), OTHER)
        tap.ok('Login' not in world.calls())


# Terminal

class Terminal:
    """yinyaoctl at a terminal of its own."""

    def __init__(self, world, *arguments):
        self.shown = ''
        self.process, self.master = pty.fork()
        if self.process == 0:
            program = paths.program('src/cli/yinyaoctl')
            os.execve(program, [program, *arguments], world.environment)

    def wait_for(self, text):
        """Reads until `text` was shown since the last call."""
        end = time.monotonic() + 20
        while text not in self.shown:
            ready, _, _ = select.select([self.master], [], [], end - time.monotonic())
            tap.ok(ready, '%r did not come: %r' % (text, self.shown))
            self.shown += os.read(self.master, 4096).decode()
        before, _, self.shown = self.shown.partition(text)
        return before

    def type(self, text):
        # The prompt is written before the echo goes off: wait for that.
        end = time.monotonic() + 20
        while self.echoes() and time.monotonic() < end:
            time.sleep(0.01)
        tap.ok(not self.echoes(), 'the terminal shows what is typed')
        os.write(self.master, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def finish(self):
        """Returns the exit status and the rest of what was shown."""
        while True:
            try:
                data = os.read(self.master, 4096)
            except OSError:
                break
            if not data:
                break
            self.shown += data.decode()
        status = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        os.close(self.master)
        return status, self.shown


@tap.case
def the_terminal_asks_and_shows_nothing_of_what_is_typed():
    with World([token()]) as world:
        terminal = Terminal(world, 'change-pin')
        everything = terminal.wait_for('(10 tries left): ')
        terminal.type(PIN + '\n')
        everything += terminal.wait_for('New PIN: ')
        tap.contains(everything, 'characters')  # the rules come first
        terminal.type('12345678\n')
        everything += terminal.wait_for('New PIN: ')
        tap.contains(everything, 'does not meet')
        terminal.type(NEW + '\n')
        everything += terminal.wait_for('again: ')
        terminal.type(NEW + 'x\n')
        everything += terminal.wait_for('New PIN: ')
        tap.contains(everything, 'different')
        terminal.type(NEW + '\n')
        everything += terminal.wait_for('again: ')
        terminal.type(NEW + '\n')
        status, rest = terminal.finish()
        tap.equal(status, 0, everything + rest)
        for secret in (PIN, NEW, '12345678'):
            tap.ok(secret not in everything + rest, 'a PIN was shown')
        tap.equal(world.calls().count('ChangePin'), 1, 'calls')


@tap.case('the terminal shows again what is typed after', args=[('Ctrl+C',), ('Ctrl+D',)])
def interrupted(key):
    key = {'Ctrl+C': '\x03', 'Ctrl+D': '\x04'}[key]
    with World([token()]) as world:
        keeper = Terminal(world, 'change-pin')
        keeper.wait_for('tries left): ')
        keeper.type(key)
        end = time.monotonic() + 20
        while not keeper.echoes() and time.monotonic() < end:
            time.sleep(0.01)
        tap.ok(keeper.echoes(), 'the terminal stays dark')
        status, rest = keeper.finish()
        tap.equal(status, STOPPED, rest)
        tap.ok(rest.startswith('\r\nyinyaoctl: '), 'the message stands behind the prompt: %r' % rest)
        tap.ok('ChangePin' not in world.calls())


@tap.case
def a_terminal_is_no_descriptor_for_a_pin():
    with World([token()]) as world:
        terminal = Terminal(world, 'change-pin', '--pin-fd', '0')
        status, rest = terminal.finish()
        tap.equal(status, USAGE, rest)
        tap.contains(rest, 'is a terminal')


# Signals, export, arguments

@tap.case('a signal stops the wait', args=[(signal.SIGINT,), (signal.SIGTERM,)])
def stopped(number):
    with World([token(certificates=[certificate()])],
               methods={'TestSignature': {'delay': 20}}) as world:
        reader, writer = os.pipe()
        os.write(writer, PIN.encode())
        os.close(writer)
        process = subprocess.Popen(
            [paths.program('src/cli/yinyaoctl'), 'test-signature', '--pin-fd', str(reader)],
            env=world.environment, pass_fds=[reader], stderr=subprocess.PIPE, text=True)
        os.close(reader)
        end = time.monotonic() + 20
        while 'TestSignature' not in world.calls() and time.monotonic() < end:
            time.sleep(0.02)
        started = time.monotonic()
        process.send_signal(number)
        problem = process.communicate(timeout=20)[1]
        tap.equal(process.returncode, STOPPED, problem)
        tap.ok(time.monotonic() - started < 15, 'it took too long')
        tap.contains(problem, 'run the command again')


@tap.case
def a_certificate_is_exported():
    with World([token(certificates=[certificate(), certificate('0b')])]) as world:
        path = world.folder / 'out.der'
        refused(world.run('certificates', '--export', str(path)), USAGE, '--id 0a', '--id 0b')
        refused(world.run('certificates', '--id', 'ff', '--export', str(path)), OTHER)
        tap.ok(not path.exists())
        tap.equal(len(world.json('certificates', '--id', '0a', '--export', str(path))), 1)
        tap.equal(path.read_bytes(), der)
        refused(world.run('certificates', '--id', '0a', '--export', str(path)), OTHER, '--force')
        again = world.run('certificates', '--id', '0a', '--force', '-e', str(path))
        tap.equal(again.returncode, 0)
        tap.contains(again.stdout, 'Saved to %s.' % path)
        pem = world.run('certificates', '--id', '0a', '--export', '-').stdout
        again = subprocess.run(['openssl', 'x509', '-outform', 'DER'], input=pem.encode(),
                               capture_output=True, check=True).stdout
        tap.equal(again, der)


@tap.case
def the_code_leaves_the_argument_list():
    listener = socket.create_server(('127.0.0.1', 0))
    url = 'https://127.0.0.1:%d' % listener.getsockname()[1]
    with World([token()], settings='[service]\nurl=%s\ntimeout=20\n' % url) as world:
        reader, writer = os.pipe()
        os.write(writer, NEW.encode())
        os.close(writer)
        process = subprocess.Popen(
            [paths.program('src/cli/yinyaoctl'), 'activate', '--code=482913', '--new-pin-fd',
             str(reader)], env=world.environment, pass_fds=[reader], stderr=subprocess.PIPE)
        os.close(reader)
        connection, _ = listener.accept()
        arguments = Path('/proc/%d/cmdline' % process.pid).read_bytes()
        tap.ok(b'activate' in arguments and b'482913' not in arguments, arguments)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        tap.equal(process.returncode, STOPPED)
        connection.close()
    listener.close()


CODES = ('', '1', '12345', '1234567', '12345x', '12 456', ' 123456', '１２３４５６', '1' * 70)


@tap.case
def a_code_of_the_wrong_shape_is_not_sent():
    listener = socket.create_server(('127.0.0.1', 0))
    listener.setblocking(False)
    url = 'https://127.0.0.1:%d' % listener.getsockname()[1]
    with World([token()], settings='[service]\nurl=%s\n' % url) as world:
        for code in CODES:
            result = world.run('activate', '--code=' + code, secrets=[('--new-pin-fd', NEW)])
            refused(result, REFUSED if code else USAGE, '6 digits' if code else 'empty')
            refused(world.run('activate', secrets=[('--code-fd', code), ('--new-pin-fd', NEW)]),
                    REFUSED if code else USAGE)
        try:
            listener.accept()
        except BlockingIOError:
            pass
        else:
            raise AssertionError('the service was asked')
    listener.close()


DETAILS = '''[organization]
name=示例
[agent]
name=张三
document-type=passport
document-number=E1
mobile=13800000000
[order]
type=unlock
'''
BAD_DETAILS = {'there is none': None, 'it is empty': '', 'it is binary': '\0\1',
               'it is too long': DETAILS + '#' * 70000,
               'one is missing': DETAILS.replace('mobile=13800000000\n', ''),
               'a number is wrong': DETAILS.replace('13800000000', '12'),
               'it is of another order': DETAILS.replace('type=unlock', 'type=apply')}


@tap.case('nothing is sent of details when', args=[(k,) for k in BAD_DETAILS])
def bad_details(what):
    with World([], settings='[service]\nurl=https://127.0.0.1:1') as world:
        path = world.folder / 'details'
        if BAD_DETAILS[what] is not None:
            path.write_text(BAD_DETAILS[what])
        refused(world.run('unlock', '--token', 'F1', '--details', str(path)), UNUSABLE_FILE,
                str(path) + ': ')
        path.write_text(DETAILS)
        refused(world.run('unlock', '--token', 'F1', '--details', str(path)), UNREACHABLE)


@tap.case('nothing is sent when a document is', args=[('missing',), ('empty',), ('text',), ('huge',),
                                                      ('a folder',), ('endless',)])
def bad_document(what):
    with World([], settings='[service]\nurl=https://127.0.0.1:1') as world:
        details, path = world.folder / 'details', world.folder / 'x.png'
        details.write_text(DETAILS)
        if what == 'a folder':
            path.mkdir()
        elif what == 'endless':
            path = '/dev/zero'
        elif what != 'missing':
            path.write_bytes({'empty': b'', 'text': b'hello' * 100, 'huge': b'\x89PNG' * 300000}[what])
        refused(world.run('unlock', '--token', 'F1', '--details', str(details), '--upload',
                          'licence=%s' % path), UNUSABLE_FILE, '%s: ' % path)


@tap.case
def who_has_begun_nothing_is_told_how_to_begin():
    with World([token()], settings='[service]\nurl=https://127.0.0.1:1') as world:
        for arguments in ((), ('--token', 'F1')):
            result = world.run('unlock', *arguments)
            tap.equal((result.returncode, result.stderr), (0, ''))
            tap.contains(result.stdout, 'yinyaoctl unlock --token F1 --details FILE')
        for action, words in (('--status', 'Nothing to do'), ('--withdraw', 'Nothing to withdraw')):
            result = world.run('unlock', '--token', 'F1', action)
            tap.equal((result.returncode, result.stderr), (0, ''))
            tap.contains(result.stdout, words)
            tap.contains(result.stdout, 'F1')
        for action in ([], ['--status'], ['--withdraw']):
            result = world.run('unlock', '--token', 'F1', '--json', *action)
            tap.equal((result.returncode, json.loads(result.stdout), result.stderr), (0, [], ''))
        for action in (['--send-code'], ['--wait'], ['--status', '--wait'], ['--form', str(world.folder / 'f.pdf')]):
            refused(world.run('unlock', '--token', 'F1', *action), USAGE, '--details')
        refused(world.run('unlock', '--token', 'F1', '--code', '123456',
                          secrets=[('--new-pin-fd', NEW)]), USAGE, '--details')


@tap.case
def no_address_of_a_service():
    with World([token()]) as world:
        refused(world.run('activate', '--code', '123456', secrets=[('--new-pin-fd', NEW)]), OTHER)
    with World([token()], settings='[service]\nurl=https://127.0.0.1:1\n') as world:
        refused(world.run('activate', '--code', '123456', secrets=[('--new-pin-fd', NEW)]),
                UNREACHABLE, '127.0.0.1:1')


def setup():
    global folder, der
    folder = Path(paths.temporary_folder('cli-test'))
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                    'ec_paramgen_curve:P-256', '-nodes', '-keyout', '/dev/null', '-outform', 'DER',
                    '-out', str(folder / 'c.der'), '-days', '30', '-utf8', '-subj',
                    '/C=CN/CN=示例公司'], check=True, capture_output=True)
    der = (folder / 'c.der').read_bytes()


if __name__ == '__main__':
    tap.main(setup, lambda: folder and shutil.rmtree(folder))
