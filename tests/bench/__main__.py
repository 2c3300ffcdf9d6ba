# SPDX-License-Identifier: GPL-3.0-or-later
"""./dev bench [tokens] [window] [form] [service]: the benchmark. Nothing passes or fails: a figure
that misses what is wanted is printed as SHORT."""

import sys

from bench import form, service, tokens, window

PARTS = {"tokens": tokens.run, "window": window.run, "form": form.run, "service": service.run}


def main():
    names = sys.argv[1:] or list(PARTS)
    for name in names:
        if name not in PARTS:
            sys.exit(f"unknown part: {name}; there are {', '.join(PARTS)}")
    for name in names:
        PARTS[name]()


main()
