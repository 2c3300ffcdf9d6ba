#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A forgotten PIN in the window, on the real stack: virtual token, OpenSC, the CA's service over
TLS. One world for all cases: each leaves the token with a PIN of its own and no open order."""
import contextlib
import json
import subprocess

from harness import documents, paths, tap, ui
from harness.demo import Demo
from harness.notices import Notices

FIRST, WRONG = 'Winter-Plum38', 'Guess+%d-2026'
AGENT, OTHER = '张三', '李四'
NUMBER, MOBILE = '11010519491231002X', '13800000000'
TITLES = ('机构数字证书申请表', '营业执照', '经办人身份证')
PROFILE = {('verification', 'resend-seconds'): 3, ('verification', 'codes-per-hour'): 100,
           ('limits', 'matches-per-address'): 1000, ('limits', 'matches-per-token'): 1000}
CONTROLS = (*ui.BUTTONS, *ui.ENTRIES, *ui.CHECKS, 'combo box', 'switch')

desktop = ui.Desktop()
world = Demo(profile=PROFILE)
files = {}


def start():
    desktop.__enter__()
    world.__enter__()
    world.run('yinyaoctl', 'activate', '--token', world.serial, '--code', world.code,
              secrets_by_fd=[('--new-pin-fd', FIRST)])
    folder = desktop.folder
    files['form'] = documents.picture(folder, 'form.png', size=(800, 1100))
    files['licence'] = documents.picture(folder, 'licence.jpg', size=(1100, 800))
    files['photo'] = documents.picture(folder, 'photo.png', '-seed', '7', '-attenuate', '0.2',
                                       '+noise', 'Gaussian', size=(1600, 1200))
    files['card'] = folder / 'card.pdf'
    files['card'].write_bytes(documents.pdf())
    files['empty'] = folder / 'empty.png'
    files['empty'].write_bytes(b'')
    files['large'] = folder / 'large.pdf'
    files['large'].write_bytes(documents.pdf() + b' ' * (1024 * 1024))
    files['text'] = folder / 'text.jpg'
    files['text'].write_text('not a picture')


def end():
    world.close()
    desktop.close()


@contextlib.contextmanager
def window(language='en', focus=True, **options):
    """The client in the world, with the token read."""
    env = {name: value for name, value in world.env.items()
           if name.startswith(('YINYAO', 'PCSCLITE', 'XDG_CONFIG', 'XDG_CACHE', 'XDG_STATE', 'ASAN'))}
    # GTK's file chooser and libcloudproviders leak; LeakSanitizer does not see that it is them.
    env['LANGUAGE'] = language
    with ui.Client(desktop, env=env, **options) as client:
        client.wait_text('深圳市示例文具有限公司', 60)
        if focus:
            client.focus_window()
        yield client
    complaints = [line for line in client.log().splitlines()
                  if 'WARNING' in line or 'CRITICAL' in line]
    tap.equal([c for c in complaints if 'main loop stalled' not in c], [], 'complaints')


def begin():
    """Whatever became of the case before: the service is there, no order is open, the token is in."""
    if world.service.process is None:
        world.service.start()
    if not world.token.counters()['inserted']:
        world.token.insert()
    world.token.delay(0)
    if open_orders():
        world.run('yinyaoctl', 'unlock', '--token', world.serial, '--withdraw', check=False)


def open_page(client):
    client.run('yinyao:unlock')
    client.wait_text('Forgotten PIN')
    client.focus_window()


def fill_in(client, agent=AGENT):
    """The organization stands there already, as in the certificate."""
    client.entry('Name of the agent').write(agent)
    client.type('\n%s\n%s\n' % (NUMBER, MOBILE))


def get_code(client):
    """Presses the button and reads the message on the agent's phone."""
    before = len(world.service.outbox())
    client.button('Get Code').press()
    client.wait_text('The code was sent to 138****0000')
    return world.service.outbox()[before]['code']


def finish(client, code, pin):
    client.focus_window()
    client.entry('Verification code')
    client.type('%s\n%s\n%s\n' % (code, pin, pin))
    client.wait_text('Token Unlocked', 60)


def focus_on(client, name, roles=ui.BUTTONS):
    """With the keyboard alone."""
    ui.wait(lambda: client.find(name, roles), 'no “%s”' % name)
    for _ in range(20):
        if client.find(name, roles).focused:
            return
        client.key('Tab')
    raise ui.UiError('“%s” cannot be reached with the keyboard' % name)


def open_orders():
    return [o for o in world.service.orders()
            if o['type'] == 'unlock' and o['state'] not in ('completed', 'withdrawn')]


def open_order():
    """The order to unlock that is not over."""
    found = open_orders()
    tap.equal(len(found), 1, 'open orders')
    return found[0]


def last_state():
    return [o for o in world.service.orders() if o['type'] == 'unlock'][-1]['state']


def check(pin):
    """The token opens with this PIN, has every try, and nothing is under way."""
    world.run('yinyaoctl', 'test-signature', '--token', world.serial,
              secrets_by_fd=[('--pin-fd', pin)])
    tap.equal(world.token.state()['pin_tries'], 10, 'tries')
    tap.equal(last_state(), 'completed')


def withdraw(client):
    client.button('Withdraw…').press()
    client.wait_text('Withdraw the Application?')
    client.wait_text('only with a new application')
    client.button('Withdraw').press()
    client.wait_text('The application was withdrawn')


def check_names(client):
    """Whoever does not see the page is told what each control is for."""
    seen = [node for node in client.nodes() if node.role in CONTROLS and node.box[2] > 1]
    for node in seen:
        tap.ok(node.name.strip() and '_' not in node.name,
               '%s at %s has the name “%s”' % (node.role, node.box, node.name))
    tap.equal(len({n.name for n in seen if 'oose' in n.name}),
              len([n for n in seen if 'oose' in n.name]), 'names of the buttons to choose files')


@tap.case
def ten_wrong_pins_lock_it_and_its_owner_unlocks_it():
    begin()
    pin, before = 'Blue-Harbour7', world.token.state()['files']
    with window() as client:
        client.button('Change PIN').press()
        client.wait_text('Type the present PIN')
        client.focus_window()
        client.type('%s\nNew-Harbour99\nNew-Harbour99\n' % (WRONG % 0))
        for number in range(1, 9):
            client.wait_text('The PIN is wrong', 60)
            tap.equal(world.token.state()['pin_tries'], 10 - number, 'tries')
            client.type('%s\n' % (WRONG % number))
        client.wait_text('This is the last try', 60)
        client.type(WRONG % 9)
        ui.wait(lambda: client.find('I am sure of the PIN: spend the last try', ui.CHECKS),
                'no check box').click()
        client.button('Change PIN').press()
        client.wait_text('The PIN Is Locked', 60)
        tap.equal(world.token.state()['pin_tries'], 0, 'tries')
        client.screenshot('unlock-1-locked')
        client.button('Forgot PIN').press()
        ui.wait(lambda: len(client.windows()) == 1, 'the dialog stays')
        client.focus_window()
        client.wait_text('Forgotten PIN')
        client.wait_text(world.serial)
        check_names(client)
        fill_in(client)
        code = get_code(client)
        client.screenshot('unlock-2-code')
        check_names(client)
        finish(client, code, pin)
        client.screenshot('unlock-3-done')
        for secret in (pin, code):
            tap.ok(secret not in client.log(), 'a secret is in the log')
        tap.ok(not client.memory_holds(pin), 'the PIN is still in the memory')
        client.button('Done').press()
        client.wait_text('10 tries left', 60)
    tap.equal(world.token.state()['files'], before, 'what lies on the token')
    check(pin)


@tap.case
def details_are_checked_while_they_are_typed():
    begin()
    with window() as client:
        open_page(client)
        client.wait_text('Name of the agent')
        client.key('Return')
        tap.ok(not client.has_text('This field is needed'), 'an empty field is blamed too early')
        client.type('11010519491231002Y\n')
        client.wait_text('not an identity card number')
        client.type('1280000\n')
        client.wait_text('not a mobile number')
        client.wait_text('This field is needed')
        client.screenshot('unlock-details-wrong')
        tap.equal(len(open_orders()), 0, 'orders')
        client.entry('Name of the agent').write(AGENT)
        client.wait_no_text('This field is needed')
        client.entry("Agent's document number").write(' １１０１０５ 19491231 002x')
        client.wait_no_text('not an identity card number')
        focus_on(client, "Agent's phone number", ui.ENTRIES)
        client.key('ctrl+a')
        client.type('138-0000-0000\n')
        client.wait_text('Get Code')
        withdraw(client)
        tap.equal(last_state(), 'withdrawn')
        client.wait_text('Show Certificates')
        open_page(client)
        client.wait_text('Name of the agent')


def choose(client, title, path):
    """Through the file chooser."""
    client.button('Choose… ' + title).press()
    client.wait_text('Pictures and PDF')
    client.focus_window()
    client.key('ctrl+a')
    client.type('%s\n' % path)
    client.wait_no_text('Pictures and PDF')
    client.focus_window()


def paste(client, path):
    """A file copied elsewhere, into the row that has the focus."""
    with subprocess.Popen([paths.program('tests/ui/file-clipboard'), str(path)],
                          env=desktop.env, stdout=subprocess.PIPE) as holder:
        try:
            tap.equal(holder.stdout.readline(), b'ready\n')
            client.focus_window()
            client.key('ctrl+v')
            client.wait_text(path.name)
        finally:
            holder.terminate()


def wait_uploads(client, number):
    ui.wait(lambda: sum(t.startswith('Uploaded: ') for t in client.texts()) == number,
            lambda: 'not %d uploads: %s' % (number, client.texts()))


@tap.case
def the_window_never_stands_still():
    """What stalls it does so each time; waiting for a display that has to wait itself does not."""
    seen = []
    for number in range(3):
        begin()
        with window() as client:
            before = len(client.stalls())
            open_page(client)
            fill_in(client)
            finish(client, get_code(client), 'Quiet-Meadow%d5' % number)
            seen = client.stalls()[before:]
            if not seen or client.is_sanitized():  # that is several times slower
                return
    tap.equal(seen, [], 'stalls of the main loop')


@tap.case
def a_wrong_code_costs_a_try_and_the_pin_is_kept():
    begin()
    pin = 'Red-Lantern41'
    with window() as client:
        open_page(client)
        fill_in(client)
        code = get_code(client)
        client.focus_window()
        client.type('%06d\n%s\n%s\n' % ((int(code) + 1) % 1000000, pin, pin))
        client.wait_text('4 tries are left', 60)
        client.wait_text('The new PIN that you chose is kept')
        client.wait_text('4 tries')
        client.screenshot('unlock-wrong-code')
        client.type(code + '\n')
        client.wait_text('Token Unlocked', 60)
    check(pin)


@tap.case
def the_service_is_away():
    """Nothing typed is lost, and it goes on when the service is back."""
    begin()
    pin = 'Green-Valley62'
    with window() as client:
        open_page(client)
        world.service.stop()
        fill_in(client)
        client.wait_text('cannot be reached')
        client.screenshot('unlock-offline')
        tap.equal(client.entry('Name of the agent').text, AGENT)
        world.service.start()
        client.button('Next').press()
        code = get_code(client)
        world.service.stop()
        client.focus_window()
        client.type('%s\n%s\n%s\n' % (code, pin, pin))
        client.wait_text('Nothing is lost', 60)
        client.wait_text('Hotline')
        world.service.start()
        client.button('Try Again').press()
        client.wait_text('Token Unlocked', 60)
    check(pin)


@tap.case
def an_order_from_before_is_asked_for_again_when_the_service_was_away():
    begin()
    with window() as client:
        open_page(client)
        fill_in(client)
        client.wait_text('Get Code')
    world.service.stop()
    with window() as client:
        open_page(client)
        client.wait_text('The State of the Application Is Not Known')
        world.service.start()
        client.button('Try Again').press()
        client.wait_text('Get Code')
        withdraw(client)


@tap.case
def only_the_right_token_is_unlocked():
    begin()
    pin = 'Amber-Forest25'
    with window() as client:
        open_page(client)
        fill_in(client)
        code = get_code(client)
        world.token.remove()
        client.wait_text('Plug in the token', 60)
        with world.second_token('YY20269999') as _:
            client.wait_text(world.serial)
            client.focus_window()
            client.type('%s\n%s\n%s' % (code, pin, pin))
            tap.ok(not client.button('Unlock').sensitive, 'another token can be unlocked')
            client.screenshot('unlock-other-token')
        world.token.insert()
        client.wait_no_text('Plug in the token', 60)
        world.token.delay(30)
        world.token.cut_after(3)
        client.button('Unlock').press()
        world.token.wait_cut()
        client.wait_text('Waiting for the token with the serial number ' + world.serial, 60)
        client.screenshot('unlock-pulled')
        world.token.delay(0)
        world.token.insert()
        client.wait_text('The token is plugged in again', 60)
        client.button('Go On').press()
        client.wait_text('Token Unlocked', 60)
    check(pin)


@tap.case('every page fits and speaks Chinese', args=[(340, 680), (1024, 600)])
def every_page_fits_and_speaks_chinese(width, height):
    begin()
    shoot = lambda name: client.screenshot('unlock-%s-%dx%d-zh' % (name, width, height))  # noqa: E731
    with window('zh_CN', size=(width, height)) as client:
        client.run('yinyao:unlock')
        client.wait_text('经办人姓名')
        client.focus_window()
        fits(client, width)
        shoot('details')
        client.entry('经办人姓名').write(OTHER)
        client.type('\n%s\n%s\n' % (NUMBER, MOBILE))
        client.wait_text('附件需小于1024KB')
        fits(client, width)
        shoot('documents')
        number = open_order()['number']
        world.run('yinyaoctl', 'unlock', '--token', world.serial,
                  *[word for name, path in (('certificate-form', 'form'), ('licence', 'licence'),
                                            ('agent-identity', 'card'))
                    for word in ('--upload', '%s=%s' % (name, files[path]))])
        client.key('F5')  # what the command line has handed in
        client.wait_text('业务审核中')
        fits(client, width)
        shoot('waiting')
        world.service.reject(number, '申请表未加盖公章，请盖章后重新上传。')
        client.button('立即查询').press()
        client.wait_text('审核未通过')
        fits(client, width)
        shoot('rejected')
        client.button('修改附件').press()
        client.wait_text('审核意见：申请表未加盖公章，请盖章后重新上传。')
        ui.wait(lambda: sum('已上传' in t for t in client.texts()) == 3, 'no uploads are shown')
        fits(client, width)
        shoot('uploaded')
        client.button('下一步').press()
        client.wait_text('业务审核中')
        world.service.approve(number)
        client.button('立即查询').press()
        client.button('获取验证码')
        fits(client, width)
        shoot('code')
        client.button('撤销…').press()
        client.wait_text('确定撤销申请')
        shoot('withdraw')
        client.button('撤销申请').press()
        client.wait_text('申请已撤销')


def fits(client, width):
    for node in client.nodes():
        x, _, wide, _ = node.box
        if not node.text:
            continue  # the step bar keeps the size of what there is no room for
        tap.ok(x + wide <= width + 1, '%s “%s” reaches to %d' % (node.role, node.text, x + wide))


@tap.case
def another_agent_hands_in_documents():
    begin()
    pin = 'Grey-Heron88'
    with Notices(desktop) as notices:
        with window() as client:
            open_page(client)
            fill_in(client, OTHER)
            client.wait_text('Show Form…')
            client.wait_text('Not uploaded yet')
            check_names(client)
            look_at_the_form(client)
            hand_in_wrong_files(client)
            choose(client, TITLES[0], files['form'])
            wait_uploads(client, 1)
        with window() as client:
            client.wait_text('begun and not handed in yet')
            open_page(client)
            wait_uploads(client, 1)
            look_at_a_picture(client)
            hand_in_the_rest(client)
        reject(notices)
        with window() as client:
            client.wait_text('was not accepted. Press')
            correct(client)
        approve(notices, pin)
    check(pin)


def look_at_the_form(client):
    client.button('Show Form…').press()
    client.wait_text('Application Form')
    client.button('Print…')
    client.button('Save…')
    client.screenshot('unlock-form')
    client.focus_window()
    client.key('Escape')
    client.wait_no_text('Application Form')
    client.focus_window()


def hand_in_wrong_files(client):
    for name, words in (('empty', 'empty'), ('text', 'no picture or PDF'), ('large', 'KB')):
        choose(client, TITLES[0], files[name])
        client.wait_text(files[name].name + ': ')
        tap.ok(any(words in t for t in client.texts() if files[name].name in t),
               '%s: %s' % (name, client.texts()))
    client.screenshot('unlock-wrong-file')
    tap.equal(sum(t.startswith('Uploaded') for t in client.texts()), 0, 'uploads')


def look_at_a_picture(client):
    """One that was uploaded in this run of the program is shown beside its name, and larger."""
    choose(client, TITLES[1], files['licence'])
    wait_uploads(client, 2)
    button = client.button('Show it larger: ' + TITLES[1])
    button.press()
    ui.wait(lambda: len(client.windows()) == 2, 'no second window')
    client.wait_text(TITLES[1])
    client.screenshot('unlock-picture')
    client.focus_window()
    client.key('Escape')
    ui.wait(lambda: len(client.windows()) == 1, 'the picture stays')
    client.focus_window()


def hand_in_a_photo(client):
    """One as telephones take them: it is made smaller, and that is told."""
    tap.ok(files['photo'].stat().st_size > 4 << 20, 'the photo is too small')
    choose(client, TITLES[2], files['photo'])
    wait_uploads(client, 3)
    ui.wait(lambda: any('Uploaded: photo.jpg' in t and 'The picture was made smaller: ' in t
                        for t in client.texts()), lambda: 'not told: %s' % client.texts())
    client.button('Show it larger: ' + TITLES[2])
    client.screenshot('unlock-made-smaller')


def hand_in_the_rest(client):
    tap.ok(not client.button('Hand In').sensitive, 'it can be handed in without a document')
    hand_in_a_photo(client)
    tap.ok(client.button('Hand In').sensitive, 'it cannot be handed in')
    focus_on(client, 'Replace… ' + TITLES[2])
    paste(client, files['card'])
    ui.wait(lambda: any('Uploaded: card.pdf' in t for t in client.texts()), 'not replaced')
    wait_uploads(client, 3)
    tap.ok(not any('was made smaller' in t for t in client.texts()), 'told of what was replaced')
    client.screenshot('unlock-documents')
    client.button('Hand In').press()
    client.wait_text('Under Review')
    client.wait_text(open_order()['number'])
    check_names(client)
    client.screenshot('unlock-waiting')
    tap.equal(open_order()['state'], 'first-review')


def reject(notices):
    """While nobody looks at the window."""
    with window(focus=False) as client:
        client.run('yinyao:unlock')
        client.wait_text('Under Review')
        client.leave_window()
        world.service.reject(open_order()['number'], '营业执照不清晰')
        client.button('Check Now').press()
        client.wait_text('Application Not Accepted')
        client.wait_text('营业执照不清晰')
        notices.wait('营业执照不清晰')
        check_names(client)
        client.screenshot('unlock-rejected')


def correct(client):
    open_page(client)
    client.wait_text('营业执照不清晰')
    client.button('Correct Details').press()
    client.wait_text('Name of the agent')
    tap.equal(client.entry('Name of the agent').text, OTHER)
    client.button('Back').press()
    client.button('Correct Documents').press()
    wait_uploads(client, 3)
    client.button('Replace… ' + TITLES[1]).press()
    client.wait_text('Pictures and PDF')
    client.focus_window()
    client.key('ctrl+a')
    client.type('%s\n' % files['card'])
    client.wait_no_text('Pictures and PDF')
    ui.wait(lambda: sum('Uploaded: card.pdf' in t for t in client.texts()) == 1 and
            not client.has_text('licence.jpg'), 'it was not replaced')
    client.button('Hand In').press()
    client.wait_text('Under Review')


def approve(notices, pin):
    """Nobody looks at the window, which does not even show the page."""
    with window(focus=False) as client:
        client.run('yinyao:unlock')
        client.wait_text('Under Review')
        client.button('Back').press()
        client.wait_text('Show Certificates')
        client.leave_window()
        world.service.approve(open_order()['number'])
        notice = notices.wait('can be unlocked', 90)
        notices.activate(notice)
        client.wait_text('Get Code')
        notices.wait_gone('can be unlocked')
        finish(client, get_code(client), pin)
        client.screenshot('unlock-approved')


if __name__ == '__main__':
    tap.main(setup=start, teardown=end)
