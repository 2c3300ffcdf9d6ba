#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The activation in the window, on the real stack: virtual token, OpenSC, the CA's service over TLS."""
import contextlib

from harness import tap, ui
from harness.demo import Demo

PIN, SECOND = 'Winter-Plum38', 'Maple+Bridge52'
DELAY = 200  # milliseconds an APDU: a slow token

desktop = ui.Desktop()


@contextlib.contextmanager
def client_of(demo, language='en'):
    """The client in the demo's world, on the desktop's display."""
    env = demo.window_env()
    if language:
        env['LANGUAGE'] = language
    with ui.Client(desktop, env=env) as client:
        yield client


def open_activation(client, button='Activate Certificate'):
    client.button(button).press()
    client.wait_text('激活码' if button == '激活证书' else 'Activation code')
    client.focus_window()


def choose_pin(client, pin=PIN):
    client.wait_text('Choose a PIN')
    client.type('%s\n%s\n' % (pin, pin))


@tap.case
def the_whole_journey_with_a_slow_token():
    with Demo(delay=DELAY) as demo, client_of(demo) as client:
        client.wait_text('Not activated', 60)
        client.screenshot('journey-1-home')
        open_activation(client)
        client.type(demo.code)
        client.screenshot('journey-2-code')
        client.key('Return')
        client.wait_text('Choose a PIN')
        client.type('%s\n%s' % (PIN, PIN))
        client.screenshot('journey-3-pin')
        before = len(client.stalls())
        client.key('Return')
        client.wait_text('in progress')
        client.wait_text('Generate the key on the token: in progress', 60)
        client.screenshot('journey-4-progress')
        client.wait_text('Certificate Activated', 120)
        client.wait_text('A test signature with the new key was verified')
        if not client.is_sanitized():  # that is several times slower
            tap.equal(client.stalls()[before:], [], 'stalls of the main loop')
        client.screenshot('journey-5-result')
        client.button('Done').press()
        demo.token.delay(0)
        client.wait_text('Valid', 60)
        client.screenshot('journey-6-activated')
        state = demo.token.state()
        tap.equal((state['keys'], state['certificates'], state['pin_tries']), (1, 1, 10))
        tap.equal(demo.service.office('order', 'show', demo.order)[0]['state'], 'completed')
        look_after_it(client, demo)


def look_after_it(client, demo):
    """What follows an activation: the list, a test signature, another PIN; and no PIN is left."""
    client.focus_window()
    client.key('alt+2')
    client.wait_text('SHA-256 fingerprint')
    client.button('Test Signature').press()
    client.wait_text('signs random data')
    client.focus_window()
    client.type(PIN + '\n')
    client.wait_text('Signature Verified', 60)
    client.button('Done').press()
    client.wait_no_text('Signature Verified')
    client.button('Change PIN').press()
    client.wait_text('Type the present PIN')
    client.focus_window()
    client.type('%s\n%s\n%s\n' % (PIN, SECOND, SECOND))
    client.wait_text('PIN Changed', 60)
    for secret in (PIN, SECOND):
        tap.ok(not client.memory_holds(secret), '%s is still in the memory' % secret)
        tap.ok(secret not in client.log(), '%s is in the log' % secret)
    demo.run('yinyaoctl', 'test-signature', '--token', demo.serial,
             secrets_by_fd=[('--pin-fd', SECOND)])


@tap.case
def it_speaks_chinese():
    with Demo() as demo, client_of(demo, language=None) as client:
        client.wait_text('未激活', 60)
        client.screenshot('demo-home-zh')
        open_activation(client, '激活证书')
        client.type(demo.code + '\n')
        client.wait_text('请设置CA密码')
        client.type('%s\n%s' % (PIN, PIN))
        client.screenshot('demo-pin-zh')
        client.key('Return')
        client.wait_text('激活成功', 60)
        client.screenshot('demo-result-zh')
        client.button('完成').press()
        client.wait_text('有效', 60)
        client.screenshot('demo-activated-zh')


@tap.case
def a_wrong_code_can_be_corrected():
    with Demo() as demo, client_of(demo) as client:
        client.wait_text('Not activated', 60)
        open_activation(client)
        client.type('%06d\n' % ((int(demo.code) + 1) % 1000000))
        choose_pin(client)
        client.wait_text('The code is wrong', 60)
        client.wait_text('Activation code')
        client.screenshot('wrong-code-en')
        client.type(demo.code + '\n')
        client.wait_text('Certificate Activated', 60)


@tap.case
def a_token_pulled_out_goes_on_when_it_is_back():
    with Demo(delay=30) as demo, client_of(demo) as client:
        client.wait_text('Not activated', 60)
        open_activation(client)
        client.type(demo.code + '\n')
        client.wait_text('Choose a PIN')
        demo.token.cut_after(12)
        choose_pin(client)
        demo.token.wait_cut()
        client.wait_text('Waiting for the token', 60)
        client.screenshot('pulled-out-en')
        tap.ok(not client.button('Go On').sensitive, 'it can go on without the token')
        demo.token.insert()
        client.wait_text('The token is plugged in again', 60)
        client.button('Go On').press()
        client.wait_text('Certificate Activated', 120)
        state = demo.token.state()
        tap.equal((state['keys'], state['certificates']), (1, 1))


@tap.case
def a_service_that_is_down_is_told_and_tried_again():
    with Demo() as demo, client_of(demo) as client:
        client.wait_text('Not activated', 60)
        demo.service.stop()
        open_activation(client)
        client.type(demo.code + '\n')
        choose_pin(client)
        client.wait_text('cannot be reached', 60)
        client.wait_text('Nothing is lost')
        client.wait_text('Hotline')
        client.screenshot('service-down-en')
        demo.service.start()
        client.button('Try Again').press()
        client.wait_text('Certificate Activated', 60)


@tap.case
def an_activation_can_be_stopped_and_gone_on_with():
    with Demo(delay=DELAY) as demo, client_of(demo) as client:
        client.wait_text('Not activated', 60)
        open_activation(client)
        client.type(demo.code + '\n')
        choose_pin(client)
        client.wait_text('in progress', 60)
        client.key('Escape')
        client.wait_text('Stop the Activation?')
        client.screenshot('stop-en')
        client.button('Stop').press()
        client.wait_no_text('Stop the Activation?')
        client.wait_no_text('in progress', 60)
        demo.token.delay(0)
        client.wait_text('Not activated', 60)
        open_activation(client)
        client.type(demo.code + '\n')
        choose_pin(client, SECOND)
        client.wait_text('Certificate Activated', 60)


if __name__ == '__main__':
    tap.main(setup=desktop.__enter__, teardown=desktop.close)
