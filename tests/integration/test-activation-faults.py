# SPDX-License-Identifier: GPL-3.0-or-later
"""Activations that are disturbed from outside: the service is silent, the person gives up, the token
agent is killed or stands still. Each is told at once and as what it is, and the next run finishes."""

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from harness.demo import Demo, program
from harness.tap import case, contains, equal, main

PIN, SECOND = "Spring+2026", "Autumn-2026"
REMOVED, DRIVER, STOPPED = 7, 8, 130


class Activation:
    """yinyaoctl activate, running."""

    def __init__(self, demo):
        reader, writer = os.pipe()
        os.write(writer, PIN.encode())
        os.close(writer)
        self.process = subprocess.Popen(
            [program("yinyaoctl"), "activate", "--token", demo.serial, "--code", demo.code,
             "--new-pin-fd", str(reader)],
            env=demo.env, pass_fds=[reader], text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(reader)

    def wait_lines(self, count):
        """Until so many steps have begun."""
        for _ in range(count):
            assert self.process.stdout.readline(), self.process.stderr.read()

    def agents(self):
        """Process numbers of its token agents."""
        number = self.process.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split()
        return [int(child) for child in children]

    def end(self, status, seconds):
        """It ends with this exit status within so many seconds. Returns its message."""
        started = time.monotonic()
        _, message = self.process.communicate(timeout=60)
        equal(self.process.returncode, status, f"exit status ({message})")
        assert time.monotonic() - started < seconds, f"it took {time.monotonic() - started:.1f} s"
        return message


def set_key(demo, group, key, value):
    settings = Path(demo.env["YINYAO_CONFIG"])
    text = settings.read_text(encoding="utf-8")
    text = re.sub(f"(?m)^{key}=.*\n", "", text)
    if f"[{group}]\n" not in text:
        text += f"[{group}]\n"
    settings.write_text(text.replace(f"[{group}]\n", f"[{group}]\n{key}={value}\n"), encoding="utf-8")


def finish(demo):
    """The person may choose another PIN the second time: the newest one counts."""
    result = demo.run("yinyaoctl", "activate", "--token", demo.serial, "--code", demo.code,
                      secrets_by_fd=[("--new-pin-fd", SECOND)], check=False)
    equal(result.returncode, 0, f"exit status of the next run ({result.stderr})")
    state = demo.token.state()
    equal((state["keys"], state["certificates"], state["pin_tries"], state["so_pin_tries"]),
          (1, 1, 10, 15))
    demo.run("yinyaoctl", "test-signature", "--token", demo.serial,
             secrets_by_fd=[("--pin-fd", SECOND)])


@case
def pulled_while_the_service_is_silent():
    with Demo() as demo, socket.create_server(("127.0.0.1", 0)) as silent:
        right = demo.service.url
        set_key(demo, "service", "url", f"https://127.0.0.1:{silent.getsockname()[1]}")
        activation = Activation(demo)
        silent.settimeout(30)
        connection, _ = silent.accept()
        demo.token.remove()
        activation.end(REMOVED, 10)
        connection.close()
        set_key(demo, "service", "url", right)
        demo.token.insert()
        finish(demo)


@case("given up after step", args=[(1,), (2,), (5,), (6,)])
def given_up(steps):
    with Demo(delay=100) as demo:
        activation = Activation(demo)
        activation.wait_lines(steps)
        activation.process.send_signal(signal.SIGINT)
        activation.end(STOPPED, 3)
        demo.token.delay(0)
        finish(demo)


@case("the agent is killed after step", args=[(2,), (5,), (6,)])
def agent_is_killed(steps):
    with Demo(delay=100) as demo:
        activation = Activation(demo)
        activation.wait_lines(steps)
        for number in activation.agents():
            os.kill(number, signal.SIGKILL)
        contains(activation.end(DRIVER, 5), str(int(signal.SIGKILL)))
        demo.token.delay(0)
        finish(demo)


@case
def the_agent_stands_still():
    with Demo(delay=100) as demo:
        set_key(demo, "modules", "call-timeout", 5)
        set_key(demo, "modules", "key-timeout", 5)
        activation = Activation(demo)
        activation.wait_lines(5)
        for number in activation.agents():
            os.kill(number, signal.SIGSTOP)
        activation.end(DRIVER, 10)
        set_key(demo, "modules", "call-timeout", 30)
        set_key(demo, "modules", "key-timeout", 180)
        demo.token.delay(0)
        finish(demo)


if __name__ == "__main__":
    main()
