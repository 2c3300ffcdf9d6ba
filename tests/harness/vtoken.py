# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual token in a private pcscd.

    from harness.pcsc import Pcsc
    from harness.vtoken import VirtualToken

    with Pcsc() as pcsc, VirtualToken(pcsc, serial='YYV0000042') as token:
        token.cut_after(7)          # the 7th APDU from now takes effect, its answer is lost
        ...                         # run something that uses the token
        token.wait_cut()
        token.insert()
        assert token.state()['keys'] == 1

A token can be stopped and started again: start() finds the state of before. From a shell:

    python3 -m harness.vtoken [--tokens N] [--readers N] COMMAND…

runs COMMAND with N tokens plugged in (serials YYV0000001, …; control sockets in $YINYAO_VTOKEN,
$YINYAO_VTOKEN_2, …).
"""
import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys

from . import paths
from .pcsc import HarnessError, Pcsc

TIMEOUT = 30


class VirtualToken:
    """serial: 3 to 15 letters, digits and '-'. delay: ms per APDU. memory: bytes of card memory.
    removed: start it unplugged. state: a state file elsewhere (it is then kept at the end).

    Members: `serial`, `control` (path of the control socket), `state_file`, `apdu_log` (paths)."""

    def __init__(self, pcsc, serial='YYV0000001', delay=0, memory=None, removed=False, state=None,
                 cut_before=0, cut_after=0, program=None):
        self.pcsc = pcsc
        self.serial = serial
        self._arguments = ['--serial', serial, '--delay', delay, '--cut-before', cut_before,
                           '--cut-after', cut_after]
        self._arguments += ['--memory', memory] if memory else []
        self._removed = removed
        self._program = program
        self._number = None
        self._socket = None
        folder = pcsc.folder
        self.state_file = state or folder / ('%s.state' % serial)
        self.apdu_log = folder / ('%s.apdus' % serial)
        self.control = folder / ('%s.ctl' % serial)
        self.messages = folder / ('%s.log' % serial)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *unused):
        self.stop()

    def start(self):
        """Starts it, and unless it was to be removed waits until pcscd has seen it."""
        program = self._program or paths.program('src/vtoken/yinyao-vtoken')
        self._slot = self.pcsc.take_slot()
        try:
            self._number = self.pcsc.start_program(
                [program, '--state', self.state_file, '--apdu-log', self.apdu_log,
                 '--control', self.control, '--port', self.pcsc.port_of(self._slot),
                 *self._arguments, *(['--removed'] if self._removed else [])], self.messages)
        except BaseException:
            self.pcsc.give_slot(self._slot)
            raise
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(self.control))
        self._lines = self._socket.makefile('r', encoding='ascii')
        if not self._removed:
            self.insert()

    def stop(self, how=signal.SIGTERM):
        """Ends the program: the token is then out. Can be called twice. Returns its exit status."""
        if self._number is None:
            return None
        number, self._number = self._number, None
        self._lines.close()
        self._socket.close()
        self.pcsc.give_slot(self._slot)
        return self.pcsc.stop_program(number, how)

    def kill(self):
        """Ends it in the middle of whatever it does."""
        return self.stop(signal.SIGKILL)

    def command(self, text, timeout=TIMEOUT):
        """One command of the control socket. Returns its answer as a dictionary."""
        self._socket.settimeout(timeout)
        self._socket.sendall(text.encode('ascii') + b'\n')
        line = self._lines.readline()
        if not line:
            raise HarnessError('%s has ended: %s' % (self.serial, self.messages.read_text()))
        answer = json.loads(line)
        if not answer.pop('ok'):
            raise HarnessError('%s: %s' % (text, answer['error']))
        return answer

    def insert(self):
        """Plugs it in and waits until pcscd has seen it."""
        self.command('insert')

    def remove(self):
        """Pulls it out at once and waits until pcscd has seen that."""
        self.command('remove')

    def cut_before(self, n):
        """The n-th APDU from now is lost, and the token is out then."""
        self.command('cut-before %d' % n)

    def cut_after(self, n):
        """The n-th APDU from now takes effect, its answer is lost, and the token is out then.
        0 (here and above) takes a cut back."""
        self.command('cut-after %d' % n)

    def wait_cut(self, timeout=TIMEOUT):
        """Waits until an armed cut has happened."""
        self.command('wait', timeout)

    def delay(self, milliseconds):
        self.command('delay %d' % milliseconds)

    def counters(self):
        """{'apdus', 'bytes_in', 'bytes_out', 'inserted', 'cut'}"""
        return self.command('counters')

    def reset_counters(self):
        self.command('reset-counters')

    def state(self):
        """What is on the card: 'initialised', 'pin_set', 'pin_tries', 'so_pin_tries', 'keys',
        'keys_undescribed', 'certificates', 'data_objects', 'files' (id, size, sha256), 'memory',
        'memory_free', …"""
        return self.command('state')


def main():
    parser = argparse.ArgumentParser(prog='python3 -m harness.vtoken')
    parser.add_argument('--tokens', type=int, default=1)
    parser.add_argument('--readers', type=int, default=2)
    parser.add_argument('command', nargs=argparse.REMAINDER)
    options = parser.parse_args()
    words = options.command[1:] if options.command[:1] == ['--'] else options.command
    with contextlib.ExitStack() as stack:
        pcsc = stack.enter_context(Pcsc(max(options.readers, options.tokens)))
        environment = pcsc.environment()
        for number in range(1, options.tokens + 1):
            token = stack.enter_context(VirtualToken(pcsc, 'YYV%07d' % number))
            name = 'YINYAO_VTOKEN' + ('' if number == 1 else '_%d' % number)
            environment[name] = str(token.control)
        words = words or [os.environ.get('SHELL', '/bin/sh')]
        sys.exit(subprocess.run(words, env=environment).returncode)


if __name__ == '__main__':
    main()
