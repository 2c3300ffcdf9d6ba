# SPDX-License-Identifier: GPL-3.0-or-later
"""The service over TLS with keep-alive and durable commits: CMP enrolments a second, as a fraction of
`openssl speed rsa2048` signatures on the same core in the same run; and the API for orders begun in the
client, beside as many requests for a file that never changes."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from bench import report

from harness import paths
from harness.service import Service, edit_profile

ENROLMENTS = 3000
CLIENTS = 32
WANTED = 0.10
# The first round fills caches and pools; then the memory has to stay.
ROUNDS, ORDERS, ORDER_CLIENTS = 3, 1000, 64
P99_MS = 500
GROWTH_KIB = 2048
# All clients have one address here.
LIMITS = {("limits", name): 1000000
          for name in ("matches-per-address", "matches-per-token", "wrong-codes-per-address")}
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


def memory(pid):
    """KiB of memory the process has."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text("ascii")).group(1))


def order_round(service, core):
    """{name: (requests, a second, p50, p99 in ms)} of one run, and ms of processor a request of both."""
    before = processor_seconds(service.process.pid)
    result = subprocess.run(
        ["taskset", "-c", str(core), paths.program("tests/bench/order-load"), "--dir", service.folder,
         "--details", DETAILS, "--connect", str(service.port), "--orders", str(ORDERS),
         "--clients", str(ORDER_CLIENTS)], capture_output=True, text=True, check=True)
    used = processor_seconds(service.process.pid) - before
    rows = re.findall(r"(\w+): (\d+) requests, \S+ s, (\S+) requests/s, p50 (\S+) ms, p99 (\S+) ms",
                      result.stdout)
    figures = {name: [float(value) for value in values] for name, *values in rows}
    return figures, used / sum(row[0] for row in figures.values()) * 1000


def orders(service, core, speed):
    rounds, sizes = [], [memory(service.process.pid)]
    for _ in range(ROUNDS):
        rounds.append(order_round(service, core))
        sizes.append(memory(service.process.pid))
    figures, milliseconds = sorted(rounds, key=lambda one: one[0]["orders"][1])[ROUNDS // 2]
    report.table(f"Service: {ORDERS} orders begun by {ORDER_CLIENTS} clients, the median of {ROUNDS} rounds",
                 ["", "requests", "a second", "p50 ms", "p99 ms"],
                 [["order API (with documents; TLS, durable)", *figures["orders"]],
                  ["GET /ca.pem", *figures["static"]],
                  ["RSA-2048 signature (openssl speed)", "", speed, "", ""]])
    print(f"  {milliseconds:.2f} ms of processor a request; memory in KiB after each round: "
          + ", ".join(map(str, sizes)))
    report.wanted("p99 of the order API", figures["orders"][3], P99_MS, unit=" ms")
    report.wanted("growth from the end of the first round to the last", sizes[-1] - sizes[1], GROWTH_KIB, unit=" KiB")


def run():
    cores = sorted(os.sched_getaffinity(0))
    folder = Path(paths.temporary_folder("bench"))
    try:
        with Service(folder / "ra", profile=edit_profile(folder / "profile.ini", LIMITS)) as service:
            service.start()
            os.sched_setaffinity(service.process.pid, {cores[0]})
            speed = signatures(cores[0])
            rate, milliseconds = load(service, cores[-1])
            enrolments(rate, milliseconds, speed)
            orders(service, cores[-1], speed)
    finally:
        shutil.rmtree(folder)


def enrolments(rate, milliseconds, speed):
    report.table(f"Service: {ENROLMENTS} enrolments by {CLIENTS} clients",
                 ["", "a second", "ms of processor each"],
                 [["CMP enrolment (ir, certConf; TLS, durable)", rate, round(milliseconds, 2)],
                  ["RSA-2048 signature (openssl speed)", speed, round(1000 / speed, 2)]])
    report.wanted("enrolments as a fraction of RSA-2048 signatures", round(rate / speed, 3), WANTED,
                  at_most=False)
