# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole demo environment: private pcscd, virtual token, CA service, a token prepared as a CA's
office would do it, and the activation code that the office's text message holds.

    with Demo() as demo:
        subprocess.run([demo.program("yinyaoctl"), "tokens"], env=demo.env)

Everything lives in one temporary folder and on loopback, and is gone when the block ends.
`python3 -m harness.demo exec -- CMD…` and `… run` are behind ./dev exec and ./dev run.
"""

import configparser
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from harness import paths, warden
from harness.desk import Desk
from harness.pcsc import HarnessError, Pcsc
from harness.phone import Phone, say
from harness.service import Service, edit_profile
from harness.vtoken import VirtualToken
from harness.walk import walk

TOP = Path(__file__).resolve().parents[2]
OPENSC = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so"
SERIAL = "YY20260001"
MOST_DAYS = 36500

# Where each program lies in the build folder.
FOLDERS = {"yinyao": "app", "yinyaoctl": "cli", "yinyao-ra": "ra", "yinyao-vtoken": "vtoken",
           "yinyao-token-agent": "agent"}


def program(name):
    """Path of one of the project's programs."""
    return paths.program(f"src/{FOLDERS[name]}/{name}")


class Demo:
    """One environment. Attributes: env, service, pcsc, token, order, code, details, folder.

    prepare: the office prepares the token; ready: and approves the order. delay: milliseconds an APDU,
    after that. memory: bytes on the card. profile: changes to the CA's profile, as for edit_profile().
    wrapper: words before every command of run()."""

    def __init__(self, prepare=True, ready=True, delay=0, memory=None, days_left=None, serial=SERIAL,
                 profile=None):
        self.prepare, self.ready = prepare, ready
        self.delay, self.memory, self.serial = delay, memory, serial
        self.wrapper = []
        self.profile = profile
        self.days_left = days_left or os.environ.get("YINYAO_DEMO_DAYS_LEFT")
        self.folder = None
        self.order = self.code = None
        self._closers = []

    def __enter__(self):
        self.folder = Path(paths.temporary_folder("demo"))
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        while self._closers:
            self._closers.pop()()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self):
        self.details = TOP / "data/profiles/demo-order.ini"
        self._start_service()
        self._start_token()
        self._make_environment()
        if self.prepare:
            self._prepare()

    def _start_service(self):
        profile = edit_profile(self.folder / "profile.ini", self.profile) if self.profile else None
        self.service = Service(self.folder / "ra", validity_days=self.days_left, profile=profile)
        self.service.start()
        self._closers.append(self.service.close)

    def _start_token(self):
        self.pcsc = Pcsc()
        self.pcsc.start()
        self._closers.append(self.pcsc.stop)
        self.token = VirtualToken(self.pcsc, serial=self.serial, memory=self.memory)
        self.token.start()
        self._closers.append(self.token.stop)

    def second_token(self, serial):
        """Another token, unprepared: a context manager."""
        return VirtualToken(self.pcsc, serial=serial)

    def _make_environment(self):
        config = self.folder / "config"
        modules = config / "pkcs11" / "modules"
        modules.mkdir(parents=True)
        # SoftHSM's slot is always there, empty; it is no token of the demo's.
        (modules / "softhsm2.module").write_text("disable-in: yinyao yinyaoctl\n")
        settings = self.folder / "yinyao.conf"
        settings.write_text(
            "[service]\n"
            f"url={self.service.url}\n"
            f"ca-file={self.service.ca_file}\n"
            f"office-key-file={self.service.office_key_file}\n")
        self.env = {
            **paths.without_leak_search(os.environ),
            "PATH": os.pathsep.join([*(os.path.dirname(program(name)) for name in FOLDERS),
                                     os.environ.get("PATH", "/usr/bin:/bin")]),
            "XDG_CONFIG_HOME": str(config),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "YINYAO_CONFIG": str(settings),
            "YINYAO_RA_DIR": str(self.service.folder),
            "YINYAO_VTOKEN": str(self.token.control),
            "YINYAO_DEMO_DETAILS": str(self.details),
            "YINYAO_DEMO_UNLOCK": str(TOP / "data/profiles/demo-unlock.ini"),
            "YINYAO_DEMO_TOKEN": self.serial,
            "PCSCLITE_CSOCK_NAME": str(self.pcsc.socket),
        }

    def _prepare(self):
        self.order = self.service.office("order", "add", "--details", str(self.details))[0]["number"]
        self.service.office("order", "approve", self.order)
        self.run("yinyaoctl", "prepare-token", "--token", self.serial, "--order", self.order)
        self.env["YINYAO_DEMO_ORDER"] = self.order
        if self.ready:
            self.service.office("order", "approve", self.order)
            self.code = self.service.outbox()[-1]["code"]
            self.env["YINYAO_DEMO_CODE"] = self.code
        if self.delay:
            self.token.delay(self.delay)

    def window_env(self):
        """Of `env` what a window on a display of its own needs."""
        return {name: value for name, value in self.env.items()
                if name.startswith(("YINYAO", "PCSCLITE", "XDG_CONFIG", "XDG_CACHE", "ASAN"))}

    def program(self, name):
        return program(name)

    def run(self, name, *arguments, check=True, secrets_by_fd=(), **options):
        """Runs a program. secrets_by_fd: ("--pin-fd", "123456") pairs, handed over by pipes."""
        command, readers = [*self.wrapper, program(name), *map(str, arguments)], []
        for option, secret in secrets_by_fd:
            reader, writer = os.pipe()
            os.write(writer, secret.encode())
            os.close(writer)
            readers.append(reader)
            command += [option, str(reader)]
        try:
            result = subprocess.run(command, env=self.env, pass_fds=readers, capture_output=True,
                                    text=True, timeout=options.pop("timeout", 120),
                                    stdin=subprocess.DEVNULL, **options)
        finally:
            for reader in readers:
                os.close(reader)
        if check and result.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} ended with {result.returncode}:\n"
                               f"{result.stdout}{result.stderr}")
        return result

    def json(self, name, *arguments, **options):
        return json.loads(self.run(name, *arguments, "--json", **options).stdout)


def show(demo, phone):
    say(f"Token {demo.serial} was prepared for order {demo.order}. Its activation code is {demo.code}.\n"
        "Text messages of the CA's service are shown here as they arrive.")
    phone.print()


def show_office(desk):
    known = configparser.ConfigParser(interpolation=None)
    known.read(TOP / "data/profiles/demo-unlock.ini", "utf-8")
    agent = known["agent"]
    say("Forgotten PIN: the token is unlocked at once with the details of its last order,\n"
        f"  {known['organization']['name']}, {agent['name']}, {agent['document-number']}, {agent['mobile']};\n"
        "with others the CA's office has to decide. That is you, from another terminal:\n"
        f"  {desk.command('order', 'list')}\n"
        "When an order was handed in, the commands for it are shown here.")


def call(demo, command):
    """Runs it with the terminal: Ctrl+C is its business, not that of the environment around it."""
    before = signal.getsignal(signal.SIGINT)
    if before == signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.call(command, env=demo.env)
    finally:
        signal.signal(signal.SIGINT, before)


def command_run(arguments):
    with Phone() as phone, Demo(profile={("sms", "command"): phone.command}) as demo, Desk(demo) as desk:
        show(demo, phone)
        if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
            show_office(desk)
            phone.listen()
            desk.watch()
            say("Opening the client; close its window to end the demo.")
            return call(demo, [demo.program("yinyao"), *arguments])
        say("There is no display, so the same journey goes by on the command line.")
        return walk(demo, phone)


def command_exec(arguments):
    if arguments[:1] == ["--"]:
        arguments = arguments[1:]
    with Demo() as demo:
        try:
            status = call(demo, arguments)
        except OSError as error:
            print(f"{arguments[0]}: {error.strerror}", file=sys.stderr)
            return 127
    return 128 - status if status < 0 else status


def work():
    commands = {"run": command_run, "exec": command_exec}
    days = os.environ.get("YINYAO_DEMO_DAYS_LEFT")
    if days and not (re.fullmatch("[0-9]{1,5}", days) and 1 <= int(days) <= MOST_DAYS):
        print(f"YINYAO_DEMO_DAYS_LEFT={days}: a number from 1 to {MOST_DAYS} is needed", file=sys.stderr)
        return 2
    try:
        return commands[sys.argv[1]](sys.argv[2:])
    except HarnessError as problem:
        print(f"The demo cannot start: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(warden.run(work))
