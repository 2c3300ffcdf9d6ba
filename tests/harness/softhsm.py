# SPDX-License-Identifier: GPL-3.0-or-later
"""SoftHSM 2 with tokens of its own, apart from the machine's.

    from harness.softhsm import SoftHsm

    with SoftHsm() as hsm:
        serial = hsm.add_token('label', so_pin='12345678', pin='123456')
        Agent(hsm.module, hsm.environment())
"""
import glob
import os
import shutil
import subprocess
from pathlib import Path

from . import paths

PLACES = ('/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/*/softhsm/libsofthsm2.so')


def find_module():
    for place in PLACES:
        for path in glob.glob(place):
            return path
    raise FileNotFoundError('SoftHSM 2 is not installed')


class SoftHsm:
    def __init__(self):
        self.module = find_module()
        self.folder = Path(paths.temporary_folder('softhsm'))
        (self.folder / 'tokens').mkdir()
        (self.folder / 'conf').write_text(
            'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n'
            % self.folder)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, **more):
        home = str(self.folder)
        return {**os.environ, 'SOFTHSM2_CONF': home + '/conf', 'HOME': home,
                'XDG_CONFIG_HOME': home + '/config', 'XDG_CACHE_HOME': home + '/cache', **more}

    def add_token(self, label, so_pin='12345678', pin='123456'):
        """Returns its serial number."""
        done = subprocess.run(
            [paths.tool('softhsm2-util'), '--init-token', '--free', '--label', label,
             '--so-pin', so_pin, '--pin', pin],
            env=self.environment(), check=True, capture_output=True, text=True)
        slot = int(done.stdout.split()[-1])
        shown = subprocess.run([paths.tool('softhsm2-util'), '--show-slots'],
                               env=self.environment(), check=True, capture_output=True, text=True)
        part = shown.stdout.split('Slot %d\n' % slot)[1]
        return part.split('Serial number:')[1].split()[0]
