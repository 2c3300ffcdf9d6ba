# SPDX-License-Identifier: GPL-3.0-or-later
"""The first process of a private world: namespaces with a pcscd and the devices plugged into it.

Started by pcsc.py, never by hand:  unshare … python3 keeper.py FOLDER READERS

It is process 1 of a PID namespace, and ends when its standard input does. So whatever happens to the
program that wanted this world, the kernel removes all processes of it, its mounts and its network.

Requests and replies are lines of JSON on standard input and output:
    {"op": "start", "argv": [...], "log": PATH}   →  {"id": N}   once the program has printed a line
    {"op": "stop", "id": N, "signal": 15}          →  {"status": N}
An error is {"error": TEXT}.
"""
import contextlib
import ctypes
import fcntl
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

DRIVERS = '/usr/lib/pcsc/drivers'
VPCD = DRIVERS + '/serial/libifdvpcd.so'
FIRST_PORT = 35963
SLOTS = 2  # of one reader of this driver
READY_TIMEOUT = 20
MS_BIND = 4096

libc = ctypes.CDLL(None, use_errno=True)


def mount(source, target, kind=None, flags=0):
    encoded = [os.fsencode(x) if x else None for x in (source, target, kind)]
    if libc.mount(*encoded, ctypes.c_ulong(flags), None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, 'mount %s: %s' % (target, os.strerror(number)))


def hide_machine(folder):
    """No reader, driver or daemon of the machine is to be seen from here."""
    drivers = folder / 'drivers'
    drivers.mkdir()
    for number in range(16):
        shutil.copy(VPCD, drivers / ('vpcd-%d.so' % number))
    for path in (DRIVERS, '/dev/bus/usb'):
        if os.path.isdir(path):
            mount('none', path, 'tmpfs')
    if not os.path.isdir('/run/pcscd'):
        mount('none', '/run', 'tmpfs')
        os.mkdir('/run/pcscd')
    mount(folder / 'pcscd', '/run/pcscd', flags=MS_BIND)


def start_loopback():
    """A new network namespace has only a loopback interface, and that one is down."""
    up_running = 0x41
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, 0x8914, struct.pack('16sH14x', b'lo', up_running))  # SIOCSIFFLAGS


def write_readers(folder, count):
    # The driver keeps its slots in variables of its own: each reader needs a copy of the library.
    configuration = folder / 'readers'
    configuration.mkdir()
    for number in range((count + SLOTS - 1) // SLOTS):
        port = FIRST_PORT + number * SLOTS
        (configuration / ('reader-%d' % number)).write_text(
            'FRIENDLYNAME "Virtual PCD %d"\nDEVICENAME /dev/null:%d\nLIBPATH %s\nCHANNELID %d\n'
            % (number, port, folder / 'drivers' / ('vpcd-%d.so' % number), port))
    return configuration


def die_with_parent():
    libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def start_pcscd(folder, configuration):
    log = open(folder / 'pcscd.log', 'ab')
    process = subprocess.Popen(
        ['/usr/sbin/pcscd', '--foreground', '--error', '--config', str(configuration)],
        stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)
    end = time.monotonic() + READY_TIMEOUT
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError('pcscd has ended: ' + (folder / 'pcscd.log').read_text())
        with socket.socket(socket.AF_UNIX) as s:
            if s.connect_ex('/run/pcscd/pcscd.comm') == 0:
                return process
        time.sleep(0.01)
    raise RuntimeError('pcscd does not answer')


def wait_for_line(process, log):
    """The line that says that the program is ready."""
    ready, _, _ = select.select([process.stdout], [], [], READY_TIMEOUT)
    line = process.stdout.readline() if ready else b''
    if not line:
        process.kill()
        process.wait()
        raise RuntimeError('did not start: ' + Path(log).read_text(errors='replace').strip())


class Programs:
    def __init__(self):
        self.running = {}
        self.next = 1

    def start(self, request):
        with open(request['log'], 'ab') as log:
            process = subprocess.Popen(request['argv'], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=log,
                                       preexec_fn=die_with_parent)
        wait_for_line(process, request['log'])
        number, self.next = self.next, self.next + 1
        self.running[number] = process
        return {'id': number}

    def stop(self, request):
        process = self.running.pop(request['id'])
        process.send_signal(request['signal'])
        try:
            status = process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        process.stdout.close()
        return {'status': status}

    def serve(self):
        for line in sys.stdin:
            request = json.loads(line)
            try:
                reply = getattr(self, request['op'])(request)
            except Exception as problem:
                reply = {'error': str(problem)}
            print(json.dumps(reply), flush=True)


def end(folder):
    """Ends every other process of this PID namespace, and removes what they wrote."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    shutil.rmtree(folder, ignore_errors=True)


def main():
    folder, readers = Path(sys.argv[1]), int(sys.argv[2])
    try:
        hide_machine(folder)
        start_loopback()
        start_pcscd(folder, write_readers(folder, readers))
    except Exception as problem:
        print(json.dumps({'error': str(problem)}), flush=True)
        end(folder)
        sys.exit(1)
    print(json.dumps({'ready': True}), flush=True)
    try:
        Programs().serve()
    finally:
        end(folder)


if __name__ == '__main__':
    main()
