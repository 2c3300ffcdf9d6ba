# SPDX-License-Identifier: GPL-3.0-or-later
"""Activation, interrupted everywhere: at every APDU, before it reaches the token and after it took
effect but before its answer; and with the service killed at every commit. Each time the token is
plugged in again, the service started again, and the same command finishes.

test-activation-cuts.py before|after|service-lost|service-told SHARD/SHARDS

service-lost: what was not yet on the disk is lost with the kill, as in a power cut; service-told: it is
on the disk, but nobody was told.
"""

import shutil
import sqlite3
import sys

from harness.demo import Demo
from harness.tap import case, diag, main

PIN = "Cut+test-2026"
KIND, SHARD = sys.argv[1], sys.argv[2]
del sys.argv[1:]
FIRST, EVERY = (int(part) for part in SHARD.split("/"))  # 0/2: every second one, from the first

ROTATED = 3  # of a grant, in the service's database
SUCCESS, NO_TOKEN, TOKEN_REMOVED, UNREACHABLE = 0, 3, 7, 9


class Rig:
    """A prepared token and its service that can be put back to how they were, for each position."""

    def __init__(self):
        self.demo = Demo().__enter__()
        self.demo.service.stop()
        self.demo.token.stop()
        self.kept = self.demo.folder / "kept"
        shutil.copytree(self.demo.service.folder, self.kept / "ra")
        shutil.copy(self.demo.token.state_file, self.kept / "token")

    def close(self):
        self.demo.__exit__()

    def reset(self):
        demo = self.demo
        demo.token.stop()
        demo.service.stop()
        shutil.rmtree(demo.service.folder)
        shutil.copytree(self.kept / "ra", demo.service.folder)
        shutil.copy(self.kept / "token", demo.token.state_file)
        demo.token.start()
        demo.token.reset_counters()

    def activate(self):
        demo = self.demo
        return demo.run("yinyaoctl", "activate", "--token", demo.serial, "--code", demo.code,
                        secrets_by_fd=[("--new-pin-fd", PIN)], check=False)

    def finish(self):
        """The same command again, and what must be true afterwards."""
        rotated = self.grant_state() == ROTATED
        wrong = self.wrong_so_pins()
        again = self.activate()
        # The service knows the SO PIN then: a token with two tries left would be lost by a guess.
        assert not rotated or self.wrong_so_pins() == wrong, "a wrong SO PIN was sent"
        assert again.returncode == SUCCESS, f"again: {again.returncode}: {again.stderr}"
        self.check()

    def grant_state(self):
        with sqlite3.connect(self.demo.service.folder / "yinyao.db") as database:
            row = database.execute("SELECT state FROM grants ORDER BY sequence DESC").fetchone()
            return row and row[0]

    def wrong_so_pins(self):
        """RESET RETRY COUNTER commands that the token answered with the tries left."""
        lines = [line.split(maxsplit=2)[1:] for line in self.demo.token.apdu_log.read_text().splitlines()]
        return sum(sent[0] == ">" and sent[1].startswith("00 2C") and got[1].startswith("63 C")
                   for sent, got in zip(lines, lines[1:]))

    def check(self):
        demo = self.demo
        state = demo.token.state()
        assert state["keys"] == 1, f"{state['keys']} keys"
        assert state["keys_undescribed"] == 0, f"{state['keys_undescribed']} orphans"
        assert state["certificates"] == 1, f"{state['certificates']} certificates"
        assert state["pin_tries"] == 10, f"{state['pin_tries']} PIN tries"
        assert state["so_pin_tries"] == 15, f"{state['so_pin_tries']} SO PIN tries"
        order = demo.service.office("order", "show", demo.order)[0]
        assert order["state"] == "completed", f"the order is {order['state']}"
        demo.run("yinyaoctl", "test-signature", "--token", demo.serial,
                 secrets_by_fd=[("--pin-fd", PIN)])
        assert demo.token.state()["pin_tries"] == 10


rig = Rig()


def survive_all(count, interrupt):
    """Tries this shard's positions out of count; says how many were survived."""
    positions = range(1 + FIRST, count + 1, EVERY)
    lost = []
    for position in positions:
        try:
            rig.reset()
            interrupt(position)
            rig.finish()
        except Exception as problem:
            lost.append(f"position {position}: {problem}")
    diag(f"{KIND}: {len(positions)} positions tried of {count}, {len(positions) - len(lost)} survived")
    assert positions and not lost, "\n".join(lost)


def apdus_of_an_activation():
    rig.reset()
    rig.demo.service.start()
    result = rig.activate()
    assert result.returncode == SUCCESS, result.stderr
    count = rig.demo.token.counters()["apdus"]
    rig.check()
    return count


def cut_at_every_apdu():
    def interrupt(position):
        demo = rig.demo
        demo.service.start()
        (demo.token.cut_before if KIND == "before" else demo.token.cut_after)(position)
        first = rig.activate()
        # While the token is being recognised it is not there yet; a driver may read on at the end,
        # and what it lost there costs nothing.
        assert first.returncode in (SUCCESS, NO_TOKEN, TOKEN_REMOVED), \
            f"{first.returncode}: {first.stderr}"
        demo.token.insert()

    survive_all(apdus_of_an_activation(), interrupt)


def kill_at_every_commit():
    def interrupt(position):
        service = rig.demo.service
        service.start(die_at_sync=position, die="before" if KIND == "service-lost" else "after")
        first = rig.activate()
        assert first.returncode in (SUCCESS, UNREACHABLE), f"{first.returncode}: {first.stderr}"
        service.kill()
        service.start()

    rig.reset()
    rig.demo.service.start(die_at_sync=10_000_000)
    result = rig.activate()
    assert result.returncode == SUCCESS, result.stderr
    survive_all(rig.demo.service.syncs(), interrupt)


CASES = {"before": cut_at_every_apdu, "after": cut_at_every_apdu, "service-lost": kill_at_every_commit, "service-told": kill_at_every_commit}
case(f"activation finishes after {KIND} cuts, shard {SHARD}")(CASES[KIND])

if __name__ == "__main__":
    main(teardown=rig.close)
