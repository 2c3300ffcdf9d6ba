# SPDX-License-Identifier: GPL-3.0-or-later
"""The desk of the demo's office: says which orders wait for it, and by which commands it decides."""
import contextlib
import shlex
import threading

from harness.phone import say

SECONDS = 1


class Desk:
    """The office of a Demo's service, for somebody at another terminal."""

    def __init__(self, demo):
        self.demo = demo
        self._program = demo.program('yinyao-ra')
        self._told = set()
        self._seen = None
        self._end = threading.Event()
        self._thread = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._end.set()
        if self._thread:
            self._thread.join()

    def command(self, *words):
        """A command of the office, as it is typed in any folder."""
        return shlex.join([self._program, *words, '--dir', str(self.demo.service.folder)])

    def watch(self):
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._end.wait(SECONDS):
            with contextlib.suppress(RuntimeError, OSError):  # the service is being stopped
                self._look_if_changed()

    def _look_if_changed(self):
        files = (self.demo.service.folder / name for name in ('yinyao.db', 'yinyao.db-wal'))
        changed = [file.stat().st_mtime_ns for file in files if file.exists()]
        if changed != self._seen:
            self._seen = changed
            self.look()

    def look(self):
        """Tells the orders that were handed in since the last time."""
        for order in self.demo.service.office('order', 'list', '--state', 'first-review'):
            mark = (order['number'], order['updated'])
            if mark not in self._told:
                self._told.add(mark)
                self._tell(order['number'])

    def _tell(self, number):
        say('\n  '.join((
            f'>> The order {number} was handed in. You are the office; in another terminal:',
            self.command('order', 'show', number),
            self.command('order', 'open', number, 'licence'),
            self.command('order', 'approve', number),
            self.command('order', 'reject', number, '--reason', '营业执照不清晰'))))
