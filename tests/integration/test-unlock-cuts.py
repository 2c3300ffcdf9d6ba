# SPDX-License-Identifier: GPL-3.0-or-later
"""Unlocking, interrupted everywhere: at every APDU, before it reaches the token and after it took
effect but before its answer; and with the service killed at every commit. Each time the token is
plugged in again, the service started again, and the same command finishes, or the one with a new code.

test-unlock-cuts.py before|after|service-lost|service-told [all]

service-lost: what was not yet on the disk is lost with the kill, as in a power cut; service-told: it is
on the disk, but nobody was told. Without "all" (or YINYAO_ALL_POSITIONS in the environment) the many
positions in which nothing was changed yet are represented by a few.
"""

import os
import sys

from harness.locked import NEW, Locked
from harness.tap import case, diag, equal, main

KIND = sys.argv[1]
EVERYWHERE = "all" in sys.argv[2:] or "YINYAO_ALL_POSITIONS" in os.environ
del sys.argv[1:]

OTHER = "Another+2026"
ROTATED = 3  # of a grant, in the service's database
SUCCESS, NO_TOKEN, TOKEN_REMOVED, UNREACHABLE = 0, 3, 7, 9

rig = Locked()
rig.keep()


def wrong_so_pins():
    """RESET RETRY COUNTER and CHANGE REFERENCE DATA that the token answered with the tries left."""
    lines = [line.split(maxsplit=2)[1:] for line in rig.demo.token.apdu_log.read_text().splitlines()]
    return sum(sent[0] == ">" and sent[1].startswith(("00 2C", "00 24 00 88")) and
               got[1].startswith("63 C") for sent, got in zip(lines, lines[1:]))


def finish(position, first):
    """The same command again, or with a new code and another PIN, and what must be true afterwards."""
    if first.returncode == SUCCESS:
        rig.check()
        return
    rotated = rig.grant_state() == ROTATED
    wrong = wrong_so_pins()
    completed = rig.demo.service.order(rig.order)["state"] == "completed"
    code, pin = rig.code, NEW
    if position % 2 and not completed:
        rig.send_code()
        pin = OTHER
    again = rig.unlock(pin)
    rig.code, sent = code, wrong_so_pins() - wrong
    equal(again.returncode, SUCCESS, f"status of the second run ({again.stderr})")
    # When the service knows the SO PIN, none is guessed; otherwise it is one of two.
    assert sent <= (0 if rotated or completed else 1), f"{sent} wrong SO PINs were sent"
    rig.check(pin)


def survive_all(positions, count, interrupt):
    lost = []
    for position in positions:
        try:
            rig.reset()
            finish(position, interrupt(position))
        except Exception as problem:
            lost.append(f"position {position}: {problem}")
    diag(f"{KIND}: {len(positions)} positions tried of {count}, {len(positions) - len(lost)} survived")
    assert positions and not lost, "\n".join(lost)


def apdus_of_an_unlock():
    """How many there are, and the first one that is more than looking."""
    rig.reset()
    rig.demo.service.start()
    before = len(rig.demo.token.apdu_log.read_text().splitlines())
    rig.unlock(check=True)
    count = rig.demo.token.counters()["apdus"]
    sent = [line.split(maxsplit=2)[2] for line in
            rig.demo.token.apdu_log.read_text().splitlines()[before:] if line.split()[1] == ">"]
    changing = next(i for i, apdu in enumerate(sent, 1) if apdu.startswith("00 2C"))
    rig.check()
    return count, changing


def cut_at_every_apdu():
    def interrupt(position):
        token = rig.demo.token
        rig.demo.service.start()
        (token.cut_before if KIND == "before" else token.cut_after)(position)
        first = rig.unlock()
        # While the token is being recognised it is not there yet; a driver may read on at the end,
        # and what it lost there costs nothing.
        assert first.returncode in (SUCCESS, NO_TOKEN, TOKEN_REMOVED), \
            f"{first.returncode}: {first.stderr}"
        # The agent outlives the command by the last APDU: no cut may come after this.
        (token.cut_before if KIND == "before" else token.cut_after)(0)
        token.insert()
        return first

    count, changing = apdus_of_an_unlock()
    diag(f"{count} APDUs, {changing} is the first that changes something")
    first = 1 if EVERYWHERE else changing - 1
    few = [] if EVERYWHERE else [changing // 2]
    survive_all([*few, *range(first, count + 1)], count, interrupt)


def kill_at_every_commit():
    def interrupt(position):
        service = rig.demo.service
        service.start(die_at_sync=position, die="before" if KIND == "service-lost" else "after")
        first = rig.unlock()
        assert first.returncode in (SUCCESS, UNREACHABLE), f"{first.returncode}: {first.stderr}"
        service.kill()
        service.start()
        return first

    rig.reset()
    rig.demo.service.start(die_at_sync=10_000_000)
    rig.unlock(check=True)
    count = rig.demo.service.syncs()
    survive_all(range(1, count + 1), count, interrupt)


CASES = {"before": cut_at_every_apdu, "after": cut_at_every_apdu,
         "service-lost": kill_at_every_commit, "service-told": kill_at_every_commit}
case(f"unlocking finishes after {KIND} cuts")(CASES[KIND])

if __name__ == "__main__":
    main(teardown=rig.close)
