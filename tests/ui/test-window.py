#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window in every state its tokens and drivers can be in, with pretended drivers."""
import functools
import os
import subprocess

from harness import fake_window, tap, ui
from harness.fake_tokens import FakeDriver, settings_for, token
from harness.fake_window import COMPANY, ENGLISH, no_text, valid

LONG = '广东省深圳市前海深港现代服务业合作区国际供应链管理与电子商务综合服务股份有限公司第一分公司'
HOTLINE = '400-000-0000'
CONTROLS = (*ui.BUTTONS, *ui.ENTRIES, *ui.CHECKS, 'tab', 'combo box', 'switch')

desktop = ui.Desktop()
window = functools.partial(fake_window.window, desktop)


@tap.case
def without_a_token_it_says_what_to_do():
    with window() as (client, _):
        client.wait_text('Plug In Your Token')
        client.wait_text(HOTLINE)
        client.wait_text('Version: ')
        no_text(client, 'Looking for tokens')
        client.screenshot('empty-en')


@tap.case
def with_no_language_set_the_profile_decides():
    with window(token('F1', certificates=[valid()]), token('F2'), env={}) as (client, _):
        for text in ('主页', '我的证书', '证书续期', '我的印章', '驱动安装', '激活证书', '修改密码',
                     '主程序版本号', '印钥演示认证中心', COMPANY):
            client.wait_text(text)
        client.screenshot('home-zh')


@tap.case
def the_settings_language_comes_first():
    with window(env={'LANGUAGE': 'zh_CN', 'LANG': 'zh_CN.UTF-8'}) as (client, _):
        client.wait_text('请插上Key')
    driver = FakeDriver(desktop.folder, 'driver', tokens=[])
    settings = settings_for(driver, more='[interface]\nlanguage=en\n')
    with ui.Client(desktop, settings=settings, env={'LANGUAGE': 'zh_CN'}) as client:
        client.wait_text('Plug In Your Token')


@tap.case
def tokens_come_and_go_by_themselves():
    with window() as (client, driver):
        client.wait_text('Plug In Your Token')
        driver.update(tokens=[token('F1', label='First')])
        client.wait_text('First')
        client.wait_no_text('Plug In Your Token')
        client.button('Activate Certificate')
        driver.update(tokens=[token('F1', label='First'), token('F2', certificates=[valid()])])
        client.wait_text(COMPANY)
        driver.update(tokens=[token('F2', certificates=[valid()])])
        client.wait_no_text('First')
        driver.update(tokens=[])
        client.wait_text('Plug In Your Token')
        client.wait_no_text(COMPANY)


@tap.case
def an_activated_token_tells_how_it_stands():
    with window(token('F1', label='My token', certificates=[valid()])) as (client, _):
        for text in (COMPANY, 'My token', 'F1', '10 tries left', 'Valid', '300 days left'):
            client.wait_text(text)
        tap.ok(client.find('Activate Certificate', ui.BUTTONS) is None)
        client.screenshot('activated-en')


@tap.case
def certificates_that_end_are_pointed_out():
    with window(token('F1', certificates=[valid('甲公司', 20)]),
                token('F2', certificates=[valid('乙公司', -3)])) as (client, _):
        client.wait_text('Expires soon')
        client.wait_text('Expired on')
        client.wait_text('can no longer be used')
        client.screenshot('expiring-en')


@tap.case
def a_locked_token_says_what_to_do():
    with window(token('F1', certificates=[valid()], tries_left=0)) as (client, _):
        client.wait_text('Locked')
        client.wait_text('call the hotline ' + HOTLINE)
        tap.ok(client.find('Change PIN', ui.BUTTONS) is None)
        client.screenshot('locked-en')


@tap.case('a driver has problems', args=[('mute',), ('crash',), ('unloadable',), ('babble',)])
def a_driver_has_problems(start):
    with window(start=start, timeout=1) as (client, driver):
        what = 'Driver not responding' if start == 'mute' else 'Driver failed'
        client.wait_text('Drivers With Problems')
        client.wait_text(what)
        client.screenshot('driver-%s-en' % start)
        client.button('Retry').press()
        driver.update(start='ok', tokens=[token('F1', label='Back again')])
        retry = client.find('Retry', ui.BUTTONS)
        if retry:  # else it was started again by itself in the meantime
            retry.press()
        client.wait_text('Back again')
        client.wait_no_text('Drivers With Problems')


@tap.case
def one_bad_driver_leaves_the_others_alone():
    good = FakeDriver(desktop.folder, 'good', tokens=[token('F1', label='Good one')])
    bad = FakeDriver(desktop.folder, 'bad', start='hang')
    with ui.Client(desktop, settings=settings_for(bad, good, timeout=1), env=ENGLISH) as client:
        client.wait_text('Good one')
        client.wait_text('Driver not responding')


@tap.case('nothing is wider than the window', args=[(360, 640), (1024, 600)])
def nothing_is_wider_than_the_window(width, height):
    tokens = [token('YY20260001-0001', label='印钥数字证书安全存储介质正式版', tries_left=0,
                    certificates=[valid(LONG)]), token('F2')]
    with window(*tokens, env={}, size=(width, height)) as (client, _):
        client.wait_text('第一分公司')
        for page in ('home', 'certificates'):
            client.key('alt+1' if page == 'home' else 'alt+2')
            ui.wait(lambda: client.find('我的证书'), 'no page')
            for node in client.nodes():
                x, _, wide, _ = node.box
                tap.ok(x + wide <= width + 1, '%s “%s” reaches to %d' % (node.role, node.text, x + wide))
            client.screenshot('%s-%dx%d-zh' % (page, width, height))


@tap.case
def it_is_dark_where_the_desktop_is():
    tokens = [token('F1', certificates=[valid()]), token('F2', certificates=[valid()], tries_left=0)]
    with window(*tokens, env={'ADW_DEBUG_COLOR_SCHEME': 'prefer-dark'}) as (client, _):
        client.wait_text(COMPANY)
        picture = client.screenshot('home-dark-zh')
        pixel = subprocess.run(['convert', str(picture), '-format', '%[fx:p{20,300}.intensity]',
                                'info:'], check=True, capture_output=True, text=True).stdout
        tap.ok(float(pixel) < 0.3, 'the page is not dark: ' + pixel)


@tap.case
def certificates_are_shown_in_detail_and_leave_with_their_token():
    with window(token('F1', certificates=[valid()])) as (client, driver):
        client.wait_text(COMPANY)
        client.key('alt+2')
        for text in ('CN=' + COMPANY, 'EC P-256', 'SHA-256 fingerprint', 'Serial number'):
            client.wait_text(text)
        client.screenshot('certificates-en')
        driver.update(tokens=[])
        client.wait_text('No Certificates')
        client.wait_no_text('CN=' + COMPANY)


@tap.case('a certificate is exported', args=[('pem',), ('der',)])
def a_certificate_is_exported(kind):
    target = desktop.folder / ('exported.' + kind)
    target.unlink(missing_ok=True)
    # GTK's file chooser and libcloudproviders leak; LeakSanitizer does not see that it is them.
    env = {**ENGLISH, 'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':detect_leaks=0'}
    with window(token('F1', certificates=[valid()]), env=env) as (client, _):
        client.wait_text(COMPANY)
        client.key('alt+2')
        client.button('Export…').press()
        client.wait_text('Export Certificate')
        client.focus_window()
        client.key('ctrl+a')
        client.type(str(target) + '\n')
        ui.wait(target.exists, 'nothing was written')
        client.wait_text('Certificate exported')
    shown = subprocess.run(['openssl', 'x509', '-in', str(target), '-inform', kind, '-noout',
                            '-subject', '-nameopt', 'utf8'], check=True, capture_output=True)
    tap.contains(shown.stdout.decode(), COMPANY)


@tap.case('a link opens its page', args=[
    ('yinyao:certificates', 'No Certificates'), ('yinyao://seals/', 'Seals are not shown here yet'),
    ('yinyao:drivers', 'Drivers cannot be installed here yet'),
    ('yinyao:renewal', 'Renewing is not possible here yet'),
    ('yinyao:../etc', 'This link leads to no page'),
    ('yinyao:activate', 'Plug in the token that you want to activate')])
def a_link_opens_its_page(link, text):
    with window() as (client, _):
        client.wait_text('Plug In Your Token')
        client.run(link)
        client.wait_text(text)
    with window(arguments=[link]) as (client, _):
        client.wait_text(text)


@tap.case
def a_link_opens_the_activation():
    with window(token('F1')) as (client, _):
        client.wait_text('Not activated')
        client.run('yinyao:activate')
        client.wait_text('Activation code')
    with window(token('F1'), arguments=['yinyao:activate']) as (client, _):
        client.wait_text('Activation code')


@tap.case
def every_control_has_a_name():
    with window(token('F1', certificates=[valid()]), token('F2')) as (client, _):
        client.wait_text(COMPANY)
        seen = 0
        for keys in ('alt+1', 'alt+2'):
            client.key(keys)
            ui.wait(lambda: client.find('Home'), 'no window')
            for node in client.nodes():
                if node.role in CONTROLS and node.box[2] > 1:
                    seen += 1
                    tap.ok(node.name.strip() and '_' not in node.name,
                           '%s at %s has the name “%s”' % (node.role, node.box, node.name))
        tap.ok(seen > 10, 'only %d controls were seen' % seen)


@tap.case
def settings_that_cannot_be_read_are_told():
    with ui.Client(desktop, settings='[service]\nurl=http://plain.example\n', env=ENGLISH,
                   draws=False) as client:
        client.wait_text('The settings cannot be read')
        client.wait_text('https://')


@tap.case
def the_window_of_shortcuts_and_the_about_window_open():
    with window() as (client, _):
        client.wait_text('Plug In Your Token')
        client.key('ctrl+question')
        client.wait_text('Look at all tokens again')
        client.screenshot('shortcuts-en')
    with window() as (client, _):
        client.wait_text('Plug In Your Token')
        client.key('F10')
        client.wait_text('About Yinyao')
        client.key('Up', 'Return')
        client.wait_text('The Yinyao project')
        client.screenshot('about-en')


if __name__ == '__main__':
    tap.main(setup=desktop.__enter__, teardown=desktop.close)
