# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's window on a private display, for tests that use it as a person would.

    from harness import ui

    with ui.Desktop() as desktop, ui.Client(desktop, settings=TEXT) as client:
        client.button('Activate Certificate').press()
        client.type('new PIN')              # keys, as from a keyboard
        client.wait_text('Certificate Activated')
        client.screenshot('activated')

Everything is private to the Desktop: the X display (Xvfb), the session bus, the accessibility bus and
the home folder. A process can have one Desktop, because the accessibility library knows one bus.
Screenshots go to $YINYAO_ARTIFACTS, else to `artifacts` in the build tree.
"""
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from . import paths

TIMEOUT = 20
BUS_LAUNCHER = '/usr/libexec/at-spi-bus-launcher'


class UiError(Exception):
    """Something that should have been on the screen was not."""


def wait(condition, what, timeout=TIMEOUT):
    """Polls until `condition()` is true and returns what it returned."""
    deadline = time.monotonic() + timeout
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise UiError('after %d s: %s' % (timeout, what() if callable(what) else what))
        time.sleep(0.03)


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

    def start(self):
        super().start()
        self.env['GTK_A11Y'] = 'atspi'
        self._spawn([BUS_LAUNCHER, '--launch-immediately'])
        # What is asked through the accessibility library is asked in this process.
        for name in ('DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR'):
            os.environ[name] = self.env[name]
        import gi
        gi.require_version('Atspi', '2.0')
        from gi.repository import Atspi
        self.atspi = Atspi
        Atspi.init()
        Atspi.set_timeout(5000, 15000)

    def artifact(self, name):
        """Path of a file to be kept after the tests."""
        folder = Path(os.environ.get('YINYAO_ARTIFACTS') or paths.build_root() / 'artifacts')
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name


class Node:
    """Something on the screen, as assistive technologies see it."""

    def __init__(self, client, accessible):
        self.client = client
        self.accessible = accessible

    def __getattr__(self, name):
        return getattr(self.accessible, name)

    @property
    def name(self):
        return self.accessible.get_name() or ''

    @property
    def role(self):
        return self.accessible.get_role_name()

    @property
    def text(self):
        """The text of a label, else the accessible name. (All of it: -1 as an end gives nothing.)"""
        try:
            count = self.accessible.get_character_count()
            return self.accessible.get_text(0, count) if count > 0 else self.name
        except Exception:
            return self.name

    @property
    def box(self):
        """(x, y, width, height) in its window"""
        try:
            found = self.accessible.get_extents(self.client.desktop.atspi.CoordType.WINDOW)
            return found.x, found.y, found.width, found.height
        except Exception:
            return 0, 0, 0, 0

    @property
    def visible(self):
        # STATE_SHOWING is never set by GTK; what is hidden has no size.
        return self.box[2] > 0 and self.box[3] > 0

    @property
    def sensitive(self):
        return self.accessible.get_state_set().contains(
            self.client.desktop.atspi.StateType.SENSITIVE)

    def children(self):
        found = []
        for index in range(self.accessible.get_child_count()):
            child = self.accessible.get_child_at_index(index)
            if child is not None:
                found.append(Node(self.client, child))
        return found

    def walk(self):
        yield self
        for child in self.children():
            yield from child.walk()

    def press(self):
        """Does what a click does."""
        wait(lambda: self.sensitive, '“%s” stays insensitive' % self.name)
        if not self.accessible.do_action(0):
            raise UiError('“%s” (%s) cannot be pressed' % (self.name, self.role))

    def focus(self):
        self.accessible.grab_focus()


class Client:
    """The client, started. settings: text of its settings file. size: of its window."""

    def __init__(self, desktop, settings='', arguments=(), env=None, size=None, wrapper=()):
        self.desktop = desktop
        self.arguments = arguments
        self.size = size
        self.wrapper = list(wrapper)
        self.env = {**desktop.env, 'G_MESSAGES_DEBUG': 'yinyao', **(env or {})}
        if settings:
            path = desktop.folder / 'yinyao.conf'
            path.write_text(settings)
            self.env['YINYAO_CONFIG'] = str(path)
        self._log = desktop.folder / 'yinyao.log'
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *unused):
        self.stop()

    def start(self):
        with open(self._log, 'wb') as log:
            self.process = subprocess.Popen(
                [*self.wrapper, paths.program('src/app/yinyao'), *self.arguments], env=self.env,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True)
        try:
            wait(lambda: self._application() is not None or self.process.poll() is not None,
                 lambda: 'the client does not appear: ' + self.log())
            if self.process.poll() is not None:
                raise UiError('the client ended: ' + self.log())
            wait(lambda: 'first frame' in self.log(), lambda: 'nothing was drawn: ' + self.log())
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
            self.process.wait(15)
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
        atspi = self.desktop.atspi
        desktop = atspi.get_desktop(0)
        desktop.clear_cache()
        for index in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(index)
            try:
                if child is not None and child.get_name() in ('yinyao', 'Yinyao', '印钥'):
                    child.set_cache_mask(atspi.Cache.NONE)
                    return Node(self, child)
            except Exception:
                continue
        return None

    def nodes(self):
        """Everything visible, top window last."""
        try:
            application = self._application()
            return [n for n in application.walk() if n.visible] if application else []
        except Exception:
            return []  # it changed while it was being walked through

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

    def wait_text(self, part, timeout=TIMEOUT):
        wait(lambda: self.has_text(part),
             lambda: '“%s” is not among %s' % (part, self.texts()), timeout)

    def wait_no_text(self, part, timeout=TIMEOUT):
        wait(lambda: not self.has_text(part), '“%s” stays' % part, timeout)

    def button(self, name):
        return wait(lambda: self.find(name, ('push button', 'button', 'toggle button')),
                    lambda: 'no button “%s” among %s' % (name, self.texts()))

    def entry(self, name):
        return wait(lambda: self.find(name, ('password text', 'text', 'entry', 'text box')),
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
        self.xdotool('windowfocus', '--sync', self.windows()[-1])

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
        needle = secret.encode()
        with open('/proc/%d/maps' % self.process.pid, encoding='ascii') as maps, \
                open('/proc/%d/mem' % self.process.pid, 'rb', 0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                if 'r' not in rights or 'w' not in rights:
                    continue
                start, end = (int(part, 16) for part in span.split('-'))
                try:
                    memory.seek(start)
                    if needle in memory.read(end - start):
                        return True
                except (OSError, ValueError, OverflowError):
                    continue
        return False
