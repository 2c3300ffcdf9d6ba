# SPDX-License-Identifier: GPL-3.0-or-later
"""The service: CMP enrolments a second over TLS with keep-alive and durable commits, as a fraction of
`openssl speed rsa2048` signatures on the same core in the same run."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from bench import report

from harness import paths
from harness.service import Service

ENROLMENTS = 3000
CLIENTS = 32
WANTED = 0.10
DETAILS = paths.SOURCE / "data/profiles/demo-order.ini"


def signatures(core):
    """RSA-2048 signatures a second on that core."""
    result = subprocess.run(["taskset", "-c", str(core), "openssl", "speed", "-seconds", "3", "rsa2048"],
                            capture_output=True, text=True, check=True)
    return float(re.search(r"rsa 2048 bits\s+\S+\s+\S+\s+(\S+)", result.stdout).group(1))


def processor_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(service, core):
    """Enrolments a second, and how much processor time of the service each took, in ms."""
    before = processor_seconds(service.process.pid)
    result = subprocess.run(
        ["taskset", "-c", str(core), paths.program("tests/bench/cmp-load"), "--dir", service.folder,
         "--details", DETAILS, "--connect", str(service.port), "--enrolments", str(ENROLMENTS),
         "--clients", str(CLIENTS)], capture_output=True, text=True, check=True)
    used = processor_seconds(service.process.pid) - before
    return float(re.search(r"(\S+) enrolments/s", result.stdout).group(1)), used / ENROLMENTS * 1000


def run():
    cores = sorted(os.sched_getaffinity(0))
    folder = paths.temporary_folder("bench")
    try:
        with Service(Path(folder) / "ra") as service:
            service.start()
            os.sched_setaffinity(service.process.pid, {cores[0]})
            speed = signatures(cores[0])
            rate, milliseconds = load(service, cores[-1])
    finally:
        shutil.rmtree(folder)
    report.table(f"Service: {ENROLMENTS} enrolments by {CLIENTS} clients",
                 ["", "a second", "ms of processor each"],
                 [["CMP enrolment (ir, certConf; TLS, durable)", rate, round(milliseconds, 2)],
                  ["RSA-2048 signature (openssl speed)", speed, round(1000 / speed, 2)]])
    report.wanted("enrolments as a fraction of RSA-2048 signatures", round(rate / speed, 3), WANTED,
                  at_most=False)
