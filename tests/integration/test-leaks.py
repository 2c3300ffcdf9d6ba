# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory errors and leaks of the programs that use GIO's TLS, found by valgrind on the whole journey.
Only in a build without sanitizers."""

from harness import paths
from harness.demo import Demo
from harness.tap import case, main

PIN, SECOND = "Spring+2026", "Autumn-2026"
VALGRIND = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full",
            "--errors-for-leak-kinds=definite",
            f"--suppressions={paths.SOURCE / 'tests/valgrind.supp'}"]


@case
def the_journey_of_yinyaoctl():
    with Demo(ready=False) as demo:
        demo.wrapper = VALGRIND
        serial = ["--token", demo.serial]
        demo.run("yinyaoctl", "prepare-token", *serial, "--order", demo.order)
        demo.service.office("order", "approve", demo.order)
        code = demo.service.outbox()[-1]["code"]
        demo.run("yinyaoctl", "activate", *serial, "--code", code,
                 secrets_by_fd=[("--new-pin-fd", PIN)])
        demo.run("yinyaoctl", "tokens", "--json")
        demo.run("yinyaoctl", "certificates", "--export", "-")
        demo.run("yinyaoctl", "test-signature", *serial, secrets_by_fd=[("--pin-fd", PIN)])
        demo.run("yinyaoctl", "change-pin", *serial,
                 secrets_by_fd=[("--pin-fd", PIN), ("--new-pin-fd", SECOND)])


@case
def failures_of_yinyaoctl():
    with Demo() as demo:
        demo.wrapper = VALGRIND
        demo.token.cut_before(30)
        result = demo.run("yinyaoctl", "activate", "--token", demo.serial, "--code", demo.code,
                          secrets_by_fd=[("--new-pin-fd", PIN)], check=False)
        assert result.returncode == 7, result.stderr
        demo.token.insert()
        demo.service.stop()
        result = demo.run("yinyaoctl", "activate", "--token", demo.serial, "--code", demo.code,
                          secrets_by_fd=[("--new-pin-fd", PIN)], check=False)
        assert result.returncode == 9, result.stderr
        demo.service.start()


if __name__ == "__main__":
    main()
