#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tries of a PIN on the real stack: what the window sends to a card, what it shows of it, and that
nothing but a person spends a try. The witness is the card: its log of APDUs and its counter."""
import contextlib
import os
import re
import signal
import subprocess

from harness import paths, tap, ui
from harness.demo import OPENSC, Demo
from harness.softhsm import SoftHsm

PIN, WRONG, NEW = 'Winter-Plum38', 'Wrong-Plum-%02d', 'Maple+Bridge52'
LAST_TRY = 'I am sure of the PIN: spend the last try'
# VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER of the user's PIN, with a PIN in them.
SENT = re.compile(r'> (00 20 00 81|00 24 0[01] 81|00 2C 0[0-3] 81) .')

desktop = ui.Desktop(size=(1024, 600))


class World:
    """An activated token and the client that shows it."""

    def __init__(self, demo):
        self.demo = demo
        self.token = demo.token
        self.client = None
        demo.run('yinyaoctl', 'activate', '--token', demo.serial, '--code', demo.code,
                 secrets_by_fd=[('--new-pin-fd', PIN)])
        self.mark()

    def mark(self):
        self._begin = len(self._lines())

    def _lines(self):
        return self.token.apdu_log.read_text().splitlines()

    def sent(self):
        """How many PINs the card got since mark()."""
        return sum(bool(SENT.search(line)) for line in self._lines()[self._begin:])

    def tries(self):
        return self.token.state()['pin_tries']

    def pkcs11_tool(self, *arguments, check=True):
        return subprocess.run([paths.tool('pkcs11-tool'), '--module', OPENSC, *arguments],
                              env=self.demo.env, check=check, capture_output=True, text=True).stdout

    def other_program_tries(self, times):
        for number in range(times):
            self.pkcs11_tool('--login', '--pin', 'Other-Wrong-%d' % number, '--list-objects',
                             check=False)

    @contextlib.contextmanager
    def window(self, language='en'):
        env = {**self.demo.window_env(), 'LANGUAGE': language}
        with ui.Client(desktop, env=env) as self.client:
            self.client.wait_text('Valid' if language == 'en' else '有效', 60)
            yield self.client


@contextlib.contextmanager
def world():
    with Demo() as demo:
        yield World(demo)


def open_dialog(client, button, text):
    client.focus_window()
    if button == 'Test Signature':
        client.key('alt+2')
    client.button(button).press()
    client.wait_text(text)
    client.focus_window()


def open_change_pin(client):
    open_dialog(client, 'Change PIN', 'Type the present PIN')


def open_test_signature(client):
    open_dialog(client, 'Test Signature', 'signs random data')


def close_dialog(client):
    count = len(client.windows())
    client.key('Escape')
    ui.wait(lambda: len(client.windows()) < count, 'the dialog stays')


def agents(client):
    found = subprocess.run(['pgrep', '-P', str(client.pid), '-f', 'yinyao-token-agent'],
                           capture_output=True, text=True, check=False).stdout
    return set(map(int, found.split()))


@tap.case
def nothing_in_the_background_spends_a_try():
    with world() as here:
        with here.window() as client:
            for keys in ('alt+2', 'alt+1', 'ctrl+r', 'F5'):
                client.focus_window()
                client.key(keys)
            for _ in range(2):
                here.token.remove()
                client.wait_text('Plug In Your Token', 60)
                here.token.insert()
                client.wait_text('Valid', 60)
            before = agents(client)
            for process in before:
                os.kill(process, signal.SIGKILL)
            ui.wait(lambda: agents(client) and not agents(client) & before, 'no new agent', 60)
            client.wait_text('10 tries left', 60)
            for _ in range(2):
                open_change_pin(client)
                client.wait_text('10 tries left')
                close_dialog(client)
            open_test_signature(client)
            close_dialog(client)
        with here.window() as client:
            client.wait_text('10 tries left')
        tap.equal((here.sent(), here.tries()), (0, 10), 'PINs that were sent, tries left')


def type_wrong(client, number, change):
    pin = WRONG % number
    client.type('%s\n%s\n%s\n' % (pin, NEW, NEW) if change and number in (1, 6) else pin + '\n')


def flags_at(left):
    return {0: 'user PIN locked', 1: 'final user PIN try', 2: 'user PIN count low'}.get(left)


def look(here, left):
    """The counter everywhere: on the card, in the flags, with this project's own programs."""
    tap.equal((here.sent(), here.tries()), (10 - left, left), 'PINs that were sent, tries left')
    shown = here.pkcs11_tool('--list-token-slots')
    for some in (0, 1, 2):
        tap.equal(flags_at(some) in shown, some == left, '%s at %d' % (flags_at(some), left))
    told, = here.demo.json('yinyaoctl', 'tokens')
    tap.equal(told['pin']['tries_left'], left, 'tries told')


def fail_in(here, change, numbers):
    """Wrong PINs in a dialog. The first one is typed again, which does not send it."""
    client = here.client
    for number in numbers:
        left = 10 - number
        type_wrong(client, number, change)
        client.wait_text('1 try left' if left == 1 else '%d tries left' % left, 60)
        client.wait_text('The PIN is wrong')
        look(here, left)
        if number == numbers[0]:
            client.type(WRONG % number + '\n')
            client.wait_text('It was not sent again, and no try was spent')
            client.type('12345\n')
            client.wait_text('too short to be right, so it was not sent')
            look(here, left)


@tap.case
def ten_wrong_pins_lock_the_token():
    with world() as here, here.window() as client:
        open_test_signature(client)
        fail_in(here, False, range(1, 6))
        close_dialog(client)
        open_change_pin(client)
        client.wait_text('5 tries left')
        fail_in(here, True, range(6, 10))
        for text in ('This is the last try', 'locks the token', 'identity document', 'phone',
                     'stamped papers'):
            client.wait_text(text)
        client.screenshot('guard-last-try-en')
        client.type(WRONG % 10)
        tap.ok(not client.button('Change PIN').sensitive, 'it can be sent without a confirmation')
        client.key('Return')
        look(here, 1)
        client.find(LAST_TRY, ui.CHECKS).click()
        client.button('Change PIN').press()
        client.wait_text('The PIN Is Locked', 60)
        look(here, 0)
        tap.equal([n.name for n in client.nodes() if n.role in ui.ENTRIES], [], 'entries')
        client.screenshot('guard-locked-en')
        close_dialog(client)
        client.focus_window()
        for keys in ('alt+1', 'alt+2'):
            client.key(keys)
            client.button('Forgot PIN')
            tap.ok(client.find('Change PIN', ui.BUTTONS) is None, 'Change PIN is offered')
        look(here, 0)


@tap.case
def it_is_said_in_chinese():
    with world() as here:
        here.other_program_tries(9)
        with here.window('zh_CN') as client:
            client.wait_text('还可尝试1次', 60)
            open_dialog(client, '修改密码', '请输入当前的CA密码')
            client.wait_text('这是最后一次机会')
            client.type('%s\n%s\n%s' % (WRONG % 1, NEW, NEW))
            client.screenshot('guard-last-try-zh')
            client.find('我确定CA密码无误，使用最后一次机会', ui.CHECKS).click()
            client.button('修改密码').press()
            client.wait_text('CA密码已锁定', 60)
            client.button('忘记密码')
            client.screenshot('guard-locked-zh')
            tap.equal(here.tries(), 0, 'tries left')


@tap.case
def what_another_program_does_meanwhile_is_noticed():
    with world() as here, here.window() as client:
        open_change_pin(client)
        client.wait_text('10 tries left')
        here.other_program_tries(9)
        here.mark()
        client.type('%s\n%s\n%s\n' % (WRONG % 1, NEW, NEW))
        client.wait_text('so it was not sent', 60)
        client.wait_text('This is the last try')
        tap.equal((here.sent(), here.tries()), (0, 1), 'PINs that were sent, tries left')
        # The right PIN brings the tries back; then the other program locks it.
        client.type(PIN)
        client.find(LAST_TRY, ui.CHECKS).click()
        client.button('Change PIN').press()
        client.wait_text('PIN Changed', 60)
        client.button('Done').press()
        client.wait_no_text('PIN Changed')
        open_test_signature(client)
        client.wait_text('10 tries left', 60)
        here.other_program_tries(10)
        here.mark()
        client.type(NEW + '\n')
        client.wait_text('The PIN Is Locked', 60)
        tap.equal((here.sent(), here.tries()), (0, 0), 'PINs that were sent, tries left')


@tap.case
def a_pin_that_another_program_made_right_is_sent():
    with world() as here, here.window() as client:
        open_test_signature(client)
        client.type(NEW + '\n')
        client.wait_text('9 tries left', 60)
        client.type(NEW + '\n')
        client.wait_text('It was not sent again')
        here.pkcs11_tool('--login', '--pin', PIN, '--change-pin', '--new-pin', NEW)
        close_dialog(client)
        # A PIN that is verified has all its tries, and the card does not say how many those are.
        here.token.remove()
        client.wait_text('No Certificates', 60)
        here.token.insert()
        client.wait_text('10 tries left', 60)
        open_test_signature(client)
        client.type(NEW + '\n')
        client.wait_text('Signature Verified', 60)


@tap.case
def a_module_that_counts_nothing_is_not_believed_to_count():
    """SoftHSM tells that a wrong PIN was typed and never locks: nothing is made up from that."""
    with SoftHsm() as store:
        serial = store.add_token('印钥 SoftHSM', pin=PIN)
        certificate = store.folder / 'certificate.der'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout',
                        os.devnull, '-subj', '/CN=Company', '-outform', 'DER', '-out',
                        str(certificate)], check=True, capture_output=True)
        subprocess.run([paths.tool('pkcs11-tool'), '--module', store.module, '--login', '--pin', PIN,
                        '--write-object', str(certificate), '--type', 'cert', '--id', '01'],
                       env=store.environment(), check=True, capture_output=True)
        settings = '[modules]\np11-kit=false\npaths=%s;\n' % store.module
        with ui.Client(desktop, settings=settings,
                       env={'SOFTHSM2_CONF': store.environment()['SOFTHSM2_CONF'],
                            'LANGUAGE': 'en'}) as client:
            client.wait_text(serial, 60)
            client.wait_text('How many tries are left is unknown')
            open_change_pin(client)
            for number in range(1, 12):
                type_wrong(client, number, number == 1)
                client.wait_text('The PIN is wrong', 60)
                client.wait_text('A wrong PIN was typed before; how many tries are left is unknown')
                client.type('1\n')
                client.wait_text('too short')
            client.type(PIN + '\n')
            client.wait_text('PIN Changed', 60)


if __name__ == '__main__':
    tap.main(setup=desktop.__enter__, teardown=desktop.close)
