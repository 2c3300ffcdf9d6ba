#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of ./dev exec: what it returns, and that it leaves nothing, however it is ended."""
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))
from harness import paths, tap

TIMEOUT = 60
# Says where it is, then waits: itself, a child of it, and one in a session of its own.
WAITER = ('setsid sleep 600 & sleep 600 & echo "$$ $YINYAO_RA_DIR $YINYAO_VTOKEN $(yinyaoctl tokens --json'
          ' | tr -dc "[:alnum:]")"; wait')


def start(*command, env=None, **options):
    return subprocess.Popen([sys.executable, '-m', 'harness.demo', 'exec', '--', *command],
                            env={**os.environ, 'PYTHONPATH': str(TESTS),
                                 'YINYAO_BUILD': str(paths.build_root()), **(env or {})},
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                            start_new_session=True, **options)


def status_of(*command, **options):
    return outcome_of(*command, stderr=subprocess.DEVNULL, **options)[0]


def outcome_of(*command, **options):
    """Exit status and output."""
    process = start(*command, **options)
    output, _ = process.communicate(timeout=TIMEOUT)
    return process.returncode, output


def processes_with(text):
    """Processes with this text in their arguments or their environment."""
    found = []
    for entry in filter(str.isdigit, os.listdir('/proc')):
        try:
            known = (Path('/proc') / entry / 'cmdline').read_bytes()
            known += (Path('/proc') / entry / 'environ').read_bytes()
        except OSError:
            continue  # it has gone, or it hides its memory from its own user
        if text.encode() in known:
            found.append((entry, known[:200]))
    return found


def wait_until(condition, what):
    end = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > end:
            raise AssertionError('%s after %d s' % (what, TIMEOUT))
        time.sleep(0.05)


def end_with(end, expected):
    process = start('sh', '-c', WAITER)
    shell, service, control, tokens = process.stdout.readline().split()
    top = Path(service).parts[:3]
    folder = Path(*top)
    tap.ok('YY20260001' in tokens, 'the environment works')
    tap.ok(str(folder) != '/tmp' and control.startswith(str(folder)), 'one folder holds everything')
    tap.ok(len(processes_with(str(folder))) >= 3, 'the processes of the environment can be seen')
    end(process, int(shell))
    tap.equal(process.wait(TIMEOUT), expected, 'exit status')
    wait_until(lambda: not processes_with(str(folder)), 'processes are left')
    wait_until(lambda: not folder.exists(), 'the folder is left')
    process.stdout.close()


@tap.case
def the_status_is_the_command_s():
    tap.equal(status_of('true'), 0)
    tap.equal(status_of('sh', '-c', 'exit 7'), 7)
    tap.equal(status_of('sh', '-c', 'kill -TERM $$'), 143)
    tap.equal(status_of('/nonexistent/command'), 127)


@tap.case
def certificates_end_when_they_are_wanted_to():
    script = ('printf %s Winter-Plum38 | yinyaoctl activate --code $YINYAO_DEMO_CODE --new-pin-fd 0 >&2 && '
              'LANGUAGE=en yinyaoctl certificates')
    status, output = outcome_of('sh', '-c', script, env={'YINYAO_DEMO_DAYS_LEFT': '5'})
    tap.equal(status, 0)
    tap.contains(output, '(5 days left)')
    for wrong in ('abc', '0', '-1', '36501'):
        tap.equal(status_of('true', env={'YINYAO_DEMO_DAYS_LEFT': wrong}), 2, wrong)


@tap.case
def a_background_process_of_the_command_ends_with_it():
    process = start('sh', '-c', 'sleep 600 & echo $YINYAO_RA_DIR')
    folder = Path(*Path(process.stdout.readline().strip()).parts[:3])
    tap.equal(process.wait(TIMEOUT), 0)
    wait_until(lambda: not processes_with(str(folder)), 'processes are left')
    process.stdout.close()


@tap.case
def signals_leave_nothing():
    end_with(lambda process, shell: process.send_signal(signal.SIGINT), 130)
    end_with(lambda process, shell: process.send_signal(signal.SIGTERM), 143)
    end_with(lambda process, shell: process.send_signal(signal.SIGHUP), 129)


@tap.case
def being_killed_leaves_nothing():
    end_with(lambda process, shell: process.kill(), -signal.SIGKILL)
    end_with(lambda process, shell: os.killpg(process.pid, signal.SIGKILL), -signal.SIGKILL)


@tap.case
def the_command_being_killed_leaves_nothing():
    end_with(lambda process, shell: os.kill(shell, signal.SIGKILL), 137)


if __name__ == "__main__":
    tap.main()
