# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests, the demo and the benchmark stand on: TAP, a private pcscd, virtual tokens.

A test in a sibling folder finds it with

    import os, sys
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
    from harness import tap
"""
