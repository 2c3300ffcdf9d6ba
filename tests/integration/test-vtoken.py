#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual token under pcscd and OpenSC, with the system's tools as witnesses."""
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from harness import paths, tap
from harness.pcsc import HarnessError, Pcsc
from harness.tools import ToolError, Witness, opensc_module, run
from harness.vtoken import VirtualToken

SO_PIN = '3537363231383830'
PIN = '648219'
NEW_PIN = 'Tr0ub4dor'


class Stage:
    """A pcscd with a prepared token in it."""

    def __init__(self, **options):
        self.options = options

    def __enter__(self):
        self.pcsc = Pcsc()
        self.pcsc.start()
        try:
            self.token = VirtualToken(self.pcsc, **self.options)
            self.token.start()
            self.witness = Witness(self.pcsc)
            self.witness.prepare(SO_PIN, PIN)
        except BaseException:
            self.pcsc.stop()
            raise
        return self

    def __exit__(self, *unused):
        self.token.stop()
        self.pcsc.stop()

    def fails(self, *arguments, **more):
        """A pkcs11-tool command that must fail. Returns what it said."""
        try:
            said = self.witness.pkcs11(*arguments, **more)
        except ToolError as problem:
            return problem.output
        raise AssertionError('%s did not fail: %s' % (arguments, said))

    def certificate(self, name):
        """Writes a self-signed certificate; returns its path."""
        path = self.pcsc.folder / (name + '.der')
        run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
            '-nodes', '-keyout', '/dev/null', '-out', path, '-outform', 'DER', '-subj', '/CN=' + name)
        return path


def file_hash(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


@tap.case
def a_new_token_is_there_with_its_serial_number():
    with Pcsc() as pcsc, VirtualToken(pcsc, serial='ABC-123456') as token:
        only, = Witness(pcsc).tokens()
        tap.equal(only['serial num'], 'ABC-123456')
        state = token.state()
        tap.equal((state['initialised'], state['pin_set'], state['keys']), (False, False, 0))


@tap.case
def format_and_set_the_pin():
    with Stage() as stage:
        state = stage.token.state()
        tap.equal((state['initialised'], state['pin_set']), (True, True))
        tap.equal((state['pin_tries'], state['so_pin_tries']), (10, 15))
        only, = stage.witness.tokens()
        tap.contains(only['token label'], 'Test')


@tap.case('a key of each kind signs', args=[('rsa:2048', 'RSA-PKCS'), ('EC:prime256v1', 'ECDSA')])
def keys(kind, mechanism):
    with Stage() as stage:
        folder = stage.pcsc.folder
        stage.witness.generate('07', kind, PIN)
        tap.equal(stage.token.state()['keys'], 1)
        message, digest = folder / 'message', folder / 'digest'
        message.write_bytes(b'what is signed')
        digest.write_bytes(hashlib.sha256(message.read_bytes()).digest())
        if mechanism == 'RSA-PKCS':
            # DigestInfo of SHA-256 (RFC 8017, 9.2)
            prefix = bytes.fromhex('3031300d060960864801650304020105000420')
            digest.write_bytes(prefix + digest.read_bytes())
        stage.witness.pkcs11('--sign', '--mechanism', mechanism, '--id', '07', '--input-file', digest,
                             '--output-file', folder / 'signature', '--signature-format', 'openssl',
                             pin=PIN)
        stage.witness.pkcs11('--read-object', '--type', 'pubkey', '--id', '07', '--output-file',
                             folder / 'public')
        said = run('openssl', 'dgst', '-sha256', '-verify', folder / 'public', '-keyform', 'DER',
                   '-signature', folder / 'signature', message)
        tap.contains(said, 'Verified OK')


@tap.case
def certificates_are_written_read_and_deleted():
    with Stage() as stage:
        stage.witness.generate('01', 'EC:prime256v1', PIN)
        der = stage.certificate('one')
        stage.witness.pkcs11('--write-object', der, '--type', 'cert', '--id', '01', pin=PIN)
        stage.witness.pkcs11('--write-object', stage.certificate('ca'), '--type', 'cert', '--id',
                             '99', pin=PIN)
        state = stage.token.state()
        tap.equal((state['keys'], state['certificates']), (1, 2))
        tap.ok(file_hash(der) in [f['sha256'] for f in state['files']], 'the bytes are not on it')
        url = 'pkcs11:serial=' + stage.token.serial
        listed = stage.witness.run('p11tool', '--provider', opensc_module(), '--list-all-certs', url)
        tap.equal(listed.count('Type: X.509 Certificate'), 2)
        back = stage.pcsc.folder / 'back'
        stage.witness.pkcs11('--read-object', '--type', 'cert', '--id', '01', '--output-file', back)
        tap.equal(file_hash(back), file_hash(der))
        stage.witness.pkcs11('--delete-object', '--type', 'cert', '--id', '01', pin=PIN)
        stage.witness.pkcs11('--delete-object', '--type', 'cert', '--id', '99', pin=PIN)
        tap.equal(stage.token.state()['certificates'], 0)
        tap.contains(stage.witness.pkcs11('-O'), 'Public Key Object; EC')
        stage.witness.pkcs11('--delete-object', '--type', 'privkey', '--id', '01', pin=PIN)
        tap.equal(stage.token.state()['keys'], 0)


@tap.case('a data object', args=[(1,), (5000,), (20480,), (61440,)])
def data_objects(size):
    with Stage() as stage:
        path = stage.pcsc.folder / 'data'
        path.write_bytes(os.urandom(size))
        stage.witness.run('pkcs15-init', '--verify-pin', '--auth-id', '01', '--pin', PIN,
                          '--store-data', path, '--label', 'blob')
        state = stage.token.state()
        tap.equal(state['data_objects'], 1)
        tap.ok({'id': 'CD00', 'size': size, 'sha256': file_hash(path)} in state['files'],
               'the bytes are not on it')
        back = stage.pcsc.folder / 'back'
        stage.witness.run('pkcs15-tool', '--read-data-object', 'blob', '--verify-pin', '--auth-id',
                          '01', '--pin', PIN, '--raw', '--output', back)
        tap.equal(file_hash(back), file_hash(path))
        stage.witness.pkcs11('--delete-object', '--type', 'data', '--label', 'blob', pin=PIN)
        tap.equal(stage.token.state()['data_objects'], 0)


@tap.case
def ten_wrong_pins_lock_and_the_so_pin_unlocks():
    with Stage() as stage:
        for left in range(9, -1, -1):
            said = stage.fails('-O', pin='000000')
            # OpenSC says LOCKED only to the next one
            tap.contains(said, 'CKR_PIN_INCORRECT' if left else 'CKR_PIN_')
            tap.equal(stage.token.state()['pin_tries'], left)
            flags = stage.witness.flags()
            tap.equal('user PIN locked' in flags, left == 0, 'LOCKED with %d left' % left)
            tap.equal('final user PIN try' in flags, left == 1, 'FINAL_TRY with %d left' % left)
            tap.equal('user PIN count low' in flags, left == 2, 'COUNT_LOW with %d left' % left)
        tap.contains(stage.fails('-O', pin=PIN), 'CKR_PIN_LOCKED')
        stage.witness.unlock(SO_PIN, NEW_PIN)
        tap.equal(stage.token.state()['pin_tries'], 10)
        stage.witness.pkcs11('-O', pin=NEW_PIN)
        stage.fails('-O', pin=PIN)


@tap.case
def pins_are_changed():
    with Stage() as stage:
        stage.witness.pkcs11('--change-pin', '--new-pin', NEW_PIN, pin=PIN)
        stage.witness.pkcs11('-O', pin=NEW_PIN)
        stage.fails('-O', pin=PIN)
        tap.equal(stage.token.state()['pin_tries'], 9)
        stage.witness.pkcs11('--change-pin', '--new-pin', '0011223344556677', so_pin=SO_PIN)
        stage.fails('--init-pin', '--new-pin', PIN, so_pin=SO_PIN)
        tap.equal(stage.token.state()['so_pin_tries'], 14)
        stage.witness.unlock('0011223344556677', PIN)
        tap.equal(stage.token.state()['so_pin_tries'], 15)


@tap.case
def formatting_needs_the_so_pin_and_erases():
    with Stage() as stage:
        stage.witness.generate('01', 'EC:prime256v1', PIN)
        stage.fails('--init-token', '--label', 'Other', '--so-pin', '0000000000000000')
        state = stage.token.state()
        tap.equal((state['keys'], state['so_pin_tries']), (1, 14))
        stage.witness.prepare(SO_PIN, NEW_PIN, 'Other')
        state = stage.token.state()
        tap.equal((state['keys'], state['so_pin_tries'], state['serial']), (0, 15, 'YYV0000001'))


@tap.case
def a_full_card_says_so_and_keeps_what_it_has():
    with Stage(memory=4000) as stage:
        stage.witness.generate('01', 'rsa:2048', PIN)
        before = stage.token.state()
        said = stage.fails('--keypairgen', '--key-type', 'rsa:2048', '--id', '02', pin=PIN)
        tap.contains(said, 'CKR_DEVICE_MEMORY')
        tap.equal(stage.token.state()['keys'], 1)
        tap.equal(stage.token.state()['memory_free'], before['memory_free'])
        stage.witness.pkcs11('-O', pin=PIN)


def generate_with_cut(stage, how, position):
    """Generates a key with a cut at `position`. Returns whether it came to that."""
    getattr(stage.token, how)(position)
    try:
        stage.witness.generate('01', 'EC:prime256v1', PIN)
    except ToolError:
        tap.ok(stage.token.counters()['cut'], 'it failed without a cut at %d' % position)
    happened = stage.token.counters()['cut']
    getattr(stage.token, how)(0)
    return happened


@tap.case('a key generation is cut at every APDU', args=[('cut_before',), ('cut_after',)])
def cuts(how):
    with Stage() as stage:
        position, half = 1, 0
        while generate_with_cut(stage, how, position):
            stage.token.insert()
            state = stage.token.state()
            tap.equal((state['pin_tries'], state['so_pin_tries'], state['verified']),
                      (10, 15, False))
            tap.ok(state['keys'] + state['keys_undescribed'] <= 1, 'keys: %r' % state)
            half += state['keys_undescribed']
            stage.witness.pkcs11('-O', pin=PIN)
            if state['keys'] or state['keys_undescribed']:
                stage.witness.prepare(SO_PIN, PIN)
            position += 1
        tap.diag('%d APDUs, at %d of them a key without a description is left'
                 % (position - 1, half))
        tap.ok(position > 20, 'only %d APDUs were cut' % position)
        tap.ok(half > 0, 'no cut was between the key and its description')
        tap.equal(stage.witness.pkcs11('-O', pin=PIN).count('Private Key Object'), 1)


@tap.case
def pulled_and_plugged_in_again():
    with Stage() as stage:
        stage.witness.generate('01', 'EC:prime256v1', PIN)
        for _ in range(3):
            stage.token.remove()
            tap.equal(stage.witness.tokens(), [])
            stage.token.insert()
            only, = stage.witness.tokens()
            tap.equal(only['serial num'], stage.token.serial)
        tap.equal(stage.token.state()['keys'], 1)


@tap.case
def the_control_socket_answers_whoever_asks():
    with Pcsc() as pcsc, VirtualToken(pcsc) as token:
        def ask(text):
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(10)
                s.connect(str(token.control))
                s.sendall(text)
                s.shutdown(socket.SHUT_WR)
                return s.makefile().read().splitlines()
        tap.contains(ask(b'counters\n')[0], '"inserted":true')
        tap.contains(ask(b'state')[0], '"serial":"YYV0000001"')
        # the commands behind one that waits are done after it
        lines = ask(b'remove\ncounters\ninsert\ncounters\n')
        tap.equal([lines[0], lines[2]], ['{"ok":true}'] * 2)
        tap.contains(lines[1], '"inserted":false')
        tap.contains(lines[3], '"inserted":true')
        for wrong in (b'dance\n', b'\n', b'delay\n', b'delay x\n', b'delay -1\n', b'state 1\n'):
            tap.contains(ask(wrong)[0], '"ok":false')
        try:
            tap.equal(ask(b'x' * 1000), [], 'the answer to a line without end')
        except ConnectionResetError:
            pass
        tap.contains(ask(b'counters\n')[0], '"ok":true')


@tap.case
def two_tokens_at_once():
    with Stage() as stage, VirtualToken(stage.pcsc, serial='YYV0000002') as second:
        serials = [t['serial num'] for t in stage.witness.tokens()]
        tap.equal(serials, ['YYV0000001', 'YYV0000002'])
        stage.witness.pkcs11('--slot-index', '1', '--init-token', '--label', 'Second', '--so-pin',
                             SO_PIN)
        stage.witness.pkcs11('--slot-index', '1', '--init-pin', '--new-pin', NEW_PIN, so_pin=SO_PIN)
        tap.equal((stage.token.state()['pin_tries'], second.state()['pin_set']), (10, True))
        stage.token.remove()
        only, = stage.witness.tokens()
        tap.equal(only['serial num'], 'YYV0000002')


@tap.case
def four_tokens_in_four_readers():
    with Pcsc(readers=4) as pcsc:
        tokens = [VirtualToken(pcsc, serial='YYV000000%d' % n) for n in range(4)]
        for token in tokens:
            token.start()
        tap.equal([t['serial num'] for t in Witness(pcsc).tokens()], [t.serial for t in tokens])
        try:
            VirtualToken(pcsc, serial='ONE-MORE').start()
        except HarnessError as problem:
            tap.contains(str(problem), 'in use')
        else:
            raise AssertionError('five tokens in four readers')
        for token in tokens:
            token.stop()


@tap.case
def two_worlds_side_by_side():
    with Stage(serial='LEFT-1') as left, Stage(serial='RIGHT-1') as right:
        left.witness.generate('01', 'EC:prime256v1', PIN)
        tap.equal((left.token.state()['keys'], right.token.state()['keys']), (1, 0))
        tap.equal([t['serial num'] for t in left.witness.tokens()], ['LEFT-1'])
        tap.equal([t['serial num'] for t in right.witness.tokens()], ['RIGHT-1'])


@tap.case
def what_was_done_survives_a_crash():
    with Stage() as stage:
        stage.witness.generate('01', 'EC:prime256v1', PIN)
        stage.fails('-O', pin='000000')
        before = stage.token.state()
        stage.token.kill()
        stage.token.start()
        tap.equal(stage.token.state(), before)
        stage.witness.pkcs11('-O', pin=PIN)


@tap.case
def a_damaged_state_file_is_refused():
    with Pcsc() as pcsc:
        token = VirtualToken(pcsc)
        token.start()
        token.stop()
        whole = token.state_file.read_bytes()
        for content, words in ((whole[:-1], 'cut short'), (b'', 'cut short'),
                               (b'{"serial": 1}', 'not the state of a virtual token')):
            token.state_file.write_bytes(content)
            try:
                token.start()
            except HarnessError as problem:
                tap.contains(str(problem), words)
                tap.contains(str(problem), str(token.state_file))
            else:
                raise AssertionError('it started with %r' % content[:20])
            tap.equal(token.state_file.read_bytes(), content, 'the file')
        token.state_file.write_bytes(whole)
        token.start()
        token.stop()


@tap.case
def nothing_written_holds_a_pin():
    with Stage() as stage:
        stage.witness.pkcs11('--change-pin', '--new-pin', NEW_PIN, pin=PIN)
        stage.fails('-O', pin='97531086')
        token = stage.token
        log = token.apdu_log.read_text()
        tap.contains(log, 'XX XX')
        for pin in (PIN, NEW_PIN, '97531086', bytes.fromhex(SO_PIN).decode('latin-1')):
            raw = pin.encode('latin-1')
            tap.ok(raw.hex(' ').upper() not in log, 'the APDU log holds %r' % pin)
            tap.ok(raw not in token.state_file.read_bytes(), 'the state holds %r' % pin)
        tap.equal(oct(token.state_file.stat().st_mode & 0o777), '0o600')
        tap.equal(oct(token.apdu_log.stat().st_mode & 0o777), '0o600')


@tap.case
def listing_is_quick_and_counted():
    with Stage() as stage:
        witness, token = stage.witness, stage.token
        for number, kind in (('01', 'rsa:2048'), ('02', 'EC:prime256v1')):
            witness.generate(number, kind, PIN)
            witness.pkcs11('--write-object', stage.certificate(number), '--type', 'cert', '--id',
                           number, pin=PIN)
        small = stage.pcsc.folder / 'small'
        small.write_bytes(b'seal')
        for number in range(4):
            witness.pkcs11('--write-object', small, '--type', 'data', '--label', 'd%d' % number,
                           pin=PIN)
        token.reset_counters()
        started = time.monotonic()
        witness.pkcs11('-O')
        seconds = time.monotonic() - started
        counted = token.counters()
        in_log = sum(' > ' in line for line in token.apdu_log.read_text().splitlines())
        tap.diag('%d APDUs, %d + %d bytes, %.3f s' % (counted['apdus'], counted['bytes_in'],
                                                      counted['bytes_out'], seconds))
        tap.ok(20 < counted['apdus'] < 60, '%d APDUs' % counted['apdus'])
        tap.ok(in_log > counted['apdus'], 'the log misses some')
        tap.ok(seconds < 1.5, 'a listing took %.1f s' % seconds)
        token.delay(20)
        started = time.monotonic()
        witness.pkcs11('-O')
        tap.ok(time.monotonic() - started >= counted['apdus'] * 0.02, 'the delay was not kept')


@tap.case
def all_ends_when_its_owner_is_killed():
    with Pcsc() as mine:
        owner = subprocess.Popen(
            [sys.executable, '-m', 'harness.vtoken', '--', 'sh', '-c',
             'echo "$YINYAO_VTOKEN"; sleep 1000'],
            cwd=paths.SOURCE / 'tests', stdout=subprocess.PIPE, text=True, start_new_session=True,
            env=mine.environment(YINYAO_BUILD=str(paths.build_root())))
        control = Path(owner.stdout.readline().strip())
        tap.ok(control.is_socket(), 'no control socket')
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()
        end = time.monotonic() + 10
        while run_by(control.parent) and time.monotonic() < end:
            time.sleep(0.05)
        tap.equal(run_by(control.parent), [], 'processes left')
        tap.ok(not control.parent.exists(), 'its folder is left')
        os.killpg(owner.pid, signal.SIGKILL)


def run_by(folder):
    """The processes that have `folder` in their command line, except shells of the test."""
    found = []
    for entry in Path('/proc').glob('[0-9]*/cmdline'):
        try:
            words = entry.read_bytes()
        except OSError:
            continue
        if str(folder).encode() in words:
            found.append(words)
    return found


if __name__ == '__main__':
    tap.main()
