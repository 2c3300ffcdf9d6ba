# SPDX-License-Identifier: GPL-3.0-or-later
"""The window with a pretended driver: what the tests of its parts begin with.

    with window(desktop, token('F1', certificates=[valid()])) as (client, driver):
        client.button('Change PIN').press()
"""
import contextlib

from . import tap, ui
from .fake_tokens import FakeDriver, certificate, settings_for

COMPANY = '深圳市印钥科技有限公司'
ENGLISH = {'LANGUAGE': 'en'}
CHINESE = {'LANGUAGE': 'zh_CN'}

_made = {}


def valid(name=COMPANY, days=300):
    """A certificate; each is made once."""
    if (name, days) not in _made:
        _made[name, days] = certificate(name, days)
    return _made[name, days]


@contextlib.contextmanager
def window(desktop, *tokens, env=None, timeout=30, size=None, arguments=(), **scenario):
    """The client with one driver that shows `tokens`: yields both. Its complaints are a failure."""
    driver = FakeDriver(desktop.folder, 'driver', tokens=list(tokens), **scenario)
    driver.log_path.unlink(missing_ok=True)
    with ui.Client(desktop, settings=settings_for(driver, timeout=timeout),
                   env=ENGLISH if env is None else env, size=size, arguments=arguments) as client:
        yield client, driver
    complaints = [line for line in client.log().splitlines()
                  if 'WARNING' in line or 'CRITICAL' in line]
    tap.equal([c for c in complaints if 'main loop stalled' not in c], [], 'complaints')


def no_text(client, part):
    tap.ok(not client.has_text(part), '“%s” is among %s' % (part, client.texts()))


def open_change_pin(client, button='Change PIN', explanation='Type the present PIN'):
    client.button(button).press()
    client.wait_text(explanation)
    client.focus_window()
