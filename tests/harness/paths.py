# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are: the source tree, the build tree, the programs that were built.

The build tree is $YINYAO_BUILD, else the folder with build.ninja at or above the current one (meson
starts tests there), else `build` in the source tree.
"""
import os
import shutil
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent


def build_root():
    """The build tree, as a Path."""
    if os.environ.get('YINYAO_BUILD'):
        return Path(os.environ['YINYAO_BUILD']).resolve()
    here = Path.cwd().resolve()
    for folder in [here, *here.parents, SOURCE / 'build']:
        if (folder / 'build.ninja').exists():
            return folder
    raise FileNotFoundError('no build tree: set YINYAO_BUILD, or start from within one')


def program(path):
    """A built program, for example program('src/vtoken/yinyao-vtoken'), as a string."""
    found = build_root() / path
    if not os.access(found, os.X_OK):
        raise FileNotFoundError('%s is not built' % found)
    return str(found)


def tool(name):
    """A program of the system. A missing one is an error, never a reason to skip a test."""
    found = shutil.which(name)
    if not found:
        raise FileNotFoundError('the program %s is not installed' % name)
    return found


def temporary_folder(name):
    """A new folder with a path short enough for a Unix socket in it. Remove it yourself."""
    base = tempfile.gettempdir()
    if len(base) > 40 or base.startswith('/run'):
        base = '/tmp'
    return tempfile.mkdtemp(prefix='yinyao-%s-' % name, dir=base)


def without_leak_search(env):
    """The environment for a sanitized program that uses GIO's TLS: its threads now and then crash
    LeakSanitizer's search. tests/integration/test-leaks.py searches such programs with valgrind."""
    return {**env, 'ASAN_OPTIONS': env.get('ASAN_OPTIONS', '') + ':detect_leaks=0'}
