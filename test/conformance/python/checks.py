"""Runs the checks of a module and prints each as a line of JSON: its title, and the error if it failed."""

import json
import sys
import traceback

_checks = []


def check(title):
    def add(function):
        _checks.append((title, function))
        return function

    return add


def run(*args):
    """Calls every check that was defined since the last run with `args`, in the order of their definition."""
    checks = _checks.copy()
    _checks.clear()
    for title, function in checks:
        error = None
        try:
            function(*args)
        except Exception:  # every exception is a failed check
            error = traceback.format_exc()
        print(json.dumps({"title": title, "error": error}), flush=True)


def refused(call, *needles, status=()):
    """Returns the error of a call. Fails if the call succeeded, if the message lacks one of the needles, or if the status is
    none of those given: one, or several in a tuple."""
    try:
        answer = call()
    except Exception as error:
        text = str(error)
        assert all(needle in text for needle in needles), f"{text!r} lacks one of {needles}"
        got = getattr(error, "status", lambda: None)()
        expected = (status,) if isinstance(status, str) else status
        assert expected == () or any(one in (got or "") for one in expected), f"{got}: {text}"
        return text
    raise AssertionError(f"the request succeeded, expected an error: {answer}")


def same(got, expected):
    assert got == expected, f"expected {expected!r}, got {got!r}"


def argument(index):
    return sys.argv[index]
