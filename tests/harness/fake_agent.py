#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token agent without a driver, for tests of the client's side and of the window.

It takes the real agent's place by `agent=` in [modules] of the settings, and its "module" is a JSON
file, which it reads again whenever the file changes (replace it by renaming):

    {
      "library": "Fake driver 1.0 (Yinyao)",
      "start": "ok",            "hang", "crash", "exit", "unloadable", "silent" (no handshake), "mute"
                                (no answer to the first question), "babble", "flood"
      "quiet": true,            changes of tokens that stay are told by the next call only
      "tokens": [
        {"serial": "F1", "label": "…", "manufacturer": "…", "model": "…", "reader": "…",
         "flags": 1037, "tries_left": 10, "min_pin": 6, "max_pin": 15, "free_memory": -1,
         "pin": "123456", "so_pin": "…",
         "certificates": [{"id": HEX, "label": "…", "der": BASE64, "has_key": 1}],
         "keys": [{"id": HEX, "label": "…", "spki": BASE64}],
         "private_keys": the same, but seen after Login only,
         "data": [{"label": "…", "application": "…", "object_id": HEX, "size": 5}],
         "raw": {"Serial": ["u", 5]}}      properties as they are, in GVariant's text form
      ],
      "methods": {
        "Login": {"delay": 0.5, "do": "hang" | "crash" | "remove" | "remove-late" | "babble" | "flood",
                  "error": "org.yinyao.Error.PinIncorrect", "message": "…",
                  "reply": ["(ay)", "([0x01],)"], "transfers": [BASE64, …]}
      },
      "log": "FILE"             gets one line for each start and call: its name, never a secret
    }

Without an entry in "methods" a call does what it would do: Login compares the PIN and counts tries,
ChangePin and SetUserPin set it, and the rest succeeds. State that calls changed lasts as long as
the process; with "remember": true PINs and tries last, as on a card, from process to process, until
the file is changed: "tokens" in it replaces all state.
"""
import base64
import ctypes
import json
import os
import signal
import sys
import time

import gi
from gi.repository import Gio, GLib

ROOT = '/org/yinyao'
TOKEN = 'org.yinyao.Agent.Token'
AGENT = 'org.yinyao.Agent'
MANAGER = 'org.freedesktop.DBus.ObjectManager'
MANAGER_XML = '''<node><interface name="org.freedesktop.DBus.ObjectManager">
<method name="GetManagedObjects"><arg type="a{oa{sa{sv}}}" direction="out"/></method>
<signal name="InterfacesAdded"><arg type="o"/><arg type="a{sa{sv}}"/></signal>
<signal name="InterfacesRemoved"><arg type="o"/><arg type="as"/></signal>
</interface></node>'''
INTERFACE_FILE = os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', '..',
                              'src', 'agent', 'org.yinyao.Agent.xml')
FINAL_TRY = 1 << 17
PIN_LOCKED = 1 << 18


def variant(kind, value):
    return GLib.Variant(kind, value)


def certificate(entry):
    return (bytes.fromhex(entry['id']), entry.get('label', ''), base64.b64decode(entry['der']),
            entry.get('has_key', -1))


def key(entry):
    return (bytes.fromhex(entry['id']), entry.get('label', ''),
            base64.b64decode(entry.get('spki', '')))


def data(entry):
    return (entry.get('label', ''), entry.get('application', ''),
            bytes.fromhex(entry.get('object_id', '')), entry.get('size', -1))


class Refusal(Exception):
    def __init__(self, name, message):
        super().__init__(message)
        self.name = 'org.yinyao.Error.' + name if '.' not in name else name


class Token:
    """What the JSON says about one token, and what calls made of it."""

    def __init__(self, entry):
        self.entry = dict(entry)
        self.logged_in = False

    def properties(self):
        e = self.entry
        keys = e.get('keys', []) + (e.get('private_keys', []) if self.logged_in else [])
        tries = e.get('tries_left', 10)
        found = {
            'Serial': variant('s', e['serial']),
            'Label': variant('s', e.get('label', 'Fake token')),
            'Manufacturer': variant('s', e.get('manufacturer', 'Yinyao')),
            'Model': variant('s', e.get('model', 'Fake')),
            'Reader': variant('s', e.get('reader', 'Fake reader 00 00')),
            'Flags': variant('t', e.get('flags', 0x40d) | (PIN_LOCKED if tries == 0 else 0)),
            'TriesLeft': variant('i', tries),
            'MinPinLength': variant('u', e.get('min_pin', 6)),
            'MaxPinLength': variant('u', e.get('max_pin', 15)),
            'FreeMemory': variant('x', e.get('free_memory', -1)),
            'Certificates': variant('a(aysayi)', list(map(certificate, e.get('certificates', [])))),
            'Keys': variant('a(aysay)', list(map(key, keys))),
            'DataObjects': variant('a(ssayx)', list(map(data, e.get('data', [])))),
        }
        for name, (kind, text) in e.get('raw', {}).items():
            found[name] = GLib.Variant.parse(GLib.VariantType(kind), str(text), None, None)
        return found

    def check_pin(self, pin, field='pin', name='PinIncorrect'):
        tries = self.entry.get('tries_left', 10)
        if field == 'pin' and tries == 0:
            raise Refusal('PinLocked', 'The PIN is locked')
        if pin == self.entry.get(field, '123456' if field == 'pin' else '3537363231383830'):
            if field == 'pin' and tries >= 0:
                self.entry['tries_left'] = 10
            return
        if field == 'pin' and tries > 0:
            self.entry['tries_left'] = tries - 1
        raise Refusal(name, 'The PIN is wrong')

    def require_tries(self, last_try):
        tries = self.entry.get('tries_left', 10)
        if not last_try and (tries == 1 or tries < 0 and self.entry.get('flags', 0) & FINAL_TRY):
            raise Refusal('PinLastTry', 'Only one try is left for the PIN, so it was not sent')

    def login(self, pin, last_try):
        self.require_tries(last_try)
        self.check_pin(pin)
        self.logged_in = True

    def change_pin(self, old, new, last_try):
        self.require_tries(last_try)
        self.check_pin(old)
        self.entry['pin'] = new

    def set_user_pin(self, so_pins, new):
        for which, so_pin in enumerate(so_pins[:2]):
            try:
                self.check_pin(so_pin, 'so_pin', 'SoPinIncorrect')
            except Refusal:
                continue
            self.entry['pin'] = new
            self.entry['tries_left'] = 10
            return which
        raise Refusal('SoPinIncorrect', 'The SO PIN is wrong')

    def rotate(self, old, new):
        self.check_pin(old, 'so_pin', 'SoPinIncorrect')
        self.entry['so_pin'] = new

    def format(self, so_pin, label):
        self.check_pin(so_pin, 'so_pin', 'SoPinIncorrect')
        self.entry.update(label=label, certificates=[], keys=[], private_keys=[], data=[])


class Agent:
    def __init__(self, path, connection):
        self.path = path
        self.connection = connection
        self.scenario = {}
        self.tokens = {}
        self.registered = {}
        self.next_number = 0
        with open(INTERFACE_FILE, encoding='utf-8') as file:
            node = Gio.DBusNodeInfo.new_for_xml(file.read())
        self.interfaces = {i.name: i for i in node.interfaces}
        manager = Gio.DBusNodeInfo.new_for_xml(MANAGER_XML).interfaces[0]
        connection.register_object(ROOT, manager, self.on_manager, None, None)
        connection.register_object(ROOT + '/Agent', self.interfaces[AGENT], self.on_agent,
                                   self.on_agent_property, None)
        self.load()

    # The file

    def load(self):
        try:
            with open(self.path, encoding='utf-8') as file:
                self.scenario = json.load(file)
        except (OSError, ValueError):
            return
        entries = [{**e, **self.recall(e['serial'])} for e in self.scenario.get('tokens', [])]
        for path in [p for p, t in self.tokens.items()
                     if t.entry['serial'] not in [e['serial'] for e in entries]]:
            self.remove(path)
        for entry in entries:
            known = [p for p, t in self.tokens.items() if t.entry['serial'] == entry['serial']]
            if not known:
                self.add(entry)
            else:
                self.tokens[known[0]].entry = dict(entry)
                if not self.scenario.get('quiet'):
                    self.tell(known[0])

    # What a card keeps, in a file beside the scenario that holds for this version of it.

    def version(self):
        status = os.stat(self.path)
        return [status.st_ino, status.st_mtime_ns]

    def recall(self, serial):
        try:
            with open(self.path + '.card', encoding='utf-8') as file:
                kept = json.load(file)
        except (OSError, ValueError):
            return {}
        fresh = self.scenario.get('remember') and kept['version'] == self.version()
        return kept['tokens'].get(serial, {}) if fresh else {}

    def remember(self):
        if not self.scenario.get('remember'):
            return
        tokens = {t.entry['serial']: {k: t.entry[k] for k in ('pin', 'tries_left') if k in t.entry}
                  for t in self.tokens.values()}
        with open(self.path + '.card', 'w', encoding='utf-8') as file:
            json.dump({'version': self.version(), 'tokens': tokens}, file)

    def add(self, entry):
        path = '%s/Token/%d' % (ROOT, self.next_number)
        self.next_number += 1
        self.tokens[path] = Token(entry)
        self.registered[path] = self.connection.register_object(
            path, self.interfaces[TOKEN], self.on_token, self.on_token_property, None)
        self.emit(ROOT, MANAGER, 'InterfacesAdded',
                  variant('(oa{sa{sv}})', (path, {TOKEN: self.tokens[path].properties()})))

    def remove(self, path):
        self.connection.unregister_object(self.registered.pop(path))
        del self.tokens[path]
        self.emit(ROOT, MANAGER, 'InterfacesRemoved', variant('(oas)', (path, [TOKEN])))

    def tell(self, path):
        self.emit(path, 'org.freedesktop.DBus.Properties', 'PropertiesChanged',
                  variant('(sa{sv}as)', (TOKEN, self.tokens[path].properties(), [])))

    def emit(self, path, interface, name, parameters):
        self.connection.emit_signal(None, path, interface, name, parameters)

    def log(self, text):
        if 'log' in self.scenario:
            with open(self.scenario['log'], 'a', encoding='utf-8') as file:
                file.write(text + '\n')

    # Mischief

    def misbehave(self, what):
        if what == 'hang':
            time.sleep(3600)
        elif what == 'crash':
            signal.signal(signal.SIGSEGV, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGSEGV)
        elif what == 'exit':
            os._exit(3)
        elif what == 'babble':
            self.emit(ROOT, MANAGER, 'InterfacesAdded', variant('(s)', ('blah',)))
            self.connection.flush_sync(None)
        elif what == 'flood':
            for number in range(20000):
                self.emit(ROOT + '/Agent', AGENT, 'Blah', variant('(u)', (number,)))
            self.connection.flush_sync(None)

    # Calls

    def on_manager(self, connection, sender, path, interface, method, parameters, invocation):
        if self.scenario.get('start') == 'mute':
            return
        if self.scenario.get('start') == 'babble':
            invocation.return_value(variant('(a{oa{sa{sv}}})', ({
                ROOT + '/Token/blah': {TOKEN: {'Serial': variant('u', 1)}}},)))
            return
        objects = {p: {TOKEN: t.properties()} for p, t in self.tokens.items()}
        objects[ROOT + '/Agent'] = {AGENT: {
            'Module': variant('s', self.path), 'Tainted': variant('b', False),
            'Library': variant('s', self.scenario.get('library', 'Fake driver 1.0 (Yinyao)'))}}
        invocation.return_value(variant('(a{oa{sa{sv}}})', (objects,)))
        if self.scenario.get('start') == 'flood':
            self.misbehave('flood')

    def on_agent(self, connection, sender, path, interface, method, parameters, invocation):
        self.log(method)
        self.act(method, None, lambda: None, invocation)

    def on_agent_property(self, connection, sender, path, interface, name):
        return variant('b', False) if name == 'Tainted' else variant('s', '')

    def on_token_property(self, connection, sender, path, interface, name):
        return self.tokens[path].properties()[name]

    def on_token(self, connection, sender, path, interface, method, parameters, invocation):
        token = self.tokens[path]
        values = parameters.unpack()
        fds = invocation.get_message().get_unix_fd_list()
        secrets = []
        for fd in fds.steal_fds() if fds else []:
            with os.fdopen(fd, 'rb') as pipe:
                secrets.append(pipe.read().decode())
        self.log(method)
        work = {
            'ReadTries': lambda: None,
            'Login': lambda: token.login(*secrets, values[-1]),
            'Logout': lambda: setattr(token, 'logged_in', False),
            'ChangePin': lambda: token.change_pin(*secrets, values[-1]),
            'CheckSoPin': lambda: None,
            'SetUserPin': lambda: variant('(u)', (token.set_user_pin(secrets[:-1], secrets[-1]),)),
            'RotateSoPin': lambda: token.rotate(*secrets),
            'Format': lambda: token.format(secrets[0], values[1]),
            'GenerateKey': lambda: self.generate_key(token, values),
            'Enrol': lambda: self.enrol(path, token, values),
            'TestSignature': lambda: None,
        }[method]
        self.act(method, path, work, invocation)

    def generate_key(self, token, values):
        keys = token.entry.setdefault('private_keys', [])
        found = [k for k in keys if k['id'] == bytes(values[0]).hex()]
        if not found:
            found = [{'id': bytes(values[0]).hex(), 'label': values[1],
                      'spki': self.scenario.get('spki', '')}]
            keys.extend(found)
        return variant('(ay)', (base64.b64decode(found[0]['spki']),))

    def enrol(self, path, token, values):
        answer = b''
        for step in ('request', 'write', 'read-back', 'prove', 'confirm'):
            self.emit(path, TOKEN, 'Progress', variant('(s)', (step,)))
        for message in self.scenario.get('methods', {}).get('Enrol', {}).get('transfers', []):
            answer = self.transfer(base64.b64decode(message))
        der = base64.b64decode(self.scenario.get('certificate', '')) or answer
        token.entry['certificates'] = [
            {'id': bytes(values[0]).hex(), 'label': values[1], 'has_key': 1,
             'der': base64.b64encode(der).decode()}]
        return variant('(ay)', (der,))

    def transfer(self, message):
        try:
            reply = self.connection.call_sync(None, ROOT + '/Client', 'org.yinyao.Agent.Client',
                                              'Transfer', variant('(ay)', (message,)),
                                              GLib.VariantType('(ay)'), 0, -1, None)
        except GLib.Error as error:
            raise Refusal(Gio.DBusError.get_remote_error(error) or 'Failed', error.message)
        return bytes(reply.unpack()[0])

    def act(self, method, path, work, invocation):
        rule = self.scenario.get('methods', {}).get(method, {})
        time.sleep(rule.get('delay', 0))
        self.misbehave(rule.get('do'))
        if rule.get('do') == 'remove' and path is not None:
            self.remove(path)
        if rule.get('do') == 'remove-late':
            GLib.timeout_add(500, self.remove, path)
        try:
            if 'error' in rule:
                raise Refusal(rule['error'], rule.get('message', rule['error']))
            reply = work()
        except Refusal as refusal:
            invocation.return_dbus_error(refusal.name, str(refusal))
            return
        finally:
            self.remember()
            if path in self.tokens:
                self.tell(path)
        if 'reply' in rule:
            kind, text = rule['reply']
            answer = Gio.DBusMessage.new_method_reply(invocation.get_message())
            answer.set_body(GLib.Variant.parse(GLib.VariantType(kind), text, None, None))
            self.connection.send_message(answer, Gio.DBusSendMessageFlags.NONE)
            return
        invocation.return_value(reply)


def watch(path, agent):
    monitor = Gio.File.new_for_path(path).monitor_file(Gio.FileMonitorFlags.WATCH_MOVES, None)
    monitor.connect('changed', lambda *arguments: agent.load())
    return monitor


def end_with_the_client():
    """PR_SET_PDEATHSIG: a fake that hangs must not outlive its test."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def main():
    end_with_the_client()
    options = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    path = options['--module']
    with open(path, encoding='utf-8') as file:
        scenario = json.load(file)
    if 'log' in scenario:
        with open(scenario['log'], 'a', encoding='utf-8') as file:
            file.write('start\n')
    start = scenario.get('start', 'ok')
    if start in ('hang', 'silent'):
        time.sleep(3600)
    if start == 'exit':
        sys.exit(3)
    if start == 'unloadable':
        sys.exit('%s: no such thing' % path)
    if start == 'crash':
        os.kill(os.getpid(), signal.SIGSEGV)
    stream = Gio.Socket.new_from_fd(int(options['--fd'])).connection_factory_create_connection()
    connection = Gio.DBusConnection.new_sync(
        stream, None, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
        Gio.DBusConnectionFlags.DELAY_MESSAGE_PROCESSING, None, None)
    loop = GLib.MainLoop()
    connection.connect('closed', lambda *arguments: loop.quit())
    agent = Agent(path, connection)
    monitor = watch(path, agent)
    connection.start_message_processing()
    loop.run()
    del monitor


if __name__ == '__main__':
    main()
