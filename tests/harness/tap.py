# SPDX-License-Identifier: GPL-3.0-or-later
"""Test cases that print TAP (testanything.org, version 13).

    from harness import tap

    @tap.case                                # named after the function
    def a_token_is_listed():
        tap.equal(1 + 1, 2)

    @tap.case('cut before APDU', args=[(n,) for n in range(3)])
    def cut(n): ...                          # one case for each tuple: "cut before APDU (0)", ...

    if __name__ == '__main__':
        tap.main()

A case fails with any exception. A file runs all its cases, or those whose name or function name
contains one of the words given as arguments (`test-x.py unlock cut`); `--list` prints the names.
The exit status is 0 when every case passed and there was one to run.
"""
import sys
import time
import traceback

_cases = []


class _Case:
    def __init__(self, name, function, arguments):
        self.name = name
        self.function = function
        self.arguments = arguments

    def matches(self, words):
        return not words or any(w in self.name or w in self.function.__name__ for w in words)


def case(name=None, args=None):
    """Decorator: the function is a test case; with `args` one case for each tuple of arguments."""
    if callable(name):
        return case()(name)

    def register(function):
        title = name or function.__name__.replace('_', ' ').strip()
        for arguments in args if args is not None else [()]:
            shown = ' (%s)' % ', '.join(map(str, arguments)) if arguments else ''
            _cases.append(_Case(title + shown, function, arguments))
        return function
    return register


def diag(*values):
    """Prints a diagnostic that belongs to the running case."""
    for line in ' '.join(str(v) for v in values).splitlines():
        print('# ' + line, flush=True)


def ok(condition, message='the condition does not hold'):
    if not condition:
        raise AssertionError(message)


def equal(got, wanted, what='value'):
    if got != wanted:
        raise AssertionError('%s: got %r, wanted %r' % (what, got, wanted))


def contains(text, part, what='text'):
    if part not in text:
        raise AssertionError('%s: %r is not in %r' % (what, part, text))


def _run(number, test):
    started = time.monotonic()
    try:
        test.function(*test.arguments)
    except Exception:
        print('not ok %d - %s' % (number, test.name), flush=True)
        # meson keeps only standard error of a program that prints TAP.
        print('%s\n%s' % (test.name, traceback.format_exc()), file=sys.stderr, flush=True)
        return False
    print('ok %d - %s # %.2f s' % (number, test.name, time.monotonic() - started), flush=True)
    return True


def main(setup=None, teardown=None):
    """Runs the cases of this program and ends it. `setup` runs once before the first case,
    `teardown` once after the last one, whatever happened."""
    words = sys.argv[1:]
    if words == ['--list']:
        print('\n'.join(c.name for c in _cases))
        sys.exit(0)
    chosen = [c for c in _cases if c.matches(words)]
    failed = 0
    print('TAP version 13', flush=True)
    try:
        if setup:
            setup()
        for number, test in enumerate(chosen, 1):
            failed += not _run(number, test)
        print('1..%d' % len(chosen), flush=True)
    except BaseException as problem:
        print('Bail out! %s: %s' % (type(problem).__name__, problem), flush=True)
        diag(traceback.format_exc())
        sys.exit(1)
    finally:
        if teardown:
            teardown()
    sys.exit(1 if failed or not chosen else 0)
