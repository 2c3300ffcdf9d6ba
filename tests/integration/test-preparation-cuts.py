# SPDX-License-Identifier: GPL-3.0-or-later
"""Preparing a token in the CA's office, interrupted: the token is pulled at an APDU, before it reaches
the card or after it took effect but before its answer. Plugged in again, the same command finishes,
and the activation that follows shows that the service knows the card's SO PIN.

test-preparation-cuts.py before|after EVERY (every how manyth APDU is cut)
"""

import shutil
import sys

from harness.demo import Demo
from harness.tap import case, diag, equal, main

PIN = "Cut+test-2026"
KIND, EVERY = sys.argv[1], int(sys.argv[2])
del sys.argv[1:]

SUCCESS, NO_TOKEN, TOKEN_REMOVED = 0, 3, 7


class Rig:
    """An order that passed its first review and a token never seen, as often as wanted."""

    def __init__(self):
        self.demo = Demo(prepare=False).__enter__()
        demo = self.demo
        demo.order = demo.service.office("order", "add", "--details", str(demo.details))[0]["number"]
        demo.service.office("order", "approve", demo.order)
        demo.service.stop()
        demo.token.stop()
        self.kept = demo.folder / "kept"
        shutil.copytree(demo.service.folder, self.kept / "ra")
        shutil.copy(demo.token.state_file, self.kept / "token")

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
        demo.service.start()

    def prepare(self):
        demo = self.demo
        return demo.run("yinyaoctl", "prepare-token", "--token", demo.serial, "--order", demo.order,
                        check=False)

    def finish(self):
        demo = self.demo
        again = self.prepare()
        equal(again.returncode, SUCCESS, f"status of the second run ({again.stderr})")
        equal(demo.token.state()["so_pin_tries"], 15, "SO PIN tries")
        demo.service.office("order", "approve", demo.order)
        code = demo.service.outbox()[-1]["code"]
        demo.run("yinyaoctl", "activate", "--token", demo.serial, "--code", code,
                 secrets_by_fd=[("--new-pin-fd", PIN)])
        state = demo.token.state()
        equal((state["keys"], state["certificates"], state["so_pin_tries"]), (1, 1, 15))

    def interrupt(self, position):
        demo = self.demo
        (demo.token.cut_before if KIND == "before" else demo.token.cut_after)(position)
        first = self.prepare()
        assert first.returncode in (SUCCESS, NO_TOKEN, TOKEN_REMOVED), \
            f"{first.returncode}: {first.stderr}"
        demo.token.insert()


rig = Rig()


@case(f"preparation finishes after {KIND} cuts")
def cuts():
    rig.reset()
    first = rig.prepare()
    equal(first.returncode, SUCCESS, f"status ({first.stderr})")
    count = rig.demo.token.counters()["apdus"]
    lost = []
    positions = range(1 + (KIND == "after"), count + 1, EVERY)
    for position in positions:
        try:
            rig.reset()
            rig.interrupt(position)
            rig.finish()
        except Exception as problem:
            lost.append(f"position {position}: {problem}")
    diag(f"{len(positions)} of {count} positions tried, {len(positions) - len(lost)} survived")
    assert positions and not lost, "\n".join(lost)


if __name__ == "__main__":
    main(teardown=rig.close)
