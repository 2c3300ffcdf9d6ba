# SPDX-License-Identifier: GPL-3.0-or-later
"""The system's own PKCS#11 tools, as independent witnesses.

    from harness.tools import Witness
    witness = Witness(pcsc)
    witness.prepare(so_pin='3537363231383830', pin='648219')
    witness.generate('01', 'rsa:2048', pin='648219')
"""
import glob
import re
import subprocess

from . import paths


class ToolError(Exception):
    """A tool has failed. `output` is all it said."""

    def __init__(self, argv, status, output):
        super().__init__('%s: status %s\n%s' % (argv[0], status, output))
        self.status = status
        self.output = output


def opensc_module():
    """The path of OpenSC's PKCS#11 module."""
    found = glob.glob('/usr/lib/*/opensc-pkcs11.so') + glob.glob('/usr/lib/opensc-pkcs11.so')
    if not found:
        raise FileNotFoundError('opensc-pkcs11.so is not installed')
    return found[0]


def run(*argv, env=None, timeout=120, text=True):
    """Runs a program; returns its output with its error output, fails with ToolError."""
    argv = [str(a) for a in argv]
    argv[0] = paths.tool(argv[0])
    done = subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=timeout, text=text)
    if done.returncode != 0:
        raise ToolError(argv, done.returncode, done.stdout)
    return done.stdout


class Witness:
    """pkcs11-tool and its kind on the tokens of one private pcscd. `label` chooses the token."""

    def __init__(self, pcsc, label=None):
        self.environment = pcsc.environment(LC_ALL='C.UTF-8')
        self._token = ['--token-label', label] if label else []

    def run(self, *argv, **more):
        return run(*argv, env=self.environment, **more)

    def pkcs11(self, *arguments, pin=None, so_pin=None):
        login = ['--login', '--pin', pin] if pin else []
        login += ['--login', '--login-type', 'so', '--so-pin', so_pin] if so_pin else []
        return self.run('pkcs11-tool', '--module', opensc_module(), *self._token, *login,
                        *arguments)

    def prepare(self, so_pin, pin, label='Test'):
        """Formats the token in the first slot and sets its PIN."""
        self.pkcs11('--init-token', '--label', label, '--so-pin', so_pin)
        self.unlock(so_pin, pin)

    def unlock(self, so_pin, pin):
        self.pkcs11('--init-pin', '--new-pin', pin, so_pin=so_pin)

    def generate(self, number, kind, pin):
        """A key pair: kind is rsa:2048 or EC:prime256v1."""
        return self.pkcs11('--keypairgen', '--key-type', kind, '--id', number,
                           '--label', 'key ' + number, pin=pin)

    def tokens(self):
        """What pkcs11-tool -L says: one dictionary a token, with its fields."""
        found = []
        for line in self.pkcs11('-L').splitlines():
            if line.startswith('Slot '):
                found.append({})
            field = re.match(r'  ([a-z /]+?) *: (.*)', line)
            if field:
                found[-1][field.group(1)] = field.group(2).strip()
        return [f for f in found if 'serial num' in f]

    def flags(self):
        """The flags of the only token, as a set."""
        token, = self.tokens()
        return {f.strip() for f in token['token flags'].split(',')}
