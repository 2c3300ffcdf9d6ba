# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds up meson's JUnit logs and prints the closing line of ./dev test.

summary.py STATUS LOG…: STATUS is what meson returned; a log that is missing or empty is a failure.
"""

import sys
import xml.etree.ElementTree as ElementTree


def count(path):
    """Passed, failed and skipped cases of one log; names of the failed ones on standard output."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            print(f"failed: {case.get('classname')} / {case.get('name')}")
        elif case.find("skipped") is not None:
            skipped += 1
            print(f"skipped: {case.get('classname')} / {case.get('name')}")
        else:
            passed += 1
    return passed, failed, skipped


def main():
    status = int(sys.argv[1])
    totals = [0, 0, 0]
    for path in sys.argv[2:]:
        try:
            counts = count(path)
        except (OSError, ElementTree.ParseError) as error:
            print(f"failed: {path}: {error}")
            counts = (0, 1, 0)
        if sum(counts) == 0:
            print(f"failed: {path}: no test in it")
            counts = (0, 1, 0)
        totals = [total + more for total, more in zip(totals, counts)]
    if status != 0 and totals[1] == 0:
        print(f"failed: meson ended with status {status}")
        totals[1] = 1
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if totals[1] or totals[0] == 0 else 0


sys.exit(main())
