# SPDX-License-Identifier: GPL-3.0-or-later
"""A pretended desktop that shows notifications (org.freedesktop.Notifications).

    with Notices(desktop) as notices:
        notice = notices.wait('can be unlocked')
        notices.activate(notice)

It answers while the default main context runs: whoever waits for a window runs it.
"""
from gi.repository import Gio, GLib

from . import ui

XML = '''
<node><interface name="org.freedesktop.Notifications">
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
<arg type="s" direction="out"/><arg type="s" direction="out"/></method>
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
<arg type="u" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
<signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
</interface></node>'''
NAME, PATH = 'org.freedesktop.Notifications', '/org/freedesktop/Notifications'


class Notices:
    """shown: what there is now, {number: (title, text, actions)}; titles: all that ever came."""

    def __init__(self, desktop):
        self.shown, self.titles = {}, []
        self._bus = Gio.DBusConnection.new_for_address_sync(
            desktop.env['DBUS_SESSION_BUS_ADDRESS'], Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
            Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        interface = Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0]
        self._bus.register_object(PATH, interface, self._on_call, None, None)
        self._bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                            'RequestName', GLib.Variant('(su)', (NAME, 4)), None, 0, -1, None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._bus.close_sync(None)

    def _on_call(self, connection, sender, path, interface, method, arguments, invocation):
        values = arguments.unpack()
        if method == 'Notify':
            number = values[1] or len(self.titles) + 1
            self.titles.append(values[3])
            self.shown[number] = (values[3], values[4], values[5])
            invocation.return_value(GLib.Variant('(u)', (number,)))
        elif method == 'CloseNotification':
            self.shown.pop(values[0], None)
            invocation.return_value(None)
        elif method == 'GetCapabilities':
            invocation.return_value(GLib.Variant('(as)', (['body', 'actions'],)))
        else:
            invocation.return_value(GLib.Variant('(ssss)', ('test', 'test', '1', '1.2')))

    def _find(self, part):
        while GLib.MainContext.default().iteration(False):
            pass
        return next((n for n, (title, text, _) in self.shown.items() if part in title + text), None)

    def wait(self, part, timeout=ui.TIMEOUT):
        """Returns its number."""
        return ui.wait(lambda: self._find(part), lambda: 'no notice “%s”: %s' % (part, self.titles),
                       timeout)

    def wait_gone(self, part):
        ui.wait(lambda: self._find(part) is None, 'the notice “%s” stays' % part)

    def activate(self, number):
        """What a click on it does."""
        actions = self.shown[number][2]
        self._bus.emit_signal(None, PATH, NAME, 'ActionInvoked',
                              GLib.Variant('(us)', (number, actions[0] if actions else 'default')))
