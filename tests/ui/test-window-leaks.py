#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory errors and leaks of the window on the real stack, with TLS in it, found by valgrind: the
sanitizer's search for leaks does not go with GIO's TLS. Only in a build without sanitizers."""
import contextlib

from harness import paths, tap, ui
from harness.demo import Demo

PIN, WRONG, NEW = 'Winter-Plum38', 'Wrong-Plum38', 'Maple+Bridge52'
VALGRIND = ['valgrind', '--quiet', '--error-exitcode=99', '--leak-check=full', '--num-callers=40',
            '--show-leak-kinds=definite', '--errors-for-leak-kinds=definite',
            '--suppressions=%s' % (paths.SOURCE / 'tests/valgrind.supp')]

desktop = ui.Desktop(size=(1024, 600))


def open_dialog(client, button, text):
    client.focus_window()
    client.button(button).press()
    client.wait_text(text)
    client.focus_window()


def close_dialog(client):
    count = len(client.windows())
    client.key('Escape')
    ui.wait(lambda: len(client.windows()) < count, 'the dialog stays')
    client.focus_window()


def activate(client, code):
    open_dialog(client, 'Activate Certificate', 'Activation code')
    client.type('%06d\n' % ((int(code) + 1) % 1000000))
    client.wait_text('Choose a PIN')
    client.type('%s\n%s\n' % (PIN, PIN))
    client.wait_text('The code is wrong')
    client.type(code + '\n')
    client.wait_text('Certificate Activated')
    close_dialog(client)
    client.wait_text('Valid')


def use_pins(client):
    open_dialog(client, 'Change PIN', 'Type the present PIN')
    client.type('%s\n%s\n%s\n' % (WRONG, NEW, NEW))
    client.wait_text('9 tries left')
    client.type(WRONG + '\n')
    client.wait_text('It was not sent again')
    client.type(PIN + '\n')
    client.wait_text('PIN Changed')
    close_dialog(client)
    client.key('alt+2')
    open_dialog(client, 'Test Signature', 'signs random data')
    client.type(NEW + '\n')
    client.wait_text('Signature Verified')
    close_dialog(client)


@contextlib.contextmanager
def searched(demo):
    """The client in the demo's world under valgrind, whose complaints are a failure."""
    complaints = desktop.folder / 'valgrind.log'
    client = ui.Client(desktop, env={**demo.window_env(), 'LANGUAGE': 'en'},
                       wrapper=[*VALGRIND, '--log-file=%s' % complaints])
    try:
        client.start()
        yield client
    finally:
        status = client.stop()
    tap.equal(status, 0, complaints.read_text() + 'exit status')


@tap.case
def the_window_loses_no_memory():
    ui.TIMEOUT = 120
    with Demo() as demo, searched(demo) as client:
        client.wait_text('Not activated')
        activate(client, demo.code)
        use_pins(client)
        demo.token.remove()
        client.wait_text('No Certificates')
        demo.token.insert()
        client.wait_text('SHA-256 fingerprint')
        open_dialog(client, 'Forgot PIN', 'Unlock')


if __name__ == '__main__':
    tap.main(setup=desktop.__enter__, teardown=desktop.close)
