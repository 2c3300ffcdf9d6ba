# SPDX-License-Identifier: GPL-3.0-or-later
"""Drivers that hosts of drivers pretend to have (fake_agent.py), with tokens as a test wants them.

    driver = FakeDriver(folder, 'one', tokens=[token('F1', certificates=[certificate('印钥公司')])])
    settings = settings_for(driver)
    driver.update(tokens=[])            # pulled out
"""
import base64
import json
import os
import subprocess
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

AGENT = Path(__file__).resolve().parent / 'fake_agent.py'


def openssl(*arguments):
    return subprocess.run(['openssl', *arguments], check=True, capture_output=True).stdout


CA_CONFIG = """[ca]
default_ca=here
[here]
database={0}/database
serial={0}/serial
new_certs_dir={0}
default_md=sha256
policy=any
[any]
countryName=optional
organizationName=optional
commonName=supplied
"""


def certificate(name, days=365, id='01', has_key=1):
    """An entry for a token: a self-signed certificate for `name`; negative days: expired."""
    end = datetime.now(timezone.utc) + timedelta(days=days)
    dates = [(end - timedelta(days=365)).strftime('%Y%m%d%H%M%SZ'), end.strftime('%Y%m%d%H%M%SZ')]
    with tempfile.TemporaryDirectory() as folder:
        key, request, config = (os.path.join(folder, n) for n in ('key', 'request', 'config'))
        Path(config).write_text(CA_CONFIG.format(folder))
        Path(folder, 'database').touch()
        openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key)
        openssl('req', '-new', '-utf8', '-key', key, '-subj', '/C=CN/O=%s/CN=%s' % (name, name),
                '-out', request)
        openssl('ca', '-batch', '-selfsign', '-notext', '-utf8', '-rand_serial', '-config', config,
                '-keyfile', key, '-in', request, '-startdate', dates[0], '-enddate', dates[1],
                '-out', folder + '/certificate')
        der = openssl('x509', '-in', folder + '/certificate', '-outform', 'DER')
    return {'id': id, 'label': name[:10], 'der': base64.b64encode(der).decode(), 'has_key': has_key}


def token(serial, label='印钥 2026', certificates=(), **more):
    return {'serial': serial, 'label': label, 'manufacturer': 'Yinyao', 'model': 'SmartCard-HSM',
            'certificates': list(certificates), **more}


class FakeDriver:
    """A "module": a JSON file (see fake_agent.py) that can be changed while it is in use."""

    def __init__(self, folder, name, **scenario):
        self.path = Path(folder) / (name + '.json')
        self.log_path = Path(folder) / (name + '.calls')
        self.scenario = {'library': 'Fake driver %s' % name, 'log': str(self.log_path), 'tokens': []}
        self.update(**scenario)

    def update(self, **changes):
        self.scenario.update(changes)
        fresh = self.path.with_suffix('.new')
        fresh.write_text(json.dumps(self.scenario))
        fresh.rename(self.path)

    def calls(self):
        """Names of the calls that reached it, in order."""
        return self.log_path.read_text().split() if self.log_path.exists() else []


def settings_for(*drivers, more='', timeout=30):
    return ('[modules]\np11-kit=false\nagent=%s\npaths=%s\ncall-timeout=%d\n%s' %
            (AGENT, ''.join('%s;' % d.path for d in drivers), timeout, more))
