# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a function in a process of its own, and leaves nothing behind however that ends.

    status = warden.run(work)     # work() returns an exit status; tempfile makes its folders in a
                                  # folder that is removed

Three processes. The caller waits and hands signals on. The worker runs the function, in the caller's
session and process group: what it starts has the terminal. Between them stands the warden, in a session
of its own, so that a signal to the group does not reach it. When the worker has ended, or the caller was
killed, the warden ends everything that the worker left (as their reaper it is the parent of orphans)
and removes the folder.
"""
import contextlib
import ctypes
import os
import select
import shutil
import signal
import sys
import tempfile
import time

PATIENCE = 15  # seconds for the worker to unwind after a signal
SET_CHILD_SUBREAPER = 36
SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
STOPPED = signal.SIGUSR1  # an interrupt that did not come from the terminal


def run(work):
    folder = tempfile.mkdtemp(prefix='yinyao-demo-', dir='/tmp')
    alive, end = os.pipe()
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS | {signal.SIGCHLD})
    warden = os.fork()
    if warden == 0:
        os.close(end)
        _be_warden(work, folder, alive)
    os.close(alive)
    return _wait(warden)


def _wait(warden):
    """The caller: waits for the warden's end and returns the worker's status."""
    while True:
        arrived = signal.sigwaitinfo(SIGNALS | {signal.SIGCHLD})
        if arrived.si_signo == signal.SIGCHLD:
            ended, status = os.waitpid(warden, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
        elif arrived.si_signo != signal.SIGINT:
            os.kill(warden, arrived.si_signo)
        elif arrived.si_code <= 0:  # from a program; the terminal's has reached the worker, too
            os.kill(warden, STOPPED)


def _be_warden(work, folder, alive):
    status = 1
    try:
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        # Blocked before the worker is there: none gets lost.
        handed_on = {signal.SIGTERM, signal.SIGHUP, STOPPED}
        signal.pthread_sigmask(signal.SIG_BLOCK, handed_on)
        worker = os.fork()
        if worker == 0:
            os.close(alive)
            _be_worker(work, folder)
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        status = _guard(worker, alive, handed_on)
        _end_descendants()
    finally:
        _remove(folder)
        os._exit(status)


def _be_worker(work, folder):
    status = 1
    try:
        tempfile.tempdir = folder
        for number, code in ((signal.SIGTERM, 143), (signal.SIGHUP, 129), (STOPPED, 130)):
            signal.signal(number, lambda *_, code=code: sys.exit(code))
        signal.pthread_sigmask(signal.SIG_SETMASK, set())
        status = work()
    except KeyboardInterrupt:
        status = 130
    except SystemExit as ending:
        status = ending.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
        os._exit(status)


def _guard(worker, alive, handed_on):
    """Hands signals on until the worker has ended; a caller that was killed counts as SIGTERM."""
    deadline = None
    while True:
        ended, status = os.waitpid(worker, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        if deadline is None and select.select([alive], [], [], 0)[0]:
            os.kill(worker, signal.SIGTERM)
            deadline = time.monotonic() + PATIENCE
        elif deadline is not None and time.monotonic() > deadline:
            os.kill(worker, signal.SIGKILL)
        arrived = signal.sigtimedwait(handed_on | {signal.SIGCHLD}, 0.2)
        if arrived and arrived.si_signo in handed_on:
            os.kill(worker, arrived.si_signo)
            deadline = deadline or time.monotonic() + PATIENCE


def _children():
    """Process numbers of the children of this process."""
    for name in filter(str.isdigit, os.listdir('/proc')):
        with contextlib.suppress(OSError), open('/proc/%s/stat' % name, 'rb') as stat:
            if int(stat.read().rpartition(b')')[2].split()[1]) == os.getpid():
                yield int(name)


def _end_descendants():
    """Ends the children; theirs become children then, until there are none."""
    with contextlib.suppress(ChildProcessError):
        while True:
            for child in _children():
                os.kill(child, signal.SIGKILL)
            os.waitpid(-1, 0)


def _remove(folder):
    end = time.monotonic() + 5
    while os.path.isdir(folder) and time.monotonic() < end:
        shutil.rmtree(folder, ignore_errors=True)
