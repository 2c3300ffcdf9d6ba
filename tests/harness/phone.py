# SPDX-License-Identifier: GPL-3.0-or-later
"""The phone of the demo: text messages arrive there and are printed.

    with Phone() as phone, Demo(profile={('sms', 'command'): phone.command}):
        phone.print()            # what has arrived
        phone.listen()           # and from now on, each message as it arrives
"""
import os
import select
import shutil
import sys
import threading
from pathlib import Path

from harness import paths

# One write for a message: two that arrive together do not mix.
SEND = """#!/bin/sh
text=$(cat; echo .)
printf '%s\\n%s\\0' "$1" "${text%.}" >'FIFO'
"""


def printable(text):
    """Without anything that would move the terminal's cursor: an office's reason is in messages, too."""
    return ''.join(c if c.isprintable() or c == '\n' else '\N{REPLACEMENT CHARACTER}' for c in text)


def say(text):
    """Prints it at once and in one piece, with an empty line before it."""
    sys.stdout.write('\n%s\n' % text)
    sys.stdout.flush()


class Phone:
    """Attributes: command, what the service runs for each message."""

    def __init__(self):
        self.folder = Path(paths.temporary_folder('phone'))
        fifo = self.folder / 'messages'
        os.mkfifo(fifo, 0o600)
        # Open for both: nobody waits for somebody at the other end, and there is never an end of file.
        self._fifo = os.open(fifo, os.O_RDWR | os.O_CLOEXEC)
        self.command = self.folder / 'send'
        self.command.write_text(SEND.replace('FIFO', str(fifo)), 'ascii')
        self.command.chmod(0o700)
        self._pending = b''
        self._thread = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def print(self):
        while select.select([self._fifo], [], [], 0)[0]:
            self._read()

    def listen(self):
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while self._read():
            pass

    def _read(self):
        """Waits for messages and prints them. Returns whether there may be more."""
        *messages, self._pending = (self._pending + os.read(self._fifo, 65536)).split(b'\0')
        for message in messages:
            number, _, text = message.decode('utf-8', 'replace').partition('\n')
            if text:
                say('>> Text message to %s:\n   %s' % (printable(number), printable(text.strip())))
        return b'' not in messages

    def close(self):
        """Prints what has arrived, and ends."""
        if self._thread:
            os.write(self._fifo, b'\0')
            self._thread.join()
        os.close(self._fifo)
        shutil.rmtree(self.folder, ignore_errors=True)
