# SPDX-License-Identifier: GPL-3.0-or-later
"""A private pcscd with virtual readers, apart from the machine's own.

    from harness.pcsc import Pcsc

    with Pcsc(readers=2) as pcsc:
        subprocess.run(['pkcs11-tool', '-L'], env=pcsc.environment())

Virtual tokens are plugged in with vtoken.py. It needs no rights but those of a user (as root the same
without a user namespace), any number of these can run side by side, and no socket of it listens where
the machine or another such world could reach it: pcscd and the tokens live in a network namespace with
nothing but a loopback interface. Only the Unix socket of pcscd is outside: clients find it by
PCSCLITE_CSOCK_NAME, which environment() sets.

When the program that made it ends, in whatever way, everything in it ends too, and its folder is
removed.
"""
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from . import paths

FIRST_PORT = 35963  # the same as in keeper.py
NEEDS = ('It needs mount, network and PID namespaces. Root has them, in a container with the option '
         '--privileged; a user has them where the system allows user namespaces: see '
         '“sysctl user.max_user_namespaces kernel.unprivileged_userns_clone '
         'kernel.apparmor_restrict_unprivileged_userns” (wanted: above 0, 1, 0; a name that is unknown '
         'there does not matter), set them with “sudo sysctl -w NAME=VALUE”, or start this as root')


class HarnessError(Exception):
    """Something of the test's surroundings failed, not what is tested."""


class Pcsc:
    """readers: how many tokens can be plugged in at a time (up to 16).

    Members: `folder` (a temporary folder, removed at the end; put your own files there), `socket`
    (for PCSCLITE_CSOCK_NAME), `home` (an empty home folder)."""

    def __init__(self, readers=2):
        self.readers = readers
        self.folder = None
        self._keeper = None
        self._lock = threading.Lock()
        self._free_slots = list(range(readers))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *unused):
        self.stop()

    def start(self):
        self.folder = Path(paths.temporary_folder('pcsc'))
        self.home = self.folder / 'home'
        self.home.mkdir()
        (self.folder / 'pcscd').mkdir()
        self.socket = self.folder / 'pcscd' / 'pcscd.comm'
        try:
            self._start_keeper()
        except BaseException:
            self.stop()
            raise

    def _start_keeper(self):
        user = [] if os.geteuid() == 0 else ['--user', '--map-root-user']
        keeper = Path(__file__).resolve().parent / 'keeper.py'
        self._keeper = subprocess.Popen(
            [paths.tool('unshare'), *user, '--mount', '--net', '--pid', '--fork', '--kill-child',
             sys.executable, str(keeper), str(self.folder), str(self.readers)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self._reply()

    def stop(self):
        """Ends everything in it and removes the folder. Can be called twice."""
        if self._keeper:
            self._keeper.stdin.close()
            try:
                self._keeper.wait(10)
            except subprocess.TimeoutExpired:
                self._keeper.kill()
                self._keeper.wait()
            self._keeper.stdout.close()
            self._keeper = None
        if self.folder:
            # the keeper has done it, unless it was killed or never started
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None

    def environment(self, **more):
        """Variables for a client: the current ones with this pcscd and an empty home folder."""
        home = str(self.home)
        runtime = self.home / 'runtime'
        runtime.mkdir(mode=0o700, exist_ok=True)
        return {
            **os.environ,
            'PCSCLITE_CSOCK_NAME': str(self.socket),
            'HOME': home,
            'XDG_CONFIG_HOME': home + '/config',
            'XDG_CACHE_HOME': home + '/cache',
            'XDG_DATA_HOME': home + '/data',
            'XDG_STATE_HOME': home + '/state',
            'XDG_RUNTIME_DIR': str(runtime),
            **more,
        }

    def _reply(self):
        line = self._keeper.stdout.readline()
        if not line:
            raise HarnessError('the private pcscd has ended (status %s). %s'
                               % (self._keeper.wait(10), NEEDS))
        reply = json.loads(line)
        if 'error' in reply:
            raise HarnessError(reply['error'])
        return reply

    def _ask(self, **request):
        with self._lock:
            self._keeper.stdin.write(json.dumps(request) + '\n')
            self._keeper.stdin.flush()
            return self._reply()

    def start_program(self, argv, log):
        """Runs a program in there that prints a line when it is ready. Returns a number for it."""
        return self._ask(op='start', argv=[str(a) for a in argv], log=str(log))['id']

    def stop_program(self, number, signal=15):
        return self._ask(op='stop', id=number, signal=int(signal))['status']

    def take_slot(self):
        """Reserves a reader. Returns its number; port_of() says where it listens."""
        if not self._free_slots:
            raise HarnessError('all %d virtual readers are in use' % self.readers)
        return self._free_slots.pop(0)

    def give_slot(self, slot):
        self._free_slots.append(slot)
        self._free_slots.sort()

    @staticmethod
    def port_of(slot):
        return FIRST_PORT + slot
