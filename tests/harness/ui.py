# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's window on a private display, for tests that use it as a person would.

    from harness import ui

    with ui.Desktop() as desktop, ui.Client(desktop, settings=TEXT) as client:
        client.button('Activate Certificate').press()
        client.type('new PIN')              # keys, as from a keyboard
        client.wait_text('Certificate Activated')
        client.screenshot('activated')

Everything is private to the Desktop: the X display (Xvfb), the session bus, the accessibility bus and
the home folder. Screenshots go to $YINYAO_ARTIFACTS, else to `artifacts` in the build tree.
"""
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

from . import paths

TIMEOUT = 20  # seconds for everything; a test of slowed-down programs may set it
ROOT = '/org/a11y/atspi/accessible/root'
STATE_FOCUSED = 12
STATE_SENSITIVE = 24
BATCH = 25  # calls at a time: more would stall the main loop that answers them
BUTTONS = ('button', 'toggle button')
ENTRIES = ('text box', 'entry', 'password text')
CHECKS = ('checkbox', 'check box')
SHADOW = 5  # around a window that nobody manages
BUS_LAUNCHER = '/usr/libexec/at-spi-bus-launcher'


class UiError(Exception):
    """Something that should have been on the screen was not."""


def wait(condition, what, timeout=None):
    """Polls until `condition()` is true and returns what it returned."""
    timeout = timeout or TIMEOUT
    deadline = time.monotonic() + timeout
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise UiError('after %d s: %s' % (timeout, what() if callable(what) else what))
        time.sleep(TIMEOUT / 600)


class Display:
    """A display of `size`, a session bus and a home folder. Members: `env`, `folder`."""

    def __init__(self, size=(1280, 800)):
        self.size = size
        self.folder = Path(paths.temporary_folder('ui'))
        self._processes = []

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *unused):
        self.close()

    def _spawn(self, command, **options):
        with open(self.folder / (Path(command[0]).name + '.log'), 'wb') as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log,
                                       env=self.env, start_new_session=True, **options)
        self._processes.append(process)
        return process

    def start(self):
        home = {'HOME': '', 'XDG_RUNTIME_DIR': 'run', 'XDG_CONFIG_HOME': 'config',
                'XDG_CACHE_HOME': 'cache', 'XDG_DATA_HOME': 'data', 'XDG_STATE_HOME': 'state'}
        unwanted = ('LANG', 'LANGUAGE', 'DBUS_', 'WAYLAND_', 'AT_SPI_', 'GTK_', 'GDK_', 'XAUTH')
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(unwanted) and not name.startswith('LC_')}
        for name, folder in home.items():
            (self.folder / folder).mkdir(mode=0o700, exist_ok=True)
            self.env[name] = str(self.folder / folder)
        self._start_display()
        self._start_bus()

    def _start_display(self):
        reader, writer = os.pipe()
        self._spawn([paths.tool('Xvfb'), '-displayfd', str(writer), '-screen', '0',
                     '%dx%dx24' % self.size, '-nolisten', 'tcp', '-noreset'], pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise UiError('Xvfb did not start')
        self.env.update({'DISPLAY': ':' + number, 'GDK_BACKEND': 'x11', 'GSK_RENDERER': 'cairo',
                         'GTK_A11Y': 'none', 'GSETTINGS_BACKEND': 'memory', 'LC_ALL': 'C',
                         'GTK_IM_MODULE': 'gtk-im-context-simple', 'NO_COLOR': '1'})
        # A pointer over the window would bring up tooltips.
        subprocess.run([paths.tool('xdotool'), 'mousemove', *map(str, self.size)], env=self.env,
                       check=True, timeout=TIMEOUT)

    def _start_bus(self):
        bus = self._spawn([paths.tool('dbus-daemon'), '--session', '--nofork', '--nopidfile',
                           '--print-address'], stdout=subprocess.PIPE)
        with bus.stdout as pipe:
            self.env['DBUS_SESSION_BUS_ADDRESS'] = pipe.readline().decode().strip()

    def close(self):
        for process in reversed(self._processes):
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes = []
        shutil.rmtree(self.folder, ignore_errors=True)


class Desktop(Display):
    """A display whose windows can be looked into and used, through an accessibility bus."""

    bus = None

    def start(self):
        super().start()
        self.env['GTK_A11Y'] = 'atspi'
        # Mesa's drivers leak, and are unloaded before LeakSanitizer could tell that it was them.
        self.env['GDK_DEBUG'] = 'gl-disable'
        self._spawn([BUS_LAUNCHER, '--launch-immediately'], stdout=subprocess.DEVNULL)
        session = Gio.DBusConnection.new_for_address_sync(
            self.env['DBUS_SESSION_BUS_ADDRESS'], Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
            Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        address = session.call_sync('org.a11y.Bus', '/org/a11y/bus', 'org.a11y.Bus', 'GetAddress',
                                    None, None, 0, -1, None).unpack()[0]
        session.close_sync(None)
        self.bus = AccessibilityBus(address)

    def close(self):
        if self.bus:
            self.bus.close()
            self.bus = None
        super().close()

    def artifact(self, name):
        """Path of a file to be kept after the tests."""
        folder = Path(os.environ.get('YINYAO_ARTIFACTS') or paths.build_root() / 'artifacts')
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name


class AccessibilityBus:
    """Asks applications over the AT-SPI bus. Calls of a batch are under way at the same time: a
    whole window is read in a few round trips."""

    def __init__(self, address):
        self.connection = Gio.DBusConnection.new_for_address_sync(
            address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
            Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)

    def close(self):
        self.connection.close_sync(None)

    def call(self, name, path, interface, method, arguments=None):
        return self.connection.call_sync(name, path, 'org.a11y.atspi.' + interface, method, arguments,
                                         None, 0, TIMEOUT * 1000, None).unpack()

    def batch(self, calls):
        """[(name, path, interface, method, arguments)] → their answers, None for errors."""
        answers = []
        for first in range(0, len(calls), BATCH):
            answers += self._batch(calls[first:first + BATCH])
        return answers

    def _batch(self, calls):
        answers = [None] * len(calls)
        waiting = set(range(len(calls)))

        def finished(connection, result, number):
            waiting.discard(number)
            try:
                answers[number] = connection.call_finish(result).unpack()
            except GLib.Error:
                pass  # it has gone, or has no such interface

        for number, (name, path, interface, method, arguments) in enumerate(calls):
            if not interface.startswith('org.'):
                interface = 'org.a11y.atspi.' + interface
            self.connection.call(name, path, interface, method, arguments, None, 0, 5000, None,
                                 finished, number)
        while waiting:
            GLib.MainContext.default().iteration(True)
        return answers

    def applications(self):
        """[(name on the bus, path)]"""
        return self.call('org.a11y.atspi.Registry', ROOT, 'Accessible', 'GetChildren')[0]


class Node:
    """Something on the screen as it was when it was looked at: `name`, `role`, `text` (of labels and
    the like, else the name), `box` (x, y, width, height in its window), `children`."""

    def __init__(self, client, name, path):
        self.client = client
        self.address = (name, path)
        self.name = self.role = self.text = ''
        self.box = (0, 0, 0, 0)
        self.children = []

    @property
    def visible(self):
        # STATE_SHOWING is never set by GTK; what is hidden has no size.
        return self.box[2] > 0 and self.box[3] > 0

    def _state(self):
        low, high = self.client.desktop.bus.call(*self.address, 'Accessible', 'GetState')[0]
        return low | high << 32

    @property
    def sensitive(self):
        return bool(self._state() & 1 << STATE_SENSITIVE)

    @property
    def focused(self):
        return bool(self._state() & 1 << STATE_FOCUSED)

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    def press(self):
        """Does what a click does."""
        wait(lambda: self.sensitive, '“%s” stays insensitive' % self.name)
        self.client.desktop.bus.call(*self.address, 'Action', 'DoAction', GLib.Variant('(i)', (0,)))

    def write(self, text):
        """What an input method does: xdotool loses characters that are on no keyboard."""
        self.client.desktop.bus.call(*self.address, 'EditableText', 'SetTextContents',
                                     GLib.Variant('(s)', (text,)))

    def click(self):
        """Clicks with the pointer, in the newest window."""
        x, y, width, height = self.box
        window = self.client.windows()[-1]
        self.client.xdotool('mousemove', '--window', window, x + SHADOW + min(width, 30) // 2,
                            y + SHADOW + height // 2, 'click', 1)
        self.client.xdotool('mousemove', *self.client.desktop.size)


def look(client, name, path):
    """The visible tree of nodes below one, level by level."""
    root = Node(client, name, path)
    level = [root]
    while level:
        calls = []
        for node in level:
            calls += [(*node.address, 'Component', 'GetExtents', GLib.Variant('(u)', (1,))),
                      (*node.address, 'org.freedesktop.DBus.Properties', 'Get',
                       GLib.Variant('(ss)', ('org.a11y.atspi.Accessible', 'Name'))),
                      (*node.address, 'Accessible', 'GetRoleName', None),
                      (*node.address, 'Text', 'GetText', GLib.Variant('(ii)', (0, 4000))),
                      (*node.address, 'Accessible', 'GetChildren', None)]
        answers = client.desktop.bus.batch(calls)
        following = []
        for number, node in enumerate(level):
            box, named, role, text, children = answers[5 * number:5 * number + 5]
            node.box = box[0] if box else (0, 0, 0, 0)
            node.name = named[0] if named else ''
            node.role = role[0] if role else ''
            node.text = text[0] if text and text[0] else node.name
            if node is root or node.visible:
                node.children = [Node(client, *c) for c in (children[0] if children else [])]
                following += node.children
        level = following
    return root


class Client:
    """The client, started. settings: text of its settings file. size: of its window. draws: it shows
    its real window. wrapper: words before its command."""

    PROGRAM = 'src/app/yinyao'

    def __init__(self, desktop, settings='', arguments=(), env=None, size=None, draws=True,
                 wrapper=()):
        self.desktop = desktop
        self.arguments = arguments
        self.size = size
        self.draws = draws
        self.wrapper = wrapper
        self.env = {**desktop.env, 'G_MESSAGES_DEBUG': 'yinyao', **(env or {})}
        if settings:
            path = desktop.folder / 'yinyao.conf'
            path.write_text(settings)
            self.env['YINYAO_CONFIG'] = str(path)
        self._log = desktop.folder / 'yinyao.log'
        self.process = None
        self.pid = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *unused):
        status = self.stop()
        if kind is None and status != 0:
            raise UiError('the client ended with %s: %s' % (status, self.log()))

    def start(self):
        with open(self._log, 'wb') as log:
            self.process = subprocess.Popen(
                [*self.wrapper, paths.program(self.PROGRAM), *self.arguments], env=self.env,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True)
        self.pid = self.process.pid
        try:
            wait(lambda: self._application() is not None or self.process.poll() is not None,
                 lambda: 'the client does not appear: ' + self.log())
            if self.process.poll() is not None:
                raise UiError('the client ended: ' + self.log())
            wait(lambda: not self.draws or 'first frame' in self.log(), lambda: 'nothing was drawn: ' + self.log())
            if self.size:
                self.resize(*self.size)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        """Ends it. Returns its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        status, self.process = self.process.returncode, None
        wait(lambda: self._application() is None, 'the client stays on the accessibility bus')
        return status

    def log(self):
        return self._log.read_text(errors='replace') if self._log.exists() else ''

    def stalls(self):
        return [line for line in self.log().splitlines() if 'main loop stalled' in line]

    def run(self, *arguments):
        """Starts a second one, which hands its arguments to the first and ends."""
        return subprocess.run([paths.program('src/app/yinyao'), *arguments], env=self.env,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIMEOUT, check=True)

    # What is on the screen

    def _application(self):
        for name, path in self.desktop.bus.applications():
            try:
                found = self.desktop.bus.connection.call_sync(
                    'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus',
                    'GetConnectionUnixProcessID', GLib.Variant('(s)', (name,)), None, 0, -1, None)
            except GLib.Error:
                continue  # it is just ending
            if found.unpack()[0] == self.pid:
                return name, path
        return None

    def nodes(self):
        """Everything visible, the newest window last."""
        if self.process.poll() is not None:
            raise UiError('the client ended with %d: %s' % (self.process.returncode, self.log()))
        application = self._application()
        if not application:
            return []
        return [node for node in look(self, *application).walk() if node.visible]

    def find(self, name, roles=()):
        """The last visible node with this accessible name or text, or None."""
        found = None
        for node in self.nodes():
            if (not roles or node.role in roles) and name in (node.name, node.text):
                found = node
        return found

    def texts(self):
        """All texts on the screen."""
        return [t for t in dict.fromkeys(n.text for n in self.nodes()) if t]

    def has_text(self, part):
        return any(part in text for text in self.texts())

    def wait_text(self, part, timeout=None):
        wait(lambda: self.has_text(part),
             lambda: '“%s” is not among %s' % (part, self.texts()), timeout)

    def wait_no_text(self, part, timeout=None):
        wait(lambda: not self.has_text(part), '“%s” stays' % part, timeout)

    def button(self, name):
        return wait(lambda: self.find(name, BUTTONS),
                    lambda: 'no button “%s” among %s' % (name, self.texts()))

    def entry(self, name):
        return wait(lambda: self.find(name, ENTRIES),
                    lambda: 'no entry “%s”: %s' % (name, [(n.role, n.name) for n in self.nodes()]))

    # Keyboard and pointer

    def xdotool(self, *arguments, text=None):
        subprocess.run([paths.tool('xdotool'), *map(str, arguments)], env=self.env, check=True,
                       input=text, text=True, timeout=TIMEOUT, stdout=subprocess.DEVNULL)

    def type(self, text):
        """Types on the keyboard, into what has the focus. "\\n" is the Enter key."""
        for number, part in enumerate(text.split('\n')):
            if number:
                self.key('Return')
            if part:
                self.xdotool('type', '--delay', '5', '--file', '-', text=part)

    def key(self, *names):
        self.xdotool('key', '--delay', '20', *names)

    def windows(self):
        found = subprocess.run([paths.tool('xdotool'), 'search', '--onlyvisible', '--pid',
                                str(self.process.pid)], env=self.env, capture_output=True,
                               text=True, timeout=TIMEOUT, check=False)
        return found.stdout.split()

    def focus_window(self):
        """There is no window manager: the keyboard goes to the newest window."""
        self.xdotool('windowfocus', '--sync', wait(self.windows, 'no window')[-1])

    def leave_window(self):
        """The keyboard goes nowhere: nobody looks at the window."""
        shown = subprocess.run([paths.tool('xwininfo'), '-root', '-int'], env=self.env, check=True,
                               capture_output=True, text=True, timeout=TIMEOUT).stdout
        root = shown.split('Window id:')[1].split()[0]
        self.xdotool('windowfocus', '--sync', root)

    def resize(self, width, height):
        window = wait(self.windows, 'no window')[0]
        self.xdotool('windowsize', '--sync', window, width, height)

    def screenshot(self, name):
        """A picture of the display, kept as NAME.png."""
        path = self.desktop.artifact(name + '.png')
        subprocess.run([paths.tool('import'), '-window', 'root', str(path)], env=self.env,
                       check=True, timeout=TIMEOUT)
        return path

    def memory_holds(self, secret):
        """Whether the bytes of `secret` are anywhere in the process's memory (needs to be root or
        to have CAP_SYS_PTRACE: the process forbids it to its own user)."""
        with open('/proc/%d/maps' % self.pid, encoding='ascii') as maps, \
                open('/proc/%d/mem' % self.pid, 'rb', 0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                start, end = (int(part, 16) for part in span.split('-'))
                # A sanitizer's shadow is as large as the address space, and holds no data.
                if rights.startswith('rw') and end - start < 1 << 30 and \
                        _holds(memory, start, end, secret.encode()):
                    return True
        return False

    def is_sanitized(self):
        return 'libasan' in Path('/proc/%d/maps' % self.pid).read_text()


def _holds(memory, start, end, needle, step=1 << 24):
    for position in range(start, end, step):
        try:
            memory.seek(position)
            if needle in memory.read(min(step + len(needle), end - position)):
                return True
        except OSError:
            return False  # unmapped in the meantime, or never readable
    return False
