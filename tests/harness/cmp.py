# SPDX-License-Identifier: GPL-3.0-or-later
"""A small CA, and its answers to CMP requests, without any network.

    ca = Authority(folder)
    certificate = ca.issue(spki, 'Someone')           # path of a PEM file
    with Responder('reference', 'secret', certificate=certificate) as responder:
        agent.transfer = responder.transfer
"""
import subprocess

from . import paths

RESPONDER = 'tests/modules/cmp-responder'


def openssl(*arguments, data=None):
    return subprocess.run([paths.tool('openssl'), *map(str, arguments)], input=data, check=True,
                          capture_output=True).stdout


class Authority:
    """folder: an existing one; several authorities need different names."""

    def __init__(self, folder, name='Test CA'):
        self.folder = folder
        self.stem = folder / name.replace(' ', '-').lower()
        self.key = self.stem.with_suffix('.key')
        self.pem = self.stem.with_suffix('.pem')
        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                '-keyout', self.key, '-out', self.pem, '-subj', '/CN=' + name, '-days', '30')
        self.der = openssl('x509', '-in', self.pem, '-outform', 'DER')

    def issue(self, spki, name='Someone', days=20, extra=0):
        """A certificate for this public key (DER), with so many bytes of comment in it. Returns the
        path of a PEM file."""
        request, public, out = (self.stem.with_suffix(s) for s in ('.req', '.pub', '.crt'))
        public.write_bytes(openssl('pkey', '-pubin', '-inform', 'DER', data=spki))
        openssl('req', '-new', '-key', self.key, '-subj', '/O=Test/CN=' + name, '-utf8',
                '-out', request)
        extensions = self.stem.with_suffix('.ext')
        extensions.write_text('nsComment=%s\n' % ('x' * extra) if extra else '')
        openssl('x509', '-req', '-in', request, '-force_pubkey', public, '-CA', self.pem,
                '-CAkey', self.key, '-days', days, '-extfile', extensions, '-out', out)
        return out


def subject(name='Someone'):
    """DER of the Name the certificates above have."""
    def tlv(tag, *parts):
        body = b''.join(parts)
        assert len(body) < 128
        return bytes([tag, len(body)]) + body

    def attribute(oid, value):
        return tlv(0x31, tlv(0x30, tlv(0x06, bytes(oid)), tlv(0x0C, value.encode())))

    return tlv(0x30, attribute((0x55, 4, 10), 'Test'), attribute((0x55, 4, 3), name))


class Responder:
    """Answers with `certificate` (a path) or refuses with `reject` (a text).

    Members: `requests` (how many), `ended` (what the certConf said, after stop())."""

    def __init__(self, reference, secret, certificate=None, reject=None):
        what = ['certificate', str(certificate)] if certificate else ['reject', reject]
        self.requests = 0
        self.ended = None
        self._process = subprocess.Popen(
            [paths.program(RESPONDER), reference, secret, *what],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop()

    def transfer(self, request):
        self.requests += 1
        self._process.stdin.write(len(request).to_bytes(4, 'big') + request)
        self._process.stdin.flush()
        length = int.from_bytes(self._process.stdout.read(4), 'big')
        return self._process.stdout.read(length)

    def stop(self):
        if self._process.poll() is None:
            self._process.stdin.close()
            self._process.stdin = None
        self.ended = self._process.communicate()[1].decode().split()
        return self.ended
