# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests, the demo and the benchmark stand on: TAP, a private pcscd, virtual tokens.

meson puts its parent folder on PYTHONPATH; do so too when you start a test by hand.
"""
