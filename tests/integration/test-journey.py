# SPDX-License-Identifier: GPL-3.0-or-later
"""The supplier's journey with yinyaoctl on the real stack, and everything that can go wrong on it:
each fault ends with its own exit status and a message, nothing is lost and no PIN try is spent."""

import os
import re
import subprocess
import time
from pathlib import Path

from harness.demo import OPENSC, Demo, program
from harness.tap import case, contains, equal, main

PIN, SECOND, WRONG = "Spring+2026", "Autumn-2026", "Winter+1999"
(FAILED, USAGE, NO_TOKEN, WRONG_PIN, LOCKED, LAST_TRY, REMOVED, DRIVER, UNREACHABLE, REFUSED,
 NOT_TRUSTED, PIN_RULES) = range(1, 13)
FULL = 14

# Messages are looked at in the language of the sources.
os.environ.update(LC_ALL="C.UTF-8", LANGUAGE="en")


def activate(demo, code=None, pin=PIN, **options):
    return demo.run("yinyaoctl", "activate", "--token", demo.serial, "--code", code or demo.code,
                    secrets_by_fd=[("--new-pin-fd", pin)], **options)


def sign(demo, pin, *more, **options):
    return demo.run("yinyaoctl", "test-signature", "--token", demo.serial, *more,
                    secrets_by_fd=[("--pin-fd", pin)], **options)


def refused(result, status, *parts):
    """The command failed with this status, said so in words, and gave advice on a second line."""
    equal(result.returncode, status, f"exit status ({result.stderr})")
    lines = result.stderr.strip().split("\n")
    assert lines and lines[0].startswith("yinyaoctl:"), result.stderr
    for part in parts:
        contains(result.stderr, part)


@case
def the_whole_journey():
    with Demo() as demo:
        token, = demo.json("yinyaoctl", "tokens")
        equal(token["serial"], demo.serial)
        equal(token["certificates"], [])
        activate(demo)
        token, = demo.json("yinyaoctl", "tokens")
        equal(token["pin"], {"state": "ok", "tries_left": 10})
        certificate, = demo.json("yinyaoctl", "certificates")
        equal(certificate["token"], demo.serial)
        equal(certificate["has_key"], True)
        sign(demo, PIN)
        demo.run("yinyaoctl", "change-pin", "--token", demo.serial,
                 secrets_by_fd=[("--pin-fd", PIN), ("--new-pin-fd", SECOND)])
        sign(demo, SECOND)
        pem = demo.run("yinyaoctl", "certificates", "--export", "-").stdout
        exported = subprocess.run(
            ["openssl", "x509", "-noout", "-subject", "-fingerprint", "-sha256", "-serial", "-nameopt",
             "RFC2253,utf8,-esc_msb", "-ext", "keyUsage,crlDistributionPoints"],
            input=pem, capture_output=True, text=True, check=True).stdout
        fingerprint = re.search(r"Fingerprint=(\S+)", exported).group(1).replace(":", "").lower()
        equal(fingerprint, certificate["sha256"])
        contains(exported, "Digital Signature")
        contains(exported, f"{demo.service.url}/crl")
        equal(re.search(r"subject=(.*)", exported).group(1), certificate["subject"])
        # The chain and the revocation list, by an independent witness.
        (demo.folder / "c.pem").write_text(pem)
        crl = subprocess.run(["curl", "-sf", "--cacert", demo.service.ca_file,
                              f"{demo.service.url}/crl"], capture_output=True, check=True).stdout
        (demo.folder / "crl").write_bytes(crl)
        subprocess.run(["openssl", "verify", "-CAfile", demo.service.ca_file, "-crl_check",
                        "-CRLfile", demo.folder / "crl", demo.folder / "c.pem"], check=True,
                       capture_output=True)
        equal(demo.service.office("order", "show", demo.order)[0]["state"], "completed")
        # An activated token's code is used up.
        refused(activate(demo, check=False), REFUSED)


@case
def the_token_signs_for_others_too():
    with Demo() as demo:
        activate(demo)
        pem = demo.run("yinyaoctl", "certificates", "--export", "-").stdout
        identifier = demo.json("yinyaoctl", "certificates")[0]["id"]
        (demo.folder / "c.pem").write_text(pem)
        (demo.folder / "data").write_bytes(os.urandom(1000))
        mechanism = "ECDSA-SHA256"
        if "RSA" in subprocess.run(["openssl", "x509", "-noout", "-text"], input=pem,
                                   capture_output=True, text=True).stdout:
            mechanism = "SHA256-RSA-PKCS"
        subprocess.run(["pkcs11-tool", "--module", OPENSC, "--login", "--pin", PIN, "--sign",
                        "--mechanism", mechanism, "--id", identifier, "--signature-format", "openssl",
                        "--input-file", demo.folder / "data", "--output-file", demo.folder / "s"],
                       env=demo.env, check=True, capture_output=True)
        with open(demo.folder / "key.pem", "w", encoding="ascii") as key:
            subprocess.run(["openssl", "x509", "-noout", "-pubkey"], input=pem, text=True, check=True,
                           stdout=key)
        subprocess.run(["openssl", "dgst", "-sha256", "-verify", demo.folder / "key.pem",
                        "-signature", demo.folder / "s", demo.folder / "data"], check=True,
                       capture_output=True)


@case
def wrong_codes_are_counted_and_then_void():
    with Demo() as demo:
        wrong = f"{(int(demo.code) + 1) % 1000000:06d}"
        for left in (4, 3, 2, 1):
            refused(activate(demo, wrong, check=False), REFUSED, str(left))
        refused(activate(demo, wrong, check=False), REFUSED)
        refused(activate(demo, check=False), REFUSED)
        equal(demo.token.state()["pin_tries"], 10)
        equal(demo.token.state()["keys"], 0)
        demo.service.office("order", "resend", demo.order)
        new = demo.service.outbox()[-1]["code"]
        if new != demo.code:
            refused(activate(demo, check=False), REFUSED)
        activate(demo, new)


@case
def a_new_pin_that_breaks_the_rules_changes_nothing():
    with Demo() as demo:
        for pin in ("Ab1+", "A" * 8, "12345678", "Abcdefgh12345678+", "Päßwort+2026", "password"):
            demo.token.reset_counters()
            refused(activate(demo, pin=pin, check=False), PIN_RULES)
        activate(demo)
        before = demo.token.state()
        refused(demo.run("yinyaoctl", "change-pin", "--token", demo.serial, check=False,
                         secrets_by_fd=[("--pin-fd", PIN), ("--new-pin-fd", "11111111")]), PIN_RULES)
        equal(demo.token.state()["pin_tries"], before["pin_tries"])
        sign(demo, PIN)


@case
def wrong_pins_are_counted_to_the_last_try_and_the_lock():
    with Demo() as demo:
        activate(demo)
        for left in range(9, 0, -1):
            refused(sign(demo, WRONG, check=False), WRONG_PIN, str(left))
            equal(demo.json("yinyaoctl", "tokens")[0]["pin"]["tries_left"], left)
        equal(demo.json("yinyaoctl", "tokens")[0]["pin"]["state"], "final-try")
        refused(sign(demo, PIN, check=False), LAST_TRY)
        equal(demo.token.state()["pin_tries"], 1)
        refused(sign(demo, WRONG, "--last-try", check=False), LOCKED)
        equal(demo.json("yinyaoctl", "tokens")[0]["pin"], {"state": "locked", "tries_left": 0})
        refused(sign(demo, PIN, "--last-try", check=False), LOCKED)
        equal(len(demo.json("yinyaoctl", "certificates")), 1)


@case
def the_right_pin_on_the_last_try_restores_all_tries():
    with Demo() as demo:
        activate(demo)
        for _ in range(9):
            sign(demo, WRONG, check=False)
        sign(demo, PIN, "--last-try")
        equal(demo.token.state()["pin_tries"], 10)


@case
def an_unprepared_token_and_an_absent_one():
    with Demo(prepare=False) as demo:
        refused(activate(demo, "123456", check=False), REFUSED)
        equal(demo.token.state()["pin_tries"], 10)
        demo.token.remove()
        refused(activate(demo, "123456", check=False), NO_TOKEN, demo.serial)
        equal(demo.json("yinyaoctl", "tokens"), [])


@case
def a_token_of_an_order_that_is_not_ready():
    with Demo(ready=False) as demo:
        refused(activate(demo, "123456", check=False), REFUSED)
        demo.service.office("order", "approve", demo.order)
        activate(demo, demo.service.outbox()[-1]["code"])


@case
def two_tokens_at_once():
    with Demo() as demo, demo.second_token("YY20260002") as second:
        equal(sorted(token["serial"] for token in demo.json("yinyaoctl", "tokens")),
              sorted([demo.serial, "YY20260002"]))
        refused(demo.run("yinyaoctl", "activate", "--code", demo.code, check=False,
                         secrets_by_fd=[("--new-pin-fd", PIN)]), USAGE, demo.serial, "YY20260002")
        # The code belongs to the other token's order.
        refused(demo.run("yinyaoctl", "activate", "--token", "YY20260002", "--code", demo.code,
                         check=False, secrets_by_fd=[("--new-pin-fd", PIN)]), REFUSED)
        activate(demo)
        equal(demo.token.state()["certificates"], 1)
        equal(second.state()["keys"], 0)


@case
def the_service_is_down_and_comes_back():
    with Demo() as demo:
        demo.service.stop()
        refused(activate(demo, check=False), UNREACHABLE)
        equal(demo.token.state()["keys"], 0)
        demo.service.start()
        activate(demo)


@case
def the_service_is_not_trusted():
    with Demo() as demo:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null",
                        "-subj", "/CN=another", "-days", "3", "-out", demo.folder / "other.pem"],
                       check=True, capture_output=True)
        settings = Path(demo.env["YINYAO_CONFIG"])
        right = settings.read_text(encoding="utf-8")
        settings.write_text(re.sub("ca-file=.*", f"ca-file={demo.folder / 'other.pem'}", right),
                            encoding="utf-8")
        refused(activate(demo, check=False), NOT_TRUSTED)
        equal(demo.token.state()["keys"], 0)
        settings.write_text(right, encoding="utf-8")
        activate(demo)


@case("the clock is wrong by", args=[("-1d",), ("+1d",)])
def clock(offset):
    with Demo() as demo:
        demo.wrapper = ["faketime", "-f", offset]
        result = activate(demo, check=False)
        demo.wrapper = []
        # Either it is told and nothing is done, or it does not matter to any certificate.
        contains(result.stderr, "clock")
        activate(demo, check=False)
        equal(demo.service.office("order", "show", demo.order)[0]["state"], "completed")


@case("a full card says so and loses nothing; bytes of memory:", args=[(300,), (1200,), (1500,)])
def full_card(memory):
    with Demo(memory=memory) as demo:
        refused(activate(demo, check=False), FULL)
        equal(demo.token.state()["pin_tries"], 10)


@case
def the_service_never_sees_the_pin_and_no_file_holds_it():
    with Demo() as demo:
        activate(demo)
        sign(demo, PIN)
        held = []
        for path in demo.folder.rglob("*"):
            if path.is_file() and path != demo.token.state_file:
                if PIN.encode() in path.read_bytes():
                    held.append(str(path))
        equal(held, [])
        equal(memory_holds(demo.service.process.pid, PIN), False)
        # The scan can find something: the service does know the token's serial number.
        equal(memory_holds(demo.service.process.pid, demo.serial), True)


def memory_holds(pid, text):
    """Whether a process's readable memory holds a text."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if not rights.startswith("rw") or end - start > 1 << 30:
                continue
            try:
                memory.seek(start)
                if text.encode() in memory.read(end - start):
                    return True
            except (OSError, ValueError):
                continue
    return False


@case
def a_prepared_token_can_be_prepared_again():
    with Demo(ready=False) as demo:
        demo.run("yinyaoctl", "prepare-token", "--token", demo.serial, "--order", demo.order)
        demo.service.office("order", "approve", demo.order)
        activate(demo, demo.service.outbox()[-1]["code"])


@case
def preparing_without_the_office_key_is_refused():
    with Demo(ready=False) as demo:
        key = demo.folder / "wrong.key"
        key.write_text("0" * 64)
        key.chmod(0o600)
        settings = Path(demo.env["YINYAO_CONFIG"])
        settings.write_text(re.sub("office-key-file=.*", f"office-key-file={key}",
                                   settings.read_text(encoding="utf-8")), encoding="utf-8")
        refused(demo.run("yinyaoctl", "prepare-token", "--token", demo.serial, "--order", demo.order,
                         check=False), REFUSED)


@case
def a_pull_while_it_waits_is_told_within_seconds():
    with Demo(delay=50) as demo:
        demo.token.cut_before(30)
        started = time.monotonic()
        refused(activate(demo, check=False), REMOVED)
        assert time.monotonic() - started < 30
        demo.token.insert()
        activate(demo)
        equal(demo.token.state()["keys"], 1)


@case
def several_environments_at_once():
    with Demo() as one, Demo() as other:
        assert one.service.url != other.service.url
        activate(one)
        equal(other.json("yinyaoctl", "certificates"), [])
        activate(other)


if __name__ == "__main__":
    assert program("yinyaoctl")
    main()
