# SPDX-License-Identifier: GPL-3.0-or-later
"""APDUs, bytes and wall time of what people do with a token, beside pkcs11-tool doing the same work
on the same virtual token in the same run. On a real token APDUs are the cost."""

import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from bench.report import table, wanted

from harness.demo import Demo, OPENSC, TOP
from harness.walk import new_pin

SO_PIN, NEXT_SO_PIN = "3537363231383830", "1122334455667788"


class Meter:
    """Adds up what the commands of one piece of work cost on one token."""

    def __init__(self, token):
        self.token = token
        self.rows = {}

    @contextmanager
    def work(self, name):
        self.token.reset_counters()
        before = time.monotonic()
        yield
        seconds = time.monotonic() - before
        counters = self.token.counters()
        self.rows[name] = (counters["apdus"], counters["bytes_in"] + counters["bytes_out"],
                           seconds * 1000)


def tool(demo, *arguments):
    """pkcs11-tool: one process a command, as anybody would use it."""
    result = subprocess.run(["pkcs11-tool", "--module", OPENSC, *arguments], env=demo.env,
                            capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if result.returncode != 0:
        raise RuntimeError(f"pkcs11-tool {' '.join(arguments)}:\n{result.stdout}{result.stderr}")


def fill(demo, pin, folder):
    """Two keys, two certificates, four data objects."""
    login = ["--login", "--pin", pin]
    tool(demo, *login, "--keypairgen", "--key-type", "rsa:2048", "--id", "e1", "--label", "second")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null",
                    "-subj", "/CN=second", "-days", "30", "-outform", "DER", "-out", folder / "c.der"],
                   check=True, capture_output=True)
    tool(demo, *login, "--write-object", str(folder / "c.der"), "--type", "cert", "--id", "e1",
         "--label", "second")
    (folder / "data").write_bytes(bytes(200))
    for number in range(4):
        tool(demo, *login, "--write-object", str(folder / "data"), "--type", "data",
             "--label", f"data {number}", "--application-label", "bench")


def replug(demo):
    demo.token.remove()
    demo.token.insert()


def lock(demo):
    for number in range(10):
        try:
            tool(demo, "--login", "--pin", f"Wrong+PIN-{number}", "-O")
        except RuntimeError:
            pass


def unlock(demo, meter, delay, pin):
    """The CA has the order already: what is counted is everything that needs the token."""
    words = ["unlock", "--token", demo.serial]
    lock(demo)
    demo.run("yinyaoctl", *words, "--details", TOP / "data/profiles/demo-unlock.ini")
    demo.run("yinyaoctl", *words, "--send-code")
    code = demo.service.outbox()[-1]["code"]
    demo.token.delay(delay)
    replug(demo)
    with meter.work("unlock"):
        demo.run("yinyaoctl", *words, "--code", code, secrets_by_fd=[("--new-pin-fd", pin)])


def measure_ours(delay):
    pin, changed = new_pin(), new_pin()
    with Demo(prepare=False) as demo, tempfile.TemporaryDirectory() as folder:
        meter = Meter(demo.token)
        serial = ["--token", demo.serial]
        order = demo.service.office("order", "add", "--details", str(demo.details))[0]["number"]
        demo.service.office("order", "approve", order)
        demo.token.delay(delay)
        with meter.work("prepare"):
            demo.run("yinyaoctl", "prepare-token", *serial, "--order", order)
        demo.service.office("order", "approve", order)
        code = demo.service.outbox()[-1]["code"]
        with meter.work("activate"):
            demo.run("yinyaoctl", "activate", *serial, "--code", code,
                     secrets_by_fd=[("--new-pin-fd", pin)])
        with meter.work("change PIN"):
            demo.run("yinyaoctl", "change-pin", *serial,
                     secrets_by_fd=[("--pin-fd", pin), ("--new-pin-fd", changed)])
        with meter.work("test signature"):
            demo.run("yinyaoctl", "test-signature", *serial, secrets_by_fd=[("--pin-fd", changed)])
        demo.token.delay(0)
        unlock(demo, meter, delay, pin)
        demo.token.delay(0)
        fill(demo, pin, Path(folder))
        demo.token.delay(delay)
        replug(demo)
        with meter.work("list"):
            demo.run("yinyaoctl", "certificates")
        replug(demo)
        with meter.work("list, known token re-plugged"):
            demo.run("yinyaoctl", "certificates")
        return meter.rows


def measure_tool(delay):
    pin, changed = "Bench+2026", "Bench+2027"
    with Demo(prepare=False) as demo, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        meter = Meter(demo.token)
        user, officer = ["--login", "--pin"], ["--login", "--login-type", "so", "--so-pin"]
        digest, certificate = folder / "digest", folder / "c.der"
        digest.write_bytes(bytes(range(32)))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=bench",
                        "-days", "30", "-outform", "DER", "-out", certificate],
                       check=True, capture_output=True)
        demo.token.delay(delay)

        def sign(with_pin):
            tool(demo, *user, with_pin, "--sign", "--mechanism", "ECDSA", "--id", "e0",
                 "--input-file", str(digest), "--output-file", str(folder / "signature"))

        with meter.work("prepare"):
            tool(demo, "--init-token", "--so-pin", SO_PIN, "--label", "bench")
            tool(demo, *officer, SO_PIN, "--init-pin", "--new-pin", "000000")
            tool(demo, *officer, SO_PIN, "--change-pin", "--new-pin", NEXT_SO_PIN)
        with meter.work("activate"):
            tool(demo, *officer, NEXT_SO_PIN, "--init-pin", "--new-pin", pin)
            tool(demo, *officer, NEXT_SO_PIN, "--change-pin", "--new-pin", SO_PIN)
            tool(demo, *user, pin, "--keypairgen", "--key-type", "EC:prime256v1", "--id", "e0",
                 "--label", "bench")
            sign(pin)
            tool(demo, *user, pin, "--write-object", str(certificate), "--type", "cert", "--id", "e0",
                 "--label", "bench")
            tool(demo, "--read-object", "--type", "cert", "--id", "e0", "--output-file",
                 str(folder / "back"))
            sign(pin)
        with meter.work("change PIN"):
            tool(demo, *user, pin, "--change-pin", "--new-pin", changed)
        with meter.work("test signature"):
            sign(changed)
        demo.token.delay(0)
        lock(demo)
        demo.token.delay(delay)
        replug(demo)
        with meter.work("unlock"):
            tool(demo, *officer, SO_PIN, "--init-pin", "--new-pin", pin)
            tool(demo, *officer, SO_PIN, "--change-pin", "--new-pin", NEXT_SO_PIN)
            sign(pin)
        demo.token.delay(0)
        fill(demo, pin, folder)
        demo.token.delay(delay)
        for name in ("list", "list, known token re-plugged"):
            replug(demo)
            with meter.work(name):
                tool(demo, "-O")
        return meter.rows


def run():
    figures = {}
    for delay in (0, 10):
        ours, theirs = measure_ours(delay), measure_tool(delay)
        figures[delay] = ours, theirs
        table(f"Token work at {delay} ms an APDU (yinyaoctl | pkcs11-tool)",
              ["", "APDUs", "bytes", "ms", "| APDUs", "bytes", "ms", "ratio of ms"],
              [[name, ours[name][0], ours[name][1], round(ours[name][2]), f"| {theirs[name][0]}",
                theirs[name][1], round(theirs[name][2]), f"{ours[name][2] / theirs[name][2]:.2f}"]
               for name in ours])
    ours, theirs = figures[0]
    wanted("APDUs of a listing, pkcs11-tool's being the limit", ours["list"][0], theirs["list"][0])
    wanted("APDUs of a known token re-plugged", ours["list, known token re-plugged"][0], 15)
    wanted("APDUs of an activation", ours["activate"][0], 45)
    wanted("APDUs of an unlock with a new SO PIN", ours["unlock"][0], 45)
