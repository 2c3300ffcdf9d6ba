# SPDX-License-Identifier: GPL-3.0-or-later
"""An application form as PDF, beside a page with as much Chinese text set by pango in the same run."""

import json
import statistics
import subprocess
import tempfile

from bench.report import table, wanted

from harness import paths

RUNS = 7
FORMS = 10
ORDER = {
    "number": "20261122000123", "type": "unlock", "state": "draft", "paid": False,
    "token": "YY00000000000042", "organization": {"name": "深圳市示例文具有限公司"},
    "agent": {"name": "张三", "document_type": "identity-card",
              "document_number": "11010519491231002X", "mobile": "13800000000"},
    "created": "2026-11-22T13:08:25Z", "updated": "2026-11-22T13:08:25Z",
}


def measure(kind, order):
    """Milliseconds of each of FORMS in one process."""
    done = subprocess.run([paths.program("tests/bench/form-speed"), kind,
                           str(paths.SOURCE / "data/profiles/demo.ini"), order, str(FORMS)],
                          check=True, capture_output=True, text=True)
    return [float(line) for line in done.stdout.split()]


def run():
    kinds = {"form": "application form", "page": "page of text"}
    first = {kind: [] for kind in kinds}
    later = {kind: [] for kind in kinds}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as order:
        json.dump(ORDER, order)
        order.flush()
        for _ in range(RUNS):
            for kind in kinds:
                times = measure(kind, order.name)
                first[kind].append(times[0])
                later[kind] += times[1:]
    table("A PDF, ms", ["", "first in a process", "median of the others", "fastest"],
          [[title, statistics.median(first[kind]), statistics.median(later[kind]), min(later[kind])]
           for kind, title in kinds.items()])
    wanted("form, the first in a process", round(statistics.median(first["form"]), 1), 150, unit=" ms")
    ratio = statistics.median(later["form"]) / statistics.median(later["page"])
    wanted("form / page of text", round(ratio, 1), 6)
