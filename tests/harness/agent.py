# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of yinyao-token-agent that speaks D-Bus to it over a socket pair, as the token model does.

    from harness.agent import Agent, AgentError

    with Agent('/usr/lib/…/module.so', environment) as agent:
        token = agent.wait_token('YYV0000001')
        token.login('123456')
        print(token.properties['Label'], token.certificates())

Calls block (they run the default main context meanwhile, so that the agent can call back); an error
of the agent is raised as AgentError with the last part of its D-Bus name ('PinIncorrect').
"""
import os
import socket
import subprocess
import time

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

from . import paths  # noqa: E402

PROGRAM = 'src/agent/yinyao-token-agent'
MANAGER = '/org/yinyao'
TOKEN_INTERFACE = 'org.yinyao.Agent.Token'
TIMEOUT = 60

# In a build with AddressSanitizer: a leak is a failure, but for those of the modules themselves.
LSAN_OPTIONS = 'print_suppressions=0:suppressions=%s' % (paths.SOURCE / 'tests' / 'lsan.supp')

CLIENT_XML = '''
<node><interface name="org.yinyao.Agent.Client"><method name="Transfer">
<arg name="request" type="ay" direction="in"/><arg name="response" type="ay" direction="out"/>
</method></interface></node>'''


class AgentError(Exception):
    """name: 'PinIncorrect', …, or 'Cancelled', or the whole D-Bus name of another error."""

    def __init__(self, error):
        remote = Gio.DBusError.get_remote_error(error) or ''
        self.name = remote.removeprefix('org.yinyao.Error.') or error.message
        self.text = error.message.removeprefix('GDBus.Error:%s: ' % remote)
        super().__init__('%s: %s' % (self.name, self.text))


class Token:
    """A token's object. `properties` follows what the agent tells."""

    def __init__(self, agent, path, properties):
        self.agent = agent
        self.path = path
        self.properties = properties
        self.progress = []

    def call(self, method, signature='()', *arguments, reply='()', timeout=TIMEOUT):
        """Arguments of type h (and ah) are given as text and sent as pipes."""
        fds = Gio.UnixFDList.new()
        values = [_descriptors(fds, kind, value)
                  for kind, value in zip(_types(signature), arguments)]
        return self.agent.call(self.path, TOKEN_INTERFACE, method, GLib.Variant(signature, values),
                               reply, fds, timeout)

    def read_tries(self):
        self.call('ReadTries')

    def login(self, pin, last_try=True):
        self.call('Login', '(hb)', pin, last_try)

    def logout(self):
        self.call('Logout')

    def change_pin(self, old, new, last_try=True):
        self.call('ChangePin', '(hhb)', old, new, last_try)

    def format(self, so_pin, label):
        self.call('Format', '(hs)', so_pin, label)

    def set_user_pin(self, so_pins, pin):
        return self.call('SetUserPin', '(ahh)', so_pins, pin, reply='(u)')[0]

    def rotate_so_pin(self, old, new):
        self.call('RotateSoPin', '(hh)', old, new)

    def generate_key(self, key_id, label='key', kind='EC', bits=256):
        return bytes(self.call('GenerateKey', '(ayssu)', key_id, label, kind, bits,
                               reply='(ay)')[0])

    def enrol(self, key_id, label, subject, reference, secret, anchors):
        return bytes(self.call('Enrol', '(aysayshaay)', key_id, label, subject, reference, secret,
                               anchors, reply='(ay)')[0])

    def test_signature(self, key_id):
        self.call('TestSignature', '(ay)', key_id)

    def certificates(self):
        """[{'id', 'label', 'der', 'has_key'}]"""
        return [{'id': bytes(i), 'label': label, 'der': bytes(der), 'has_key': has_key}
                for i, label, der, has_key in self.properties['Certificates']]

    def keys(self):
        """[{'id', 'label', 'spki'}]"""
        return [{'id': bytes(i), 'label': label, 'spki': bytes(spki)}
                for i, label, spki in self.properties['Keys']]


def _types(signature):
    inner, types = signature[1:-1], []
    while inner:
        kind = GLib.VariantType.new(inner[0]) if inner[0] not in 'a(' else None
        length = 1
        while kind is None:
            length += 1
            if GLib.VariantType.string_is_valid(inner[:length]):
                kind = GLib.VariantType.new(inner[:length])
        types.append(inner[:length])
        inner = inner[length:]
    return types


def _descriptors(fds, kind, value):
    if kind == 'ah':
        return [_descriptors(fds, 'h', v) for v in value]
    if kind != 'h':
        return value
    reading, writing = os.pipe()
    os.write(writing, value.encode())
    os.close(writing)
    handle = fds.append(reading)
    os.close(reading)
    return handle


class Agent:
    """transfer: called with the bytes of a CMP request, returns the answer's bytes or raises a
    GLib.Error. Members: `process`, `tokens` (path → Token), `tainted`, `events` (a list of
    (time, 'added' | 'removed', path))."""

    def __init__(self, module, environment=None, transfer=None, program=None):
        self.module = str(module)
        self.environment = os.environ if environment is None else environment
        self.transfer = transfer
        self.program = program or paths.program(PROGRAM)
        self.tokens = {}
        self.events = []
        self.process = self._connection = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *unused):
        self.stop()

    def start(self):
        """Starts it and waits for its first look at the slots."""
        ours, theirs = socket.socketpair()
        self.process = subprocess.Popen(
            [self.program, '--module', self.module, '--fd', str(theirs.fileno())],
            pass_fds=[theirs.fileno()], env={'LSAN_OPTIONS': LSAN_OPTIONS, **self.environment})
        theirs.close()
        stream = Gio.Socket.new_from_fd(ours.detach()).connection_factory_create_connection()
        try:
            self._connection = Gio.DBusConnection.new_sync(
                stream, Gio.dbus_generate_guid(),
                Gio.DBusConnectionFlags.AUTHENTICATION_SERVER |
                Gio.DBusConnectionFlags.DELAY_MESSAGE_PROCESSING, None, None)
            self._connection.signal_subscribe(None, None, None, None, None,
                                              Gio.DBusSignalFlags.NONE, self._on_signal)
            self._connection.register_object(
                '/org/yinyao/Client', Gio.DBusNodeInfo.new_for_xml(CLIENT_XML).interfaces[0],
                self._on_transfer, None, None)
            self._connection.start_message_processing()
            objects = self.call(MANAGER, 'org.freedesktop.DBus.ObjectManager', 'GetManagedObjects',
                                None, '(a{oa{sa{sv}}})')[0]
        except (GLib.Error, AgentError):
            self.stop()
            raise
        for path, interfaces in objects.items():
            self._add(path, interfaces)

    def stop(self, timeout=20):
        """Closes the connection and waits for its end. Returns the exit status."""
        if self._connection and not self._connection.is_closed():
            self._connection.close_sync(None)
        if self.process.poll() is None:
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def call(self, path, interface, method, arguments, reply, fds=None, timeout=TIMEOUT):
        outcome = []

        def done(connection, result):
            try:
                outcome.append(connection.call_with_unix_fd_list_finish(result)[0].unpack())
            except GLib.Error as error:
                outcome.append(error)

        self._connection.call_with_unix_fd_list(
            None, path, interface, method, arguments, GLib.VariantType.new(reply),
            Gio.DBusCallFlags.NONE, timeout * 1000, fds, None, done)
        while not outcome:
            GLib.MainContext.default().iteration(True)
        if isinstance(outcome[0], GLib.Error):
            raise AgentError(outcome[0])
        return outcome[0]

    def refresh(self):
        self.call('/org/yinyao/Agent', 'org.yinyao.Agent', 'Refresh', None, '()')

    def wait(self, condition, timeout=TIMEOUT, what='the condition'):
        """Runs the main context until condition() is true; returns what it returned."""
        expired = []
        timer = GLib.timeout_add(int(timeout * 1000), lambda: expired.append(True))
        try:
            while True:
                value = condition()
                if value:
                    return value
                if expired:
                    raise AssertionError('%s did not come within %s s' % (what, timeout))
                GLib.MainContext.default().iteration(True)
        finally:
            if not expired:
                GLib.source_remove(timer)

    def find(self, serial):
        return next((t for t in self.tokens.values() if t.properties['Serial'] == serial), None)

    def wait_token(self, serial, timeout=TIMEOUT):
        return self.wait(lambda: self.find(serial), timeout, 'the token %s' % serial)

    def wait_gone(self, serial, timeout=TIMEOUT):
        self.wait(lambda: not self.find(serial), timeout, 'the removal of %s' % serial)

    def _add(self, path, interfaces):
        if 'org.yinyao.Agent' in interfaces:
            self.properties = interfaces['org.yinyao.Agent']
        if TOKEN_INTERFACE in interfaces:
            self.tokens[path] = Token(self, path, interfaces[TOKEN_INTERFACE])
            self.events.append((time.monotonic(), 'added', path))

    def _on_signal(self, connection, sender, path, interface, signal, parameters):
        values = parameters.unpack()
        if signal == 'InterfacesAdded':
            self._add(*values)
        elif signal == 'InterfacesRemoved':
            self.events.append((time.monotonic(), 'removed', values[0]))
            self.tokens.pop(values[0], None)
        elif signal == 'PropertiesChanged' and path in self.tokens:
            self.tokens[path].properties.update(values[1])
        elif signal == 'PropertiesChanged':
            self.properties.update(values[1])
        elif signal == 'Progress' and path in self.tokens:
            self.tokens[path].progress.append(values[0])

    def _on_transfer(self, connection, sender, path, interface, method, parameters, invocation):
        try:
            answer = self.transfer(bytes(parameters.unpack()[0]))
            invocation.return_value(GLib.Variant('(ay)', [answer]))
        except GLib.Error as error:
            invocation.return_gerror(error)
        except RemoteError as error:
            invocation.return_dbus_error('org.yinyao.Error.' + error.name, error.text)


class RemoteError(Exception):
    """What a transfer may raise to answer with one of YyError's names."""

    def __init__(self, name, text):
        self.name = name
        self.text = text
        super().__init__(text)
