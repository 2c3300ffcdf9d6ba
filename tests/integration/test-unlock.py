# SPDX-License-Identifier: GPL-3.0-or-later
"""A locked token is unlocked with yinyaoctl on the real stack: both ways, and whatever goes wrong on
them. Most cases share one world; each locks its token first, and leaves it with a PIN that works."""

import configparser
import json
import os
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

from harness import documents, paths
from harness.demo import Demo, program
from harness.tap import case, contains, equal, main, ok
from harness.tools import Witness

PINS = ("Spring+2026", "Autumn-2026")
WRONG = "Winter+1999"
(FAILED, USAGE, NO_TOKEN, WRONG_PIN, LOCKED, LAST_TRY, REMOVED, DRIVER, UNREACHABLE, REFUSED,
 NOT_TRUSTED, PIN_RULES) = range(1, 13)
NOT_PROVED, UNUSABLE_FILE = 15, 16
SECOND = "YY20260002"
# Limits are tested elsewhere; here many orders follow one another.
PROFILE = {("limits", "matches-per-address"): 1000, ("limits", "matches-per-token"): 1000,
           ("limits", "wrong-codes-per-address"): 1000, ("limits", "wrong-codes-per-token"): 1000,
           ("verification", "resend-seconds"): 1, ("verification", "codes-per-hour"): 100}

os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="en")
world = None


class World:
    """A demo with an activated token, a second one, and whatever an agent has on the desk."""

    def __init__(self):
        self.sms = Path(paths.temporary_folder("sms"))
        command = self.sms / "send"
        command.write_text(f"#!/bin/sh\ncat >/dev/null\ntest ! -e '{self.sms}/down'\n")
        command.chmod(0o755)
        self.demo = Demo(profile={**PROFILE, ("sms", "command"): command})
        self.demo.__enter__()
        self.pin = PINS[0]
        self.seen = set(PINS) | {WRONG}  # secrets that must be nowhere
        self.desk = self.demo.folder / "desk"
        self.desk.mkdir()
        self.second = None
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self):
        demo = self.demo
        demo.run("yinyaoctl", "activate", "--token", demo.serial, "--code", demo.code,
                 secrets_by_fd=[("--new-pin-fd", self.pin)])
        self.witness = Witness(demo.pcsc)
        self.witness.environment.update(demo.env)
        (self.desk / "data").write_bytes(os.urandom(500))
        self.witness.pkcs11("--write-object", str(self.desk / "data"), "--type", "data", "--label",
                            "something of the agent's", pin=self.pin)
        self.details = self.write_details("matching")
        self.others = self.write_details("others", name="李四", mobile="13900000000")
        documents.picture(self.desk, "licence.jpg")
        documents.picture(self.desk, "identity.png")
        (self.desk / "form.pdf").write_bytes(documents.pdf(pages=2))

    def close(self):
        if self.second:
            self.second.stop()
        self.demo.close()
        shutil.rmtree(self.sms)

    def write_details(self, file, name="张三", number="11010519491231002X", mobile="13800000000"):
        path = self.desk / (file + ".ini")
        path.write_text("[organization]\nname=深圳市示例文具有限公司\n[agent]\n"
                        f"name={name}\ndocument-type=identity-card\ndocument-number={number}\n"
                        f"mobile={mobile}\n[order]\ntype=unlock\n", encoding="utf-8")
        return path

    def unlock(self, *arguments, serial=None, **options):
        return self.demo.run("yinyaoctl", "unlock", "--token", serial or self.demo.serial,
                             *arguments, **options)

    def ask(self, *arguments, **options):
        """The order, as --json tells it."""
        found, = json.loads(self.unlock(*arguments, "--json", **options).stdout)
        return found

    def pin_state(self, serial=None):
        token, = self.demo.json("yinyaoctl", "tokens", "--token", serial or self.demo.serial)
        return token["pin"]

    def sign(self, pin, *more, **options):
        return self.demo.run("yinyaoctl", "test-signature", "--token", self.demo.serial, *more,
                             secrets_by_fd=[("--pin-fd", pin)], **options)

    def lock(self):
        """Spends the tries that are left."""
        while (left := self.pin_state()["tries_left"]) > 0:
            self.sign(WRONG, *(["--last-try"] if left == 1 else []), check=False)

    def code(self, *arguments, **options):
        """Has a verification code sent; returns it."""
        before = len(self.messages())
        order = self.ask("--send-code", *arguments, **options)
        equal((order["state"], order["code"]["delivery"]), ("ready", "sent"))
        return self.messages()[before]["code"]

    def messages(self):
        return self.demo.service.outbox()

    def completed_by(self, details):
        """From now on these are the details of the token's last order."""
        if details == self.others:
            self.others = self.details
        self.details = details

    def finish(self, code, pin, *arguments, **options):
        self.seen.add(pin)
        return self.unlock("--code", code, *arguments, secrets_by_fd=[("--new-pin-fd", pin)],
                           **options)

    def other_pin(self):
        return PINS[1] if self.pin == PINS[0] else PINS[0]

    def unlock_at_once(self):
        """The short way from any state."""
        self.unlock("--details", self.details)
        code, pin = self.code(), self.other_pin()
        self.finish(code, pin)
        self.pin = pin

    def check_unlocked(self):
        """With all its tries: the new PIN brings back those that were spent before it."""
        self.sign(self.pin)
        equal(self.pin_state(), {"state": "ok", "tries_left": 10})

    def withdraw_all(self):
        """No order is open for the token, and no ticket is kept."""
        for order in self.demo.service.orders():
            if order["type"] == "unlock" and order["state"] not in ("completed", "withdrawn"):
                self.demo.service.office("order", "withdraw", order["number"])
        self.drop_tickets()

    def tickets(self):
        folder = self.demo.folder / "state" / "yinyao" / "tickets"
        return list(folder.iterdir()) if folder.exists() else []

    def drop_tickets(self):
        for ticket in self.tickets():
            ticket.unlink()

    def sql(self, statement, *values):
        with sqlite3.connect(self.demo.service.folder / "yinyao.db") as database:
            return database.execute(statement, values).fetchall()

    def second_token(self):
        """Another token of the same organization, activated."""
        if self.second:
            return SECOND
        demo = self.demo
        number = demo.service.add_order(demo.details)
        demo.service.approve(number)
        self.second = demo.second_token(SECOND)
        self.second.start()
        demo.run("yinyaoctl", "prepare-token", "--token", SECOND, "--order", number)
        demo.service.approve(number)
        demo.run("yinyaoctl", "activate", "--token", SECOND, "--code", self.messages()[-1]["code"],
                 secrets_by_fd=[("--new-pin-fd", PINS[0])])
        return SECOND


def refused(result, status, *parts):
    equal(result.returncode, status, f"exit status ({result.stdout}{result.stderr})")
    for part in parts:
        contains(result.stderr, part)
    return result


def contents(token):
    """Every file of the card, byte by byte as their digests tell."""
    return token.state()["files"]


# Ten wrong PINs

@case
def ten_wrong_pins_lock_the_token_and_every_try_is_told():
    flags = {1: "final user PIN try", 0: "user PIN locked"}
    for left in range(9, -1, -1):
        last = ["--last-try"] if left == 0 else []
        if left % 2:
            result = world.sign(WRONG, *last, check=False)
        else:
            result = world.demo.run(
                "yinyaoctl", "change-pin", "--token", world.demo.serial, *last, check=False,
                secrets_by_fd=[("--pin-fd", WRONG), ("--new-pin-fd", world.other_pin())])
        refused(result, LOCKED if left == 0 else WRONG_PIN)
        if left > 0:
            contains(result.stderr, "1 try left" if left == 1 else f"{left} tries left")
        state = world.pin_state()
        equal(state["tries_left"], left)
        if left == 1:
            equal(state["state"], "final-try")
            refused(world.sign(WRONG, check=False), LAST_TRY, "--last-try")
        shown = next(t for t in world.witness.tokens() if world.demo.serial in t["serial num"])
        for number, flag in flags.items():
            equal(flag in shown["token flags"], number == left, flag)
    equal(state, {"state": "locked", "tries_left": 0})
    # Said before anything is asked: there is no terminal and no descriptor here.
    for command in ("test-signature", "change-pin"):
        refused(world.demo.run("yinyaoctl", command, check=False), LOCKED,
                f"yinyaoctl unlock --token {world.demo.serial}")
    equal(len(world.demo.json("yinyaoctl", "certificates")), 1)


# The agent is the one of the last order

@case
def the_agent_matches_and_goes_straight_to_the_code():
    world.withdraw_all()
    world.lock()
    before, held = contents(world.demo.token), world.demo.json("yinyaoctl", "certificates")
    order = world.ask("--details", world.details)
    equal((order["token"], order["state"], order["agent_matches"], order["reason"],
           order["documents"], order["code"]),
          (world.demo.serial, "ready", True, None, [], None))
    told = world.unlock().stdout
    contains(told, order["number"])
    contains(told, "--send-code")
    equal(world.ask("--status"), order)
    sent = world.ask("--send-code")
    equal((sent["code"]["to"], sent["code"]["delivery"], sent["code"]["tries_left"]),
          ("138****0000", "sent", 5))
    ok(500 < sent["code"]["expires_in"] <= 600, sent)
    message = world.messages()[-1]
    equal((message["to"], message["order"]), ("13800000000", order["number"]))
    contains(world.unlock("--status").stdout, "--code CODE")
    # Of the wrong shape: nothing is sent, no try is spent.
    for wrong in ("1", message["code"] + "0", "12345x"):
        refused(world.finish(wrong, world.other_pin(), check=False), REFUSED, "6 digits")
    refused(world.unlock("--code", message["code"], secrets_by_fd=[("--new-pin-fd", "12345678")],
                         check=False), PIN_RULES)
    equal(world.ask("--status")["code"]["tries_left"], 5)
    wrong = f"{(int(message['code']) + 1) % 1000000:06d}"
    refused(world.finish(wrong, world.other_pin(), check=False), REFUSED, "4 tries")
    equal(world.pin_state()["state"], "locked")
    done = world.finish(message["code"], world.other_pin())
    contains(done.stdout, "new PIN")
    old, world.pin = world.pin, world.other_pin()
    world.check_unlocked()
    refused(world.sign(old, check=False), WRONG_PIN)
    world.sign(world.pin)
    equal(contents(world.demo.token), before, "files of the card")
    equal(world.demo.json("yinyaoctl", "certificates"), held)
    world.witness.pkcs11("--read-object", "--type", "data", "--label", "something of the agent's",
                         "--output-file", str(world.desk / "again"), pin=world.pin)
    equal((world.desk / "again").read_bytes(), (world.desk / "data").read_bytes())
    # It is over: the ticket is gone, the office knows, the agent is told.
    equal(world.tickets(), [])
    contains(world.unlock("--status").stdout, "Nothing to do")
    equal(json.loads(world.unlock("--status", "--json").stdout), [])
    contains(world.unlock("--withdraw").stdout, "Nothing to withdraw")
    equal(world.demo.service.order(order["number"])["state"], "completed")
    contains(world.messages()[-1]["text"], "已解锁")


@case
def a_forgotten_pin_is_set_anew_before_the_token_is_locked():
    equal(world.pin_state()["state"], "ok")
    world.unlock_at_once()
    world.check_unlocked()


@case
def the_code_may_come_through_a_descriptor_and_json_tells_the_end():
    world.lock()
    world.unlock("--details", world.details)
    code, pin = world.code(), world.other_pin()
    result = world.unlock("--json", secrets_by_fd=[("--code-fd", code + "\n"), ("--new-pin-fd", pin)])
    world.pin = pin
    order, = json.loads(result.stdout)
    equal((order["state"], order["code"]), ("completed", None))
    ok(result.stderr.count("•") >= 4, result.stderr)
    world.check_unlocked()


# The agent is another one

def upload(*names):
    files = {"certificate-form": "form.pdf", "licence": "licence.jpg", "agent-identity": "identity.png"}
    return [word for name in names for word in ("--upload", f"{name}={world.desk / files[name]}")]


def state_of(order):
    return {d["name"]: d["complete"] for d in order["documents"]}


@case
def another_agent_hands_documents_in_is_rejected_corrects_and_is_approved():
    world.withdraw_all()
    world.lock()
    before = contents(world.demo.token)
    form = world.desk / "out.pdf"
    order = world.ask("--details", world.others, "--form", form)
    equal((order["state"], order["agent_matches"]), ("draft", False))
    equal(state_of(order), {"certificate-form": False, "licence": False, "agent-identity": False})
    ok(form.read_bytes().startswith(b"%PDF-"))
    text = subprocess.run(["pdftotext", form, "-"], capture_output=True, text=True, check=True).stdout
    for part in ("李四", "深圳市示例文具有限公司", order["number"]):
        contains(text.replace("\n", ""), part)
    refused(world.unlock("--form", form, check=False), FAILED, "--force")
    world.unlock("--form", form, "--force")
    refused(world.unlock("--send-code", check=False), REFUSED, "documents are missing")
    refused(world.unlock("--wait", check=False), REFUSED, "documents are missing")
    told = world.unlock(*upload("licence")).stdout
    contains(told, "licence.jpg")
    contains(told, "--upload certificate-form=FILE --upload agent-identity=FILE")
    order = world.ask(*upload("certificate-form", "agent-identity"))
    equal((order["state"], set(state_of(order).values())), ("first-review", {True}))
    licence = next(d for d in order["documents"] if d["name"] == "licence")
    equal((licence["file_name"], licence["size"]),
          ("licence.jpg", (world.desk / "licence.jpg").stat().st_size))
    contains(world.unlock().stdout, "--wait")
    refused(world.unlock(*upload("licence"), check=False), REFUSED, "handed in")
    refused(world.unlock("--details", world.details, check=False), REFUSED, "--withdraw")

    rejected = while_waiting(lambda: world.demo.service.reject(order["number"], "执照看不清"))
    refused(rejected, REFUSED, "执照看不清")
    order = world.ask("--status")
    equal((order["state"], order["reason"]), ("rejected", "执照看不清"))
    contains(world.unlock().stdout, "执照看不清")
    # Corrected details need a new form; what else was uploaded stays.
    corrected = world.write_details("corrected", name="李思", mobile="13900000000")
    order = world.ask("--details", corrected)
    equal(state_of(order), {"certificate-form": False, "licence": True, "agent-identity": True})
    ok(order["state"] in ("draft", "rejected"), order)
    order = world.ask(*upload("certificate-form"))
    equal((order["state"], order["reason"]), ("first-review", None))

    equal(while_waiting(lambda: world.demo.service.approve(order["number"])).returncode, 0)
    code, pin = world.code(), world.other_pin()
    equal(world.messages()[-1]["to"], "13900000000")
    world.finish(code, pin)
    world.pin = pin
    world.completed_by(corrected)
    world.check_unlocked()
    equal(contents(world.demo.token), before, "files of the card")


def while_waiting(decide):
    """`unlock --wait` while the office decides; the finished process."""
    process = subprocess.Popen(
        [program("yinyaoctl"), "unlock", "--token", world.demo.serial, "--wait"],
        env=world.demo.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        time.sleep(1.5)  # it has looked at least once; whatever it misses, it asks again
        equal(process.poll(), None)
        decide()
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@case
def the_office_may_see_only_that_a_scan_is_bad():
    world.withdraw_all()
    order = world.ask("--details", world.others, *upload("certificate-form", "licence", "agent-identity"))
    equal(order["state"], "first-review")
    world.demo.service.reject(order["number"], "again")
    equal(world.ask("--details", world.others)["state"], "rejected")  # nothing new: not handed in
    documents.picture(world.desk, "licence.jpg", "-flip")
    contains(world.unlock("--status").stdout, "Reason: again")
    equal(world.ask(*upload("licence"))["state"], "first-review")
    # The reason is told while it is to be mended, not when it is all over.
    world.demo.service.reject(order["number"], "no more")
    equal(world.ask("--status")["reason"], "no more")
    told = world.unlock("--withdraw").stdout
    contains(told, "Withdrawn")
    ok("no more" not in told and "Reason" not in told, told)
    equal(world.demo.service.order(order["number"])["reason"], "no more")
    world.withdraw_all()


@case
def at_a_terminal_an_upload_shows_how_far_it_is():
    world.withdraw_all()
    world.unlock("--details", world.others)
    (world.desk / "large.pdf").write_bytes(documents.pdf(content=os.urandom(300000)))
    terminal, stderr = pty.openpty()
    try:
        subprocess.run([program("yinyaoctl"), "unlock", "--token", world.demo.serial, "--upload",
                        f"licence={world.desk / 'large.pdf'}"], env=world.demo.env, stderr=stderr,
                       stdout=subprocess.DEVNULL, check=True, timeout=60)
        shown = os.read(terminal, 65536).decode()
    finally:
        os.close(stderr)
        os.close(terminal)
    total = ((world.desk / "large.pdf").stat().st_size + 1023) // 1024
    for part in (f"0 of {total} KB", f"64 of {total} KB", f"{total} of {total} KB\r\n"):
        contains(shown, part)
    world.unlock("--withdraw")


@case
def an_order_is_withdrawn():
    world.withdraw_all()
    order = world.ask("--details", world.others)
    withdrawn = world.ask("--withdraw")
    equal((withdrawn["number"], withdrawn["state"]), (order["number"], "withdrawn"))
    equal(world.tickets(), [])
    equal(world.demo.service.order(order["number"])["state"], "withdrawn")
    again = world.ask("--details", world.others)
    ok(again["number"] != order["number"] and again["state"] == "draft", again)
    # The office closes it; the next look tells, and forgets it.
    world.demo.service.office("order", "withdraw", again["number"])
    equal(world.ask("--status")["state"], "withdrawn")
    equal(world.tickets(), [])


@case
def another_computer_goes_on_with_the_same_details():
    world.withdraw_all()
    order = world.ask("--details", world.others, *upload("licence"))
    first = world.tickets()[0].read_text()
    world.drop_tickets()
    refused(world.unlock(*upload("agent-identity"), check=False), USAGE, "--details")
    same = world.ask("--details", world.others)
    equal((same["number"], state_of(same)["licence"]), (order["number"], True))
    equal(world.tickets()[0].read_text(), first)
    world.unlock("--withdraw")


@case
def documents_that_the_service_must_not_get_are_refused_here():
    world.withdraw_all()
    world.unlock("--details", world.others)
    for name, data in (("empty.png", b""), ("text.pdf", b"hello " * 200),
                       ("large.png", b"\x89PNG\r\n\x1a\n" + bytes(1 << 20))):
        (world.desk / name).write_bytes(data)
        refused(world.unlock("--upload", f"licence={world.desk / name}", check=False),
                UNUSABLE_FILE, name)
    equal(state_of(world.ask("--status"))["licence"], False)
    world.unlock("--withdraw")


@case
def a_picture_that_is_too_large_is_made_smaller():
    world.withdraw_all()
    world.unlock("--details", world.others)
    photo = documents.picture(world.desk, "BMP3:photo.bmp", size=(1600, 1200))
    ok(photo.stat().st_size > 4 << 20)
    done = world.unlock("--upload", f"licence={photo}")
    contains(done.stderr, "The picture was made smaller: 5.5 MB → ")
    equal(state_of(world.ask("--status"))["licence"], True)
    scan = world.desk / "scan.pdf"
    scan.write_bytes(documents.pdf() + b" " * (1 << 20))
    refused(world.unlock("--upload", f"licence={scan}", check=False), UNUSABLE_FILE, "scan.pdf",
            "larger than 1024 KB")
    world.unlock("--withdraw")


@case
def the_token_need_not_be_plugged_in_until_the_end():
    world.withdraw_all()
    world.lock()
    world.demo.token.remove()
    try:
        order = world.ask("--details", world.others, "--form", world.desk / "away.pdf",
                          *upload("certificate-form", "licence", "agent-identity"))
        world.demo.service.approve(order["number"])
        equal(world.ask("--wait")["state"], "ready")
        code = world.code()
        refused(world.finish(code, world.other_pin(), check=False), NO_TOKEN, world.demo.serial)
        equal(world.ask("--status")["code"]["tries_left"], 5)
    finally:
        world.demo.token.insert()
    pin = world.other_pin()
    world.finish(code, pin)
    world.pin = pin
    world.completed_by(world.others)
    world.check_unlocked()


# Codes

@case
def an_expired_code_says_so_and_another_one_is_sent():
    world.lock()
    world.unlock("--details", world.details)
    code = world.code()
    world.sql("UPDATE codes SET expires = 1 WHERE state = 0")
    refused(world.finish(code, world.other_pin(), check=False), REFUSED, "expired")
    contains(world.unlock().stdout, "--send-code")
    time.sleep(1.1)  # the pause between two codes
    fresh, pin = world.code(), world.other_pin()
    if fresh != code:
        refused(world.finish(code, pin, check=False), REFUSED)
    world.finish(fresh, pin)
    world.pin = pin
    world.check_unlocked()


@case
def a_text_message_that_cannot_be_sent_is_told_and_sent_again():
    world.lock()
    world.unlock("--details", world.details)
    (world.sms / "down").touch()
    try:
        refused(world.unlock("--send-code", check=False), UNREACHABLE, "could not send")
        order = world.ask("--status")
        equal((order["state"], order["code"]["delivery"]), ("ready", "failed"))
        contains(world.unlock().stdout, "could not be sent to 13")
    finally:
        (world.sms / "down").unlink()
    # Nobody waits for another code when there was none.
    code, pin = world.code(), world.other_pin()
    world.finish(code, pin)
    world.pin = pin
    world.check_unlocked()


@case
def a_code_is_void_after_too_many_wrong_ones():
    world.lock()
    world.unlock("--details", world.details)
    code = world.code()
    wrong = f"{(int(code) + 1) % 1000000:06d}"
    for left in (4, 3, 2, 1):
        refused(world.finish(wrong, world.other_pin(), check=False), REFUSED, str(left))
    refused(world.finish(wrong, world.other_pin(), check=False), REFUSED, "void")
    refused(world.finish(code, world.other_pin(), check=False), REFUSED, "void")
    equal(world.pin_state()["state"], "locked")
    time.sleep(1.1)
    world.unlock_at_once()
    world.check_unlocked()


@case
def a_code_and_an_order_are_for_one_token_only():
    second = world.second_token()
    world.lock()
    world.unlock("--details", world.details)
    world.unlock("--details", world.write_details("first-agent"), serial=second)
    code = world.code(serial=second)
    # The code of the other token's order.
    mine = world.code()
    if mine != code:
        refused(world.finish(code, world.other_pin(), check=False), REFUSED)
    equal(world.pin_state()["state"], "locked")
    # The other token plugged in instead of this one.
    world.demo.token.remove()
    try:
        refused(world.finish(mine, world.other_pin(), check=False), NO_TOKEN, world.demo.serial)
    finally:
        world.demo.token.insert()
    equal(world.pin_state(second), {"state": "ok", "tries_left": 10})
    pin = world.other_pin()
    world.finish(mine, pin)
    world.pin = pin
    world.check_unlocked()
    equal(world.demo.run("yinyaoctl", "test-signature", "--token", second,
                         secrets_by_fd=[("--pin-fd", PINS[0])]).returncode, 0)
    world.unlock("--withdraw", serial=second)


@case
def a_token_that_was_never_activated_has_to_be_activated():
    number = world.demo.service.add_order(world.demo.details)
    world.demo.service.approve(number)
    world.demo.service.prepare("YYNEW1", number)
    refused(world.unlock("--details", world.details, serial="YYNEW1", check=False), REFUSED,
            "activate it first")
    refused(world.unlock("--details", world.details, serial="YYNONE", check=False), REFUSED,
            "has not prepared this token")


# Two clients

def environment_of_another_computer():
    return {**world.demo.env, "XDG_STATE_HOME": str(world.demo.folder / "elsewhere")}


def start_finish(env, code, pin):
    reader, writer = os.pipe()
    os.write(writer, pin.encode())
    os.close(writer)
    world.seen.add(pin)
    process = subprocess.Popen(
        [program("yinyaoctl"), "unlock", "--token", world.demo.serial, "--code", code,
         "--new-pin-fd", str(reader)], env=env, pass_fds=[reader], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)
    os.close(reader)
    return process


def elsewhere(*arguments):
    return subprocess.run([program("yinyaoctl"), "unlock", "--token", world.demo.serial, *arguments],
                          env=environment_of_another_computer(), capture_output=True, text=True,
                          timeout=120, stdin=subprocess.DEVNULL)


@case("two clients unlock the same token at the same time; seconds apart:",
      args=[(0,), (0.1,), (0.2,), (0.4,)])
def race(apart):
    world.drop_tickets()
    world.lock()
    before = contents(world.demo.token)
    order = world.ask("--details", world.details)
    other, = json.loads(elsewhere("--details", str(world.details), "--json").stdout)
    equal(other["number"], order["number"])
    code = world.code()
    pins = ("Summer+2026", "August-2026")
    runs = [start_finish(world.demo.env, code, pins[0])]
    time.sleep(apart)
    runs.append(start_finish(environment_of_another_computer(), code, pins[1]))
    results = [(p.communicate(timeout=120), p.returncode) for p in runs]
    statuses = [status for _, status in results]
    # One may find the token changed under its hands, but never that the CA does not know it.
    ok(all(s in (0, REFUSED, DRIVER, FAILED, WRONG_PIN, NOT_PROVED) for s in statuses), results)
    # Whoever won: one more run finds the token in order, and the CA knows its SO PIN.
    if 0 not in statuses:
        world.drop_tickets()
        world.unlock("--details", world.details)
        time.sleep(1.1)
        world.finish(world.code(), pins[0])
    works = [pin for pin in pins if world.sign(pin, check=False).returncode == 0]
    equal(len(works), 1, f"PINs that work ({results})")
    world.pin = works[0]
    world.check_unlocked()
    equal(contents(world.demo.token), before, "files of the card")
    world.drop_tickets()
    world.unlock_at_once()
    world.check_unlocked()


@case
def the_other_computer_learns_that_it_is_over():
    world.lock()
    world.unlock("--details", world.details)
    elsewhere("--details", str(world.details))
    code, pin = world.code(), world.other_pin()
    world.finish(code, pin)
    world.pin = pin
    process = start_finish(environment_of_another_computer(), code, WRONG)
    _, problem = process.communicate(timeout=120)
    equal(process.returncode, REFUSED, problem)
    world.check_unlocked()
    told, = json.loads(elsewhere("--status", "--json").stdout)
    equal(told["state"], "completed")


# Interrupted

@case
def the_service_is_away_for_a_while():
    world.lock()
    world.unlock("--details", world.details)
    code, pin = world.code(), world.other_pin()
    world.demo.service.stop()
    try:
        for action in ("--status", "--send-code", "--withdraw"):
            refused(world.unlock(action, check=False), UNREACHABLE)
        refused(world.finish(code, pin, check=False), UNREACHABLE)
        equal(world.pin_state()["state"], "locked")
    finally:
        world.demo.service.start()
    world.finish(code, pin)
    world.pin = pin
    world.check_unlocked()


@case
def a_pull_in_the_middle_is_told_and_the_same_code_goes_on():
    world.unlock("--details", world.details)
    code, pin = world.code(), world.other_pin()
    world.demo.token.reset_counters()
    world.unlock("--status")
    equal(world.demo.token.counters()["apdus"], 0, "APDUs of a look at the order")
    world.finish(code, pin)
    world.pin = pin
    apdus = world.demo.token.counters()["apdus"]
    world.lock()
    world.unlock("--details", world.details)
    code, pin = world.code(), world.other_pin()
    world.demo.token.cut_after(apdus * 2 // 3)
    refused(world.finish(code, pin, check=False), REMOVED)
    world.demo.token.insert()
    world.finish(code, pin)
    world.pin = pin
    world.check_unlocked()


@case
def waiting_ends_with_a_signal_and_survives_a_service_that_is_away():
    world.withdraw_all()
    order = world.ask("--details", world.others, *upload("certificate-form", "licence", "agent-identity"))

    def away_then_approve():
        world.demo.service.stop()
        time.sleep(2.5)
        world.demo.service.start()
        world.demo.service.approve(order["number"])
    result = while_waiting(away_then_approve)
    equal(result.returncode, 0, result.stderr)
    contains(result.stderr, "warning: ")
    world.unlock("--withdraw")
    world.unlock("--details", world.others, *upload("certificate-form", "licence", "agent-identity"))
    process = subprocess.Popen(
        [program("yinyaoctl"), "unlock", "--token", world.demo.serial, "--wait"],
        env=world.demo.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    equal(process.returncode, 130)
    world.unlock("--withdraw")


# Secrets

def so_pins():
    """The present SO PIN of the token and the next one, as a client would be given them."""
    service, serial = world.demo.service, world.demo.serial
    details = configparser.ConfigParser()
    details.read(world.details, encoding="utf-8")
    opened = service.post("/api/v1/orders", {
        "type": "unlock", "token": serial, "organization": dict(details["organization"]),
        "agent": {k.replace("-", "_"): v for k, v in details["agent"].items()}}).json
    path = "/api/v1/orders/" + opened["order"]["number"]
    service.post(path + "/code", bearer=opened["key"])
    grant = service.post(path + "/grant", {"code": world.messages()[-1]["code"], "session": "0" * 32},
                         bearer=opened["key"]).json["grant"]
    answer = service.post(f"/api/v1/grants/{grant['id']}/release", bearer=grant["key"])
    equal(answer.status, 200, repr(answer))
    return answer.body.decode().split() + [grant["key"], opened["key"]]


@case
def no_secret_is_anywhere():
    world.withdraw_all()
    world.lock()
    world.unlock("--details", world.details)
    ticket = re.search("key=(.*)", world.tickets()[0].read_text()).group(1)
    code, pin = world.code(), world.other_pin()
    world.finish(code, pin)
    world.pin = pin
    world.seen.add(ticket)
    world.seen.update(so_pins())
    seen = [s.encode() for s in world.seen] + [f"验证码{code}".encode()]
    seen += [bytes.fromhex(s) for s in world.seen if re.fullmatch("[0-9A-F]{16}", s)]
    held, looked = [], 0
    for path in world.demo.folder.rglob("*"):
        if not path.is_file():
            continue
        looked += 1
        data = path.read_bytes()
        held += [(str(path), s) for s in seen if s in data or s.lower() in data]
    equal(held, [])
    ok(looked > 10, "files were looked at")
    # The scan can find something, and the log of APDUs is no exception.
    ok(any(world.demo.serial.encode() in p.read_bytes() for p in world.demo.folder.rglob("*")
           if p.is_file()))
    log = world.demo.token.apdu_log.read_bytes()
    ok(log and not any(s in log for s in seen), "the log of APDUs")


def setup():
    global world
    assert program("yinyaoctl")
    world = World()


if __name__ == "__main__":
    main(setup, lambda: world and world.close())
