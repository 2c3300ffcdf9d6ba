# SPDX-License-Identifier: GPL-3.0-or-later
"""The journey of ./dev run where there is no display: activate, use, lock and unlock a token, with
yinyaoctl and, in the office's place, yinyao-ra."""
import os
import secrets
import string

from harness import documents, paths

TRIES = 10
WRONG_PIN, LOCKED = 4, 5


class Stop(Exception):
    """A command ended as it should not; the first argument is its exit status."""


def new_pin():
    """A PIN for the demo that meets every rule of the profile."""
    kinds = (string.ascii_uppercase, string.ascii_lowercase, string.digits, '#%+-=@')
    return ''.join(secrets.choice(kind) for kind in kinds for _ in range(3))


class Walk:
    """The token of a Demo and its PIN, the agent's phone, and the agent's desk, which is a folder."""

    def __init__(self, demo, phone):
        self.demo = demo
        self.phone = phone
        self.serial = demo.serial
        self.pin = None
        self.desk = demo.folder / 'desk'
        self.desk.mkdir()

    def show(self, title, name, *arguments, by_fd=(), expected=0):
        """Runs a command and prints it with what it says."""
        fds = ''.join(f' {option} {fd}' for fd, (option, _) in enumerate(by_fd, 3))
        print(f"\n== {title}\n$ {name} {' '.join(map(str, arguments))}{fds}", flush=True)
        result = self.demo.run(name, *arguments, secrets_by_fd=by_fd, check=False, cwd=self.desk)
        print(result.stdout + result.stderr, end='', flush=True)
        self.phone.print()
        if result.returncode != expected:
            raise Stop(result.returncode)

    def ctl(self, title, command, *arguments, **options):
        self.show(title, 'yinyaoctl', command, '--token', self.serial, *arguments, **options)

    def activate(self):
        self.pin = new_pin()
        self.show('What is plugged in', 'yinyaoctl', 'tokens')
        self.ctl('Activate it with the code; the PIN goes through a descriptor', 'activate', '--code',
                 self.demo.code, by_fd=[('--new-pin-fd', self.pin)])
        self.show('Its certificate', 'yinyaoctl', 'certificates')

    def sign(self, title):
        self.ctl(title, 'test-signature', by_fd=[('--pin-fd', self.pin)])

    def change_pin(self):
        old, self.pin = self.pin, new_pin()
        self.ctl('Another PIN', 'change-pin', by_fd=[('--pin-fd', old), ('--new-pin-fd', self.pin)])

    def lock(self):
        wrong = [('--pin-fd', new_pin())]
        self.ctl(f'{TRIES} wrong PINs lock the token; this is the first', 'test-signature',
                 by_fd=wrong, expected=WRONG_PIN)
        for left in range(TRIES - 1, 1, -1):
            self.demo.run('yinyaoctl', 'test-signature', '--token', self.serial, check=False,
                          secrets_by_fd=wrong)
        self.ctl('The last one has to be allowed', 'test-signature', '--last-try', by_fd=wrong,
                 expected=LOCKED)
        self.show('It is locked', 'yinyaoctl', 'tokens')

    def finish(self):
        """What both ways of unlocking end with."""
        self.ctl('A verification code for the agent', 'unlock', '--send-code')
        codes = [m['code'] for m in self.demo.service.outbox() if m['code']]
        self.pin = new_pin()
        self.ctl('Set a new PIN with it', 'unlock', '--code', codes[-1],
                 by_fd=[('--new-pin-fd', self.pin)])
        self.sign('The token works with the new PIN')

    def unlock_at_once(self):
        self.ctl('Unlock it: the details are those of its last order, so nothing has to be handed in',
                 'unlock', '--details', self.details())
        self.finish()

    def unlock_by_the_office(self):
        self.ctl('Forgotten again, and the agent has another phone: the office has to decide',
                 'unlock', '--details', self.details(mobile='13900000000'), '--form', 'form.pdf')
        documents.picture(self.desk, 'scan.png')
        self.ctl('Hand in the form and the scans', 'unlock', '--upload', 'certificate-form=form.pdf',
                 '--upload', 'licence=scan.png', '--upload', 'agent-identity=scan.png')
        folder = os.path.relpath(self.demo.service.folder, self.desk)
        number = self.demo.service.orders()[-1]['number']
        self.show('At the office', 'yinyao-ra', 'order', 'show', number, '--dir', folder)
        self.show('It approves', 'yinyao-ra', 'order', 'approve', number, '--dir', folder)
        self.finish()

    def details(self, mobile='13800000000'):
        """Writes the sample details, with this number, to a file. Returns its name."""
        text = (paths.SOURCE / 'data/profiles/demo-unlock.ini').read_text('utf-8')
        (self.desk / 'details.ini').write_text(text.replace('13800000000', mobile), 'utf-8')
        return 'details.ini'


def walk(demo, phone):
    """Returns an exit status."""
    steps = Walk(demo, phone)
    try:
        steps.activate()
        steps.sign('A test signature')
        steps.change_pin()
        steps.sign('A test signature with the new PIN')
        steps.lock()
        steps.unlock_at_once()
        steps.unlock_by_the_office()
        steps.show('Export the certificate', 'yinyaoctl', 'certificates', '--export', '-')
    except Stop as stop:
        return stop.args[0] or 1
    return 0
