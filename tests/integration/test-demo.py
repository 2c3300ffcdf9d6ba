#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of ./dev exec: what it returns, and that it leaves nothing, however it is ended.
And ./dev run: what it tells somebody who tries everything."""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))
from harness import documents, paths, tap, ui

TIMEOUT = 60
# Says where it is, then waits: itself, a child of it, and one in a session of its own.
WAITER = ('setsid sleep 600 & sleep 600 & echo "$$ $YINYAO_RA_DIR $YINYAO_VTOKEN $(yinyaoctl tokens --json'
          ' | tr -dc "[:alnum:]")"; wait')


def start(*command, env=None, **options):
    return begin('exec', '--', *command, env=env, **options)


def begin(*arguments, env=None, **options):
    return subprocess.Popen([sys.executable, '-m', 'harness.demo', *arguments],
                            env={**os.environ, 'PYTHONPATH': str(TESTS), 'LANGUAGE': 'en',
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


@tap.case
def without_a_display_the_journey_goes_by():
    process = begin('run', env={'DISPLAY': '', 'WAYLAND_DISPLAY': ''}, stderr=subprocess.STDOUT)
    output, _ = process.communicate(timeout=2 * TIMEOUT)
    tap.equal(process.returncode, 0, output)
    codes = re.findall('Text message to [0-9]+:\n.*(?:激活|验证)码([0-9]{6})', output)
    used = re.findall('--code ([0-9]+) ', output)
    tap.equal((codes, len(set(codes))), (used, 3), 'codes received and used')
    for part in ('9 tries left', 'The PIN is locked', 'nothing has to be handed in', 'First review'):
        tap.contains(output, part)
    tap.equal(output.count('The token is unlocked and has its new PIN.'), 2, output)


class Terminal:
    """./dev run on a display of its own, and what it prints."""

    def __init__(self, desktop):
        # Xvfb's display and buses; the rest is the demo's own.
        self.process = begin('run', env=desktop.env, stderr=subprocess.STDOUT)
        self.lines = []

    def wait_for(self, pattern):
        """Reads on until a line matches."""
        found = None
        while not found:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError('the demo ended: %s' % ''.join(self.lines))
            self.lines.append(line)
            found = re.search(pattern, line)
        return found

    def client(self, listing):
        """The environment of the client that was started beside this service, None if there is none."""
        service = re.search('--dir (.*)', listing)[1]
        for number, known in processes_with('YINYAO_RA_DIR=%s' % service):
            if known.startswith(b'%s\0' % paths.program('src/app/yinyao').encode()):
                pairs = (Path('/proc') / number / 'environ').read_bytes().decode().split('\0')
                return dict(pair.split('=', 1) for pair in pairs if pair)
        return None

    def close(self):
        self.process.terminate()
        self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode


def office(line):
    """Types a command that the terminal showed into another one."""
    shown = subprocess.run(['sh', '-c', line], capture_output=True, text=True, timeout=TIMEOUT)
    tap.equal(shown.returncode, 0, line + shown.stderr)
    return shown.stdout


def another_agent(env, code):
    """What somebody does in the window, with the command line: hand in an order to unlock the token."""
    folder = Path(tempfile.mkdtemp())
    try:
        text = (paths.SOURCE / 'data/profiles/demo-unlock.ini').read_text('utf-8')
        (folder / 'details.ini').write_text(text.replace('13800000000', '13900000000'), 'utf-8')
        (folder / 'scan.pdf').write_bytes(documents.pdf())
        for words in (f'activate --code {code} --new-pin-fd 0',
                      'unlock --details details.ini --upload certificate-form=scan.pdf '
                      '--upload licence=scan.pdf --upload agent-identity=scan.pdf'):
            done = subprocess.run(['yinyaoctl', *words.split()], env=env, cwd=folder, text=True,
                                  input='Winter-Plum38', capture_output=True, timeout=TIMEOUT)
            tap.equal(done.returncode, 0, done.stdout + done.stderr)
    finally:
        shutil.rmtree(folder)


@tap.case
def the_office_is_played_from_another_terminal():
    with ui.Display() as desktop:
        terminal = Terminal(desktop)
        try:
            code = terminal.wait_for('激活码([0-9]{6})')[1]
            listing = terminal.wait_for('^  (.*yinyao-ra order list .*)')[1]
            wait_until(lambda: terminal.client(listing), 'no client')
            another_agent(terminal.client(listing), code)
            number = terminal.wait_for('order ([0-9]+) was handed in')[1]
            tap.contains(office(listing), number)
            commands = {action: terminal.wait_for('^  (.* order %s .*)' % action)[1]
                        for action in ('show', 'open', 'approve', 'reject')}
            tap.contains(office(commands['show']), '13900000000')
            office(commands['reject'])
            terminal.wait_for('解锁申请未通过审核:营业执照不清晰')
        finally:
            status = terminal.close()
        tap.equal(status, 143, 'exit status')


if __name__ == "__main__":
    tap.main()
