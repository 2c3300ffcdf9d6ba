# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's first frame, beside that of an empty libadwaita window in the same run."""

import os
import re
import statistics
import subprocess

from bench.report import table, wanted

from harness import paths
from harness.demo import program
from harness.ui import Display

RUNS = 7


def first_frame(display, command, env):
    """Milliseconds from exec to the first frame, as the program itself tells on standard error."""
    process = subprocess.Popen(command, env={**env, **display.env, "G_MESSAGES_DEBUG": "yinyao"},
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in process.stdout:
            found = re.search(r"first frame after (\d+(?:\.\d+)?) ms", line)
            if found:
                return float(found.group(1))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    raise RuntimeError(f"{command[0]} drew nothing")


def run():
    commands = {"empty libadwaita window": [str(paths.build_root() / "tests/bench/empty-window")],
                "yinyao": [program("yinyao")]}
    with Display() as display:
        times = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                times[name].append(first_frame(display, command, dict(os.environ)))
    table("First frame, ms", ["", "median", "fastest"],
          [[name, statistics.median(values), min(values)] for name, values in times.items()])
    ratio = statistics.median(times["yinyao"]) / statistics.median(times["empty libadwaita window"])
    wanted("first frame / empty window's", round(ratio, 2), 1.3)
