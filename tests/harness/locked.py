# SPDX-License-Identifier: GPL-3.0-or-later
"""An activated token that ten wrong PINs have locked, and an order to unlock it whose verification
code was sent.

    with Locked() as locked:
        locked.keep()
        ...                         # something that is interrupted
        locked.unlock(check=True)
        locked.check()
        locked.reset()              # everything as it was when it was kept
"""

import contextlib
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

from harness import paths
from harness.demo import Demo, OPENSC, TOP
from harness.tap import equal

OLD, NEW, WRONG = "Locked+2026", "Opened-2026", "Guess+%d-2026"
PIN_TRIES, SO_TRIES = 10, 15
REFUSED = 10  # exit status

# Codes that live as long as a test, and as many of them as it likes.
PROFILE = {("verification", "validity-minutes"): 1440, ("verification", "resend-seconds"): 1,
           ("verification", "codes-per-hour"): 100, ("limits", "matches-per-address"): 1000,
           ("limits", "matches-per-token"): 1000}
DETAILS = TOP / "data/profiles/demo-unlock.ini"


class Locked:
    """Attributes: demo, order (number), code, files (what lay on the token). begin: the order is
    begun and the code sent."""

    def __init__(self, begin=True, **options):
        self._stack = contextlib.ExitStack()
        self._folder = Path(paths.temporary_folder("locked"))
        self._stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self.order = self.code = None
        try:
            self.demo = self._stack.enter_context(Demo(profile=PROFILE, **options))
            # Messages are compared; the demo's language is Chinese.
            self.demo.env.update(LC_ALL="C.UTF-8", LANGUAGE="en")
            self._lock()
            if begin:
                self.begin()
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._stack.close()

    def tool(self, *arguments):
        """pkcs11-tool, as a finished process."""
        return subprocess.run(["pkcs11-tool", "--module", OPENSC, *arguments], env=self.demo.env,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)

    def _lock(self):
        demo = self.demo
        demo.run("yinyaoctl", "activate", "--token", demo.serial, "--code", demo.code,
                 secrets_by_fd=[("--new-pin-fd", OLD)])
        data = self._folder / "data"
        data.write_bytes(bytes(range(256)) * 4)
        written = self.tool("--login", "--pin", OLD, "--write-object", str(data), "--type", "data",
                            "--label", "seal", "--application-label", "test")
        equal(written.returncode, 0, f"pkcs11-tool ({written.stderr})")
        for number in range(PIN_TRIES):
            self.tool("--login", "--pin", WRONG % number, "-O")
        state = demo.token.state()
        equal((state["pin_tries"], state["so_pin_tries"]), (0, SO_TRIES), "tries")
        self.files = state["files"]

    def begin(self):
        """An order whose details are those of the last one, and its code."""
        self.find()
        self.order = [order for order in self.demo.service.orders()
                      if order["type"] == "unlock"][-1]["number"]
        self.send_code()

    def find(self):
        """The client goes on with the order that is open, as another computer would."""
        demo = self.demo
        demo.run("yinyaoctl", "unlock", "--token", demo.serial, "--details", DETAILS)

    def send_code(self):
        """The one that counts from now on. A second after the last one it is refused."""
        demo = self.demo
        for _ in range(2):
            sent = demo.run("yinyaoctl", "unlock", "--token", demo.serial, "--send-code", check=False)
            if sent.returncode != REFUSED:
                break
            time.sleep(1)
        equal(sent.returncode, 0, f"--send-code ({sent.stderr})")
        self.code = self.sent_codes()[-1]

    def sent_codes(self):
        return [message["code"] for message in self.demo.service.outbox()
                if message["order"] == self.order and message["code"]]

    def unlock(self, pin=NEW, code=None, check=False):
        """yinyaoctl unlock, as a finished process."""
        demo = self.demo
        return demo.run("yinyaoctl", "unlock", "--token", demo.serial, "--code", code or self.code,
                        secrets_by_fd=[("--new-pin-fd", pin)], check=check)

    # Keeping and putting back

    def _own_places(self):
        """Name and folder of what a run leaves behind. What is cached of the token decides how many
        APDUs the next one takes."""
        demo = self.demo
        return (("ra", demo.service.folder), ("state", Path(demo.env["XDG_STATE_HOME"])),
                ("cache", Path(demo.env["XDG_CACHE_HOME"])))

    def keep(self):
        """What reset() goes back to. The service is stopped, the token out."""
        demo = self.demo
        demo.service.stop()
        demo.token.stop()
        kept = self._folder / "kept"
        shutil.rmtree(kept, ignore_errors=True)
        for name, place in self._own_places():
            if place.exists():
                shutil.copytree(place, kept / name)
        shutil.copy(demo.token.state_file, kept / "token")
        self._begun = self.order, self.code

    def reset(self):
        """Service stopped, token in."""
        demo = self.demo
        kept = self._folder / "kept"
        demo.token.stop()
        demo.service.stop()
        for name, place in self._own_places():
            self._put_back(name, place)
        self.order, self.code = self._begun
        shutil.copy(kept / "token", demo.token.state_file)
        demo.token.start()
        demo.token.reset_counters()

    def _put_back(self, name, place):
        kept = self._folder / "kept" / name
        shutil.rmtree(place, ignore_errors=True)
        if kept.exists():
            shutil.copytree(kept, place)

    def put_back_ticket(self):
        """The client holds the order again that it has let go of."""
        self._put_back(*self._own_places()[1])

    def back_up(self, name):
        """A copy of the service's folder, which must be stopped."""
        shutil.copytree(self.demo.service.folder, self._folder / name)

    def restore(self, name):
        shutil.rmtree(self.demo.service.folder)
        shutil.copytree(self._folder / name, self.demo.service.folder)

    # What must be true

    def so_pins(self):
        """(current, pending, previous) as the service knows them, None where there is none."""
        demo = self.demo
        result = subprocess.run([paths.program("tests/integration/so-pins"), demo.service.folder,
                                 demo.serial], env=demo.env, capture_output=True, text=True,
                                timeout=60)
        equal(result.returncode, 0, f"so-pins ({result.stderr})")
        return tuple(None if line == "-" else line for line in result.stdout.split())

    def takes_so_pin(self, so_pin, pin=NEW):
        """Whether the token takes it; the user's PIN is set with it. A wrong one costs a try."""
        return self.tool("--login", "--login-type", "so", "--so-pin", so_pin, "--init-pin",
                         "--new-pin", pin).returncode == 0

    def events(self, what):
        """How often this happened to the order."""
        return sum(entry["what"] == what and entry["subject"] == self.order
                   for entry in self.demo.service.audit())

    def grant_state(self):
        with contextlib.closing(sqlite3.connect(self.demo.service.folder / "yinyao.db")) as database:
            row = database.execute("SELECT state FROM grants WHERE order_number = ? "
                                   "ORDER BY sequence DESC", (self.order,)).fetchone()
            return row and row[0]

    def check(self, pin=NEW):
        """The order is completed, once; the token opens with the PIN, has the one SO PIN that the
        service knows, every try, and what lay on it before."""
        demo = self.demo
        state = demo.token.state()
        equal((state["pin_tries"], state["so_pin_tries"]), (PIN_TRIES, SO_TRIES), "tries left")
        equal(state["files"], self.files, "files on the token")
        equal(demo.service.order(self.order)["state"], "completed", "the order")
        equal(self.events("order.complete"), 1, "times completed")
        demo.run("yinyaoctl", "test-signature", "--token", demo.serial,
                 secrets_by_fd=[("--pin-fd", pin)])
        current, pending, previous = self.so_pins()
        equal((pending, previous), (None, None), "other SO PINs")
        assert self.takes_so_pin(current, pin), "the token has another SO PIN than the service"
        equal(demo.token.state()["so_pin_tries"], SO_TRIES, "SO PIN tries left")
