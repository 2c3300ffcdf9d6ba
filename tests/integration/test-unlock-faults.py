# SPDX-License-Identifier: GPL-3.0-or-later
"""Unlocking, disturbed from outside: answers are lost, the service is an old one, another token is
plugged in, two clients are at it, the code is another one's, the driver fails, the clock is wrong.
Each is told as what it is, no try is wasted, and the next run finishes."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from harness import paths
from harness.demo import OPENSC, program
from harness.locked import NEW, PIN_TRIES, SO_TRIES, Locked
from harness.lossy import Lossy
from harness.tap import case, contains, diag, equal, main

OTHER = "Another+2026"
SUCCESS, FAILURE, NO_TOKEN, REMOVED, DRIVER = 0, 1, 3, 7, 8
UNREACHABLE, REFUSED, CLOCK, PROOF, SO_PIN = 9, 10, 13, 15, 17
CODE_OF_NOBODY = "999999"
ROUNDS = 12 if "YINYAO_ALL_POSITIONS" in os.environ else 3

rig = Locked()
rig.keep()


def fresh():
    """Everything as after the code was sent. Returns the demo."""
    rig.reset()
    rig.demo.service.start()
    return rig.demo


def set_key(group, key, value):
    settings = Path(rig.demo.env["YINYAO_CONFIG"])
    text = re.sub(f"(?m)^{key}=.*\n", "", settings.read_text(encoding="utf-8"))
    if f"[{group}]\n" not in text:
        text += f"[{group}]\n"
    settings.write_text(text.replace(f"[{group}]\n", f"[{group}]\n{key}={value}\n"), encoding="utf-8")


def so_tries():
    return rig.demo.token.state()["so_pin_tries"]


def refused(result, status, words):
    equal(result.returncode, status, f"exit status ({result.stderr})")
    contains(result.stderr, words)


def finish(pin=NEW):
    result = rig.unlock(pin)
    equal(result.returncode, SUCCESS, f"exit status of the next run ({result.stderr})")
    rig.check(pin)


class Unlocking:
    """yinyaoctl unlock, running."""

    def __init__(self, pin=NEW, home=None):
        demo = rig.demo
        env = dict(demo.env)
        if home:
            env["XDG_STATE_HOME"] = str(demo.folder / home)
            shutil.rmtree(env["XDG_STATE_HOME"], ignore_errors=True)
            shutil.copytree(demo.env["XDG_STATE_HOME"], env["XDG_STATE_HOME"])
        reader, writer = os.pipe()
        os.write(writer, pin.encode())
        os.close(writer)
        self.pin = pin
        self.process = subprocess.Popen(
            [program("yinyaoctl"), "unlock", "--token", demo.serial, "--code", rig.code,
             "--new-pin-fd", str(reader)],
            env=env, pass_fds=[reader], text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(reader)

    def wait_lines(self, count):
        """Until so many steps have begun."""
        for _ in range(count):
            assert self.process.stdout.readline(), self.process.stderr.read()

    def end(self):
        """(exit status, message)"""
        _, message = self.process.communicate(timeout=120)
        return self.process.returncode, message


# The service

@contextlib.contextmanager
def through(line):
    """The client goes through this line. Its hold of the order belongs to the address."""
    url = rig.demo.service.url
    set_key("service", "url", line.url)
    try:
        rig.find()
        yield
    finally:
        set_key("service", "url", url)


@case("lost:", args=[(part, word) for word in ("/grant", "/release", "pin-set", "rotated", "closed")
                     for part in ("request", "answer")])
def lost(part, word):
    demo = fresh()
    with Lossy(demo.service) as line, through(line):
        line.lose(part, word)
        first = rig.unlock()
        assert line.lost, "nothing was lost"
        equal(first.returncode, UNREACHABLE, f"exit status ({first.stderr})")
        line.keep()
        finish()


@case
def yesterdays_backup_knows_no_so_pin():
    demo = fresh()
    demo.service.stop()
    rig.back_up("yesterday")
    demo.service.start()
    finish()
    demo.service.stop()
    rig.restore("yesterday")
    demo.service.start()
    rig.find()
    refused(rig.unlock(OTHER), SO_PIN, "unlocking code")
    equal(so_tries(), SO_TRIES - 2)
    # The service knows it now and gives none out: with this code, with another, for another order.
    refused(rig.unlock(OTHER), SO_PIN, "unlocking code")
    rig.send_code()
    refused(rig.unlock(OTHER), SO_PIN, "unlocking code")
    demo.run("yinyaoctl", "unlock", "--token", demo.serial, "--withdraw")
    rig.begin()
    refused(rig.unlock(OTHER), SO_PIN, "unlocking code")
    equal(so_tries(), SO_TRIES - 2)
    # The PIN is as good as it was.
    demo.run("yinyaoctl", "test-signature", "--token", demo.serial, secrets_by_fd=[("--pin-fd", NEW)])


@case
def a_backup_from_between_release_and_rotation_goes_on():
    demo = fresh()
    with Lossy(demo.service) as line, through(line):
        line.lose("request", "pin-set")
        equal(rig.unlock().returncode, UNREACHABLE)
        line.keep()
        demo.service.stop()
        rig.back_up("between")
        demo.service.start()
        finish()
        demo.service.stop()
        rig.restore("between")
        demo.service.start()
        rig.find()
        finish(OTHER)


@case("the clock is off by", args=[("-2d", CLOCK), ("+2d", SUCCESS)])
def clock(offset, status):
    demo = fresh()
    demo.wrapper = ["faketime", "-f", offset]
    result = rig.unlock()
    demo.wrapper = []
    equal(result.returncode, status, f"exit status ({result.stderr})")
    if status == CLOCK:
        equal((demo.token.state()["pin_tries"], rig.grant_state()), (0, None))
        finish()
    else:
        rig.check()


# The code

@case
def a_code_of_another_order_or_of_nobody():
    demo = fresh()
    activation = demo.code
    demo.run("yinyaoctl", "unlock", "--token", demo.serial, "--withdraw")
    withdrawn = rig.code
    rig.begin()
    for code in {withdrawn, activation, CODE_OF_NOBODY} - {rig.code}:
        refused(rig.unlock(code=code), REFUSED, "code")
    equal((demo.token.state()["pin_tries"], so_tries(), rig.grant_state()), (0, SO_TRIES, None))
    finish()


@case
def a_code_is_good_for_one_unlock():
    demo = fresh()
    finish()
    rig.put_back_ticket()
    refused(rig.unlock(OTHER), REFUSED, "used")
    # The other PIN was tried once: the order might have been completed with it a moment ago.
    state = demo.token.state()
    equal((state["pin_tries"], state["so_pin_tries"]), (PIN_TRIES - 1, SO_TRIES), "tries left")
    # With the PIN that it was completed with it is no error.
    finish()


# The token

@case("a token whose SO PIN has so many tries left:", args=[(1,), (0,)])
def final_try(left):
    demo = fresh()
    for _ in range(SO_TRIES - left):
        rig.takes_so_pin("0000000000000000")
    equal(so_tries(), left)
    refused(rig.unlock(), SO_PIN, "unlocking code")
    equal((so_tries(), rig.grant_state()), (left, None), "tries and grant")


@case("another token is plugged in after step", args=[(2,), (4,)])
def another_token(steps):
    demo = fresh()
    demo.token.delay(100)
    run = Unlocking()
    run.wait_lines(steps)
    demo.token.remove()
    with demo.second_token("YY20260002"):
        status, message = run.end()
        equal(status, REMOVED, f"exit status ({message})")
        contains(message, demo.serial)
        refused(rig.unlock(), NO_TOKEN, demo.serial)
    demo.token.delay(0)
    demo.token.insert()
    finish()


def opens(pin):
    return rig.demo.run("yinyaoctl", "test-signature", "--token", rig.demo.serial,
                        secrets_by_fd=[("--pin-fd", pin)], check=False).returncode == SUCCESS


@case
def one_client_at_a_time():
    fresh()
    run = Unlocking()
    run.wait_lines(2)
    run.process.send_signal(signal.SIGSTOP)
    # The other one finds the token taken, and touches nothing.
    refused(rig.unlock(OTHER), FAILURE, rig.demo.serial)
    run.process.send_signal(signal.SIGCONT)
    status, message = run.end()
    equal(status, SUCCESS, f"exit status ({message})")
    rig.check()


@case
def two_clients_race():
    """Of two persons, or on two computers with one reader: nothing keeps them apart."""
    for number in range(ROUNDS):
        fresh()
        runs = [Unlocking(pin, home=name) for pin, name in ((NEW, "one"), (OTHER, "two"))]
        ends = [run.end() for run in runs]
        diag(f"round {number}: {[status for status, _ in ends]}")
        for status, message in ends:
            # PROOF: the other one has set its PIN in between.
            assert status in (SUCCESS, REFUSED, PROOF), f"round {number}: {status}: {message}"
        done = [run.pin for run, (status, _) in zip(runs, ends) if status == SUCCESS]
        assert len(done) < 2, f"round {number}: both say that the token opens with their PIN"
        if not done:
            # A wrong PIN can have been tried, which counts until the right one comes.
            finish()
            continue
        # The other one can have set its PIN after that proof; it was told that it did not finish.
        pin = next(pin for pin in (*done, NEW, OTHER) if opens(pin))
        rig.check(pin)


# The driver

class Faulty:
    """The driver, behind a module that fails as it is told."""

    def __init__(self, *faults):
        self.faults = faults

    def __enter__(self):
        env = rig.demo.env
        self.modules = Path(env["XDG_CONFIG_HOME"]) / "pkcs11" / "modules"
        self.file = rig.demo.folder / "faults"
        self.file.write_text("".join(f"{fault}\n" for fault in self.faults))
        (self.modules / "opensc-pkcs11.module").write_text("disable-in: yinyao yinyaoctl\n")
        (self.modules / "faulty.module").write_text(
            f"module: {paths.program('tests/modules/yy-faulty-module.so')}\n")
        env["YINYAO_TEST_MODULE"], env["YINYAO_TEST_FAULTS"] = OPENSC, str(self.file)
        set_key("modules", "call-timeout", 3)
        return self

    def __exit__(self, *_):
        for name in ("opensc-pkcs11.module", "faulty.module"):
            (self.modules / name).unlink()
        set_key("modules", "call-timeout", 30)

    def happened(self):
        return Path(f"{self.file}.log").exists()


@case("the driver fails:", args=[
    ("C_InitPIN hang", DRIVER), ("C_InitPIN crash", DRIVER), ("C_InitPIN after 0x30", None),
    ("C_SetPIN hang", DRIVER), ("C_SetPIN crash", DRIVER), ("C_SetPIN after 0x30", None)])
def driver(fault, status):
    fresh()
    with Faulty(fault) as module:
        first = rig.unlock()
        assert module.happened(), "the fault did not happen"
        (Path(f"{module.file}.log")).unlink()
    if status is None:
        assert first.returncode not in (SUCCESS, UNREACHABLE), f"{first.returncode}: {first.stderr}"
    else:
        equal(first.returncode, status, f"exit status ({first.stderr})")
    finish()


if __name__ == "__main__":
    main(teardown=rig.close)
