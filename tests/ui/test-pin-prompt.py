#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a PIN is asked for: the tries left, the guard, the last try, locked tokens. On a screen of
1024×600, with pretended drivers."""
import functools

from harness import fake_window, tap, ui
from harness.fake_tokens import FakeDriver, settings_for, token
from harness.fake_window import CHINESE, COMPANY, ENGLISH, no_text, open_change_pin, valid

OLD, WRONG, NEW = '123456', '654321', 'Blue-Harbour7'
FLAGS, COUNT_LOW, FINAL_TRY, LOCKED = 0x40d, 1 << 16, 1 << 17, 1 << 18
LAST_TRY = 'I am sure of the PIN: spend the last try'
INSIST = 'The PIN was changed meanwhile: send it again'

desktop = ui.Desktop(size=(1024, 600))
window = functools.partial(fake_window.window, desktop, remember=True)


def key(serial='F1', **more):
    """A token with a certificate."""
    return token(serial, certificates=[valid()], **{'pin': OLD, **more})


def sent(driver):
    return driver.calls().count('ChangePin')


def type_all(client, pin=OLD):
    client.type('%s\n%s\n%s\n' % (pin, NEW, NEW))


def check(client, name):
    ui.wait(lambda: client.find(name, ui.CHECKS), 'no check box “%s”' % name).click()


def button_is_in_sight(client, name='Change PIN'):
    def is_in_sight():
        box = client.button(name).box
        height = max(n.box[3] for n in client.nodes() if n.role in ('frame', 'window', 'dialog'))
        return 0 < box[1] and box[1] + box[3] <= min(height, desktop.size[1])
    ui.wait(is_in_sight, lambda: 'the button is out of sight: %s' % (client.button(name).box,))


def close_dialog(client, text='Type the present PIN'):
    client.key('Escape')
    client.wait_no_text(text)


@tap.case
def the_pin_is_changed():
    with window(key()) as (client, driver):
        open_change_pin(client)
        client.wait_text('10 tries left')
        client.type('%s\n%s\n%s' % (OLD, NEW[:4], NEW[:3]))
        client.wait_text('not met')
        client.key('Tab')
        tap.ok(not client.button('Change PIN').sensitive, 'an unacceptable PIN can be sent')
        button_is_in_sight(client)
        client.screenshot('change-pin-en')
        close_dialog(client)
        open_change_pin(client)
        type_all(client)
        client.wait_text('PIN Changed')
        client.screenshot('pin-changed-en')
        tap.equal(sent(driver), 1, 'calls')


@tap.case
def the_tries_are_fresh_when_a_dialog_opens():
    with window(key()) as (client, driver):
        client.wait_text('10 tries left')
        driver.update(quiet=True, tokens=[key(tries_left=4)])
        open_change_pin(client)
        client.wait_text('4 tries left')
        tap.equal([c for c in driver.calls() if c not in ('start', 'ReadTries')], [], 'calls')


@tap.case
def a_wrong_pin_costs_one_try_and_is_not_sent_twice():
    with window(key(tries_left=4)) as (client, driver):
        open_change_pin(client)
        client.wait_text('4 tries left')
        type_all(client, WRONG)
        client.wait_text('The PIN is wrong. Check Caps Lock')
        client.wait_text('3 tries left')
        button_is_in_sight(client)
        # The new one is still there: Enter sends it with another present one.
        client.type(WRONG + '\n')
        client.wait_text('not sent again')
        button_is_in_sight(client)
        client.screenshot('wrong-pin-en')
        tap.equal(sent(driver), 1, 'calls')
        client.type('111111\n')
        client.wait_text('2 tries left')
        tap.equal(sent(driver), 2, 'calls')
        client.type(OLD + '\n')
        client.wait_text('PIN Changed')
        tap.equal(sent(driver), 3, 'calls')


@tap.case
def a_wrong_pin_is_remembered_everywhere():
    """In the next dialog, after the token was pulled out, and when another driver shows it."""
    with window(key(tries_left=4)) as (client, driver):
        open_change_pin(client)
        type_all(client, WRONG)
        client.wait_text('3 tries left')
        close_dialog(client)
        driver.update(tokens=[])
        client.wait_text('Plug In Your Token')
        driver.update(tokens=[key(tries_left=3)])
        client.wait_text(COMPANY)
        client.focus_window()
        client.key('alt+2')
        client.button('Test Signature').press()
        client.wait_text('signs random data')
        client.focus_window()
        client.type(WRONG + '\n')
        client.wait_text('not sent again')
        tap.equal((sent(driver), driver.calls().count('Login')), (1, 0), 'calls')


@tap.case
def another_driver_that_shows_the_same_token_does_not_help():
    drivers = [FakeDriver(desktop.folder, name, tokens=[key(label=name, tries_left=tries)],
                          remember=True) for name, tries in (('first', 4), ('second', -1))]
    for driver in drivers:
        driver.log_path.unlink(missing_ok=True)
    with ui.Client(desktop, settings=settings_for(*drivers), env=ENGLISH) as client:
        client.wait_text('first')
        client.wait_text('second')
        buttons = [n for n in client.nodes() if n.role in ui.BUTTONS and n.name == 'Change PIN']
        tap.equal(len(buttons), 2, 'buttons')
        buttons[0].press()
        client.wait_text('Type the present PIN')
        client.focus_window()
        type_all(client, WRONG)
        client.wait_text('The PIN is wrong')
        close_dialog(client)
        buttons[1].press()
        client.wait_text('Type the present PIN')
        client.focus_window()
        type_all(client, WRONG)
        client.wait_text('not sent again')
        tap.equal(sum(map(sent, drivers)), 1, 'calls')


@tap.case
def a_pin_that_became_right_meanwhile_is_sent():
    """Another program changed it: the card shows that, or else the person says it."""
    with window(key(tries_left=4)) as (client, driver):
        open_change_pin(client)
        type_all(client, WRONG)
        client.wait_text('3 tries left')
        driver.update(quiet=True, tokens=[key(pin=WRONG)])
        close_dialog(client)
        open_change_pin(client)
        client.wait_text('10 tries left')
        type_all(client, WRONG)
        client.wait_text('PIN Changed')
    with window(key(tries_left=-1)) as (client, driver):
        open_change_pin(client)
        type_all(client, WRONG)
        client.wait_text('The PIN is wrong')
        driver.update(tokens=[key(tries_left=-1, pin=WRONG)])
        client.type(WRONG + '\n')
        client.wait_text('not sent again')
        check(client, INSIST)
        client.screenshot('insist-en')
        client.entry('PIN').click()
        client.type(WRONG + '\n')
        client.wait_text('PIN Changed')
        tap.equal(sent(driver), 2, 'calls')


@tap.case
def to_insist_counts_once():
    with window(key(tries_left=-1)) as (client, driver):
        open_change_pin(client)
        type_all(client, WRONG)
        client.wait_text('The PIN is wrong')
        client.type(WRONG + '\n')
        client.wait_text('not sent again')
        check(client, INSIST)
        client.entry('PIN').click()
        client.type(WRONG + '\n')
        client.wait_text('The PIN is wrong')
        tap.ok(client.find(INSIST, ui.CHECKS) is None, 'the confirmation is kept')
        client.type(WRONG + '\n')
        client.wait_text('not sent again')
        tap.equal(sent(driver), 2, 'calls')


@tap.case('the last try must be confirmed', args=[('1', {'tries_left': 1}), (
    'by flags', {'tries_left': -1, 'flags': FLAGS | COUNT_LOW | FINAL_TRY})])
def the_last_try_must_be_confirmed(_, state):
    with window(key(**state)) as (client, driver):
        open_change_pin(client)
        for text in ('This is the last try: one more wrong PIN locks the token', 'identity document',
                     "sent to the agent's phone", 'stamped papers'):
            client.wait_text(text)
        type_all(client)
        button_is_in_sight(client)
        client.screenshot('last-try-en')
        tap.equal(sent(driver), 0, 'calls')
        tap.ok(not client.button('Change PIN').sensitive, 'it can be sent')
        check(client, LAST_TRY)
        client.button('Change PIN').press()
        client.wait_text('PIN Changed')
        tap.equal(sent(driver), 1, 'calls')


@tap.case
def a_last_try_that_nobody_knew_of_is_not_spent():
    """Another program spent the others while the dialog was open."""
    with window(key(tries_left=5)) as (client, driver):
        open_change_pin(client)
        client.wait_text('5 tries left')
        driver.update(quiet=True, tokens=[key(tries_left=1)])
        type_all(client)
        client.wait_text('so it was not sent')
        client.wait_text('This is the last try')
        client.wait_text('1 try left')
        check(client, LAST_TRY)
        client.entry('PIN').click()
        client.type(OLD + '\n')
        client.wait_text('PIN Changed')


@tap.case
def the_last_wrong_pin_leads_to_the_unlocking():
    with window(key(tries_left=1)) as (client, driver):
        open_change_pin(client)
        type_all(client, WRONG)
        check(client, LAST_TRY)
        client.button('Change PIN').press()
        client.wait_text('The PIN Is Locked')
        client.wait_text('F1')
        tap.equal([n.name for n in client.nodes() if n.role in ui.ENTRIES], [], 'entries')
        tap.ok(ui.wait(lambda: client.button('Forgot PIN'), 'no button').focused, 'focus')
        client.screenshot('locked-dialog-en')
        tap.equal(sent(driver), 1, 'calls')
        client.button('Forgot PIN').press()
        client.wait_no_text('The PIN Is Locked')
        client.wait_text('Unlock')
        client.screenshot('locked-forgot-en')


@tap.case
def a_pin_locked_or_unlocked_elsewhere_is_noticed():
    with window(key()) as (client, driver):
        open_change_pin(client)
        client.wait_text('10 tries left')
        driver.update(quiet=True, tokens=[key(tries_left=0)])
        type_all(client)
        client.wait_text('The PIN Is Locked')
        no_text(client, 'Type the present PIN')
        driver.update(quiet=False, tokens=[key(tries_left=10)])
        client.wait_text('Type the present PIN')
        client.wait_text('10 tries left')
        no_text(client, 'The PIN Is Locked')
        # What was typed for the new PIN is still there.
        client.type(OLD + '\n')
        client.wait_text('PIN Changed')


@tap.case
def a_locked_token_asks_for_no_pin_anywhere():
    with window(key(tries_left=0)) as (client, _):
        client.wait_text('is locked')
        for keys in ('alt+1', 'alt+2'):
            client.key(keys)
            tap.ok(client.button('Forgot PIN').sensitive)
            for name in ('Change PIN', 'Test Signature'):
                tap.ok(client.find(name, ui.BUTTONS) is None, '%s is offered' % name)
        client.button('Forgot PIN').press()
        client.wait_text('Unlock')


@tap.case
def what_nobody_counted_is_called_unknown():
    cases = ((0, 'How many tries are left is unknown'),
             (COUNT_LOW, 'A wrong PIN was typed before; how many tries are left is unknown'),
             (COUNT_LOW | FINAL_TRY, 'The driver says that one try is left'),
             (COUNT_LOW, 'A wrong PIN was typed before; how many tries are left is unknown'),
             (FINAL_TRY, 'The driver says that one try is left'))
    with window(key(tries_left=-1)) as (client, driver):
        open_change_pin(client)
        for flags, text in cases:
            driver.update(tokens=[key(tries_left=-1, flags=FLAGS | flags)])
            client.wait_text(text)
            is_last = bool(flags & FINAL_TRY)
            ui.wait(lambda wanted=is_last: (client.find(LAST_TRY, ui.CHECKS) is not None) == wanted,
                    'the check box at flags %x' % flags)
            told = [t for t in client.texts() if 'tries' in t or 'try' in t]
            tap.ok(not any(c.isdigit() for t in told for c in t), 'made up: %s' % told)
        # All flags at once mean the worst.
        driver.update(tokens=[key(tries_left=-1, flags=FLAGS | COUNT_LOW | FINAL_TRY | LOCKED)])
        client.wait_text('The PIN Is Locked')
        close_dialog(client, 'The PIN Is Locked')
        tap.ok(client.find('Change PIN', ui.BUTTONS) is None)


@tap.case
def a_signature_is_tested():
    with window(key()) as (client, driver):
        client.wait_text(COMPANY)
        client.key('alt+2')
        client.button('Test Signature').press()
        client.wait_text('signs random data')
        client.focus_window()
        client.type('1\n')
        client.wait_text('too short to be right, so it was not sent. Check Caps Lock')
        button_is_in_sight(client, 'Test Signature')
        client.type(OLD + '\n')
        client.wait_text('Signature Verified')
        client.screenshot('signature-en')
        tap.equal([c for c in driver.calls() if c in ('Login', 'TestSignature')],
                  ['Login', 'TestSignature'], 'calls')


@tap.case
def a_token_pulled_out_under_a_dialog_is_told():
    with window(key()) as (client, driver):
        open_change_pin(client)
        driver.update(tokens=[])
        client.wait_text('The token was pulled out')
        button_is_in_sight(client)
        driver.update(tokens=[key()])
        client.wait_no_text('The token was pulled out')


@tap.case
def caps_lock_is_told_while_a_pin_is_typed():
    with window(key()) as (client, _):
        open_change_pin(client)
        no_text(client, 'Caps Lock is on')
        client.key('Caps_Lock')
        try:
            client.wait_text('Caps Lock is on')
        finally:
            client.key('Caps_Lock')
        client.wait_no_text('Caps Lock is on')


@tap.case
def pins_stay_out_of_the_memory():
    old, wrong, new = 'Red-Lantern41', 'Red-Lantern42', 'Grey-Heron88'
    with window(key(pin=old)) as (client, _):
        open_change_pin(client)
        client.type('%s\n%s\n%s' % (old, new, new))
        for text in client.texts():
            tap.ok(old not in text and new not in text, 'assistive technologies can read a PIN')
        tap.ok(client.memory_holds(new), 'the search for secrets does not find the entry')
        client.key('Return')
        client.wait_text('PIN Changed')
        for pin in (old, new):
            tap.ok(not client.memory_holds(pin), '%s is still in the memory' % pin)
    with window(key(pin=old)) as (client, _):
        open_change_pin(client)
        client.type('%s\n%s\n%s\n' % (wrong, new, new))
        client.wait_text('The PIN is wrong')
        tap.ok(not client.memory_holds(wrong), 'the wrong PIN is still in the memory')
        close_dialog(client)
        tap.ok(not client.memory_holds(new), 'the PIN that was not set is still in the memory')


@tap.case
def an_error_of_the_activation_has_the_focus_on_its_button():
    with window(token('F1', label='First'), token('F2', label='Second')) as (client, _):
        client.wait_text('Second')
        buttons = [n for n in client.nodes()
                   if n.role in ui.BUTTONS and n.name.startswith('Activate Certificate')]
        tap.equal(len(buttons), 2, 'buttons')
        buttons[1].press()
        client.wait_text('Activation code')
        client.wait_text('Second · F2')
        client.focus_window()
        client.type('123456\n')
        client.wait_text('Choose a PIN')
        client.wait_text('Second · F2')
        client.type('%s\n%s\n' % (NEW, NEW))
        ui.wait(lambda: client.button('Try Again').focused,
                lambda: 'the focus is on %s' % [n.text for n in client.nodes() if n.focused])
        client.wait_text('Second · F2')
        client.screenshot('activation-failure-en')


@tap.case
def an_error_that_waits_for_the_token_selects_nothing():
    driver = FakeDriver(desktop.folder, 'driver', tokens=[token('F1')])
    settings = settings_for(driver, more='[service]\nurl=https://127.0.0.1:1\n')
    with ui.Client(desktop, settings=settings, env=ENGLISH) as client:
        client.button('Activate Certificate').press()
        client.wait_text('Activation code')
        client.focus_window()
        client.type('123456\n')
        client.wait_text('Choose a PIN')
        driver.update(tokens=[])
        client.type('%s\n%s\n' % (NEW, NEW))
        client.wait_text('Waiting for the token')
        tap.equal([n.text for n in client.nodes() if n.focused], [], 'focus')
        client.screenshot('activation-waiting-en')
        driver.update(tokens=[token('F1')])
        client.wait_text('The token is plugged in again')
        ui.wait(lambda: client.button('Go On').focused, 'no focus')


@tap.case
def a_link_chooses_no_token_among_several():
    with window(token('F1', label='First'), token('F2', label='Second')) as (client, _):
        client.wait_text('Second')
        client.run('yinyao:activate')
        client.wait_text('Several tokens can be activated')
        no_text(client, 'Activation code')


@tap.case('pictures', args=[('light', 'en'), ('dark', 'en'), ('light', 'zh'), ('dark', 'zh')])
def pictures(scheme, language):
    """Each state of the dialog, to be looked at."""
    chinese = language == 'zh'
    env = {**(CHINESE if chinese else ENGLISH),
           'ADW_DEBUG_COLOR_SCHEME': 'prefer-dark' if scheme == 'dark' else 'prefer-light'}
    words = ('修改密码', '请输入') if chinese else ('Change PIN', 'Type the present PIN')
    names = {'wrong': '请检查大写锁定' if chinese else 'Check Caps Lock',
             'last': '最后一次机会' if chinese else 'This is the last try',
             'locked': 'CA密码已锁定' if chinese else 'The PIN Is Locked'}

    def shoot(what):
        client.screenshot('pin-%s-%s-%s' % (what, scheme, language))

    with window(key(tries_left=3), env=env) as (client, _):
        open_change_pin(client, *words)
        shoot('ask')
        type_all(client, WRONG)
        client.wait_text(names['wrong'])
        client.wait_text('2')
        shoot('wrong')
        client.type(WRONG + '\n')
        ui.wait(lambda: [n for n in client.nodes() if n.role in ui.CHECKS], 'no check box')
        shoot('repeated')
        client.type('111111\n')
        client.wait_text(names['last'])
        client.type('222222')
        shoot('last-try')
        ui.wait(lambda: [n for n in client.nodes() if n.role in ui.CHECKS], 'none')[0].click()
        client.button('修改密码' if chinese else 'Change PIN').press()
        client.wait_text(names['locked'])
        shoot('locked')


if __name__ == '__main__':
    tap.main(setup=desktop.__enter__, teardown=desktop.close)
