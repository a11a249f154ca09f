"""Runs the checks of a script and tells of each, one JSON object a line: its title, and the error if it failed."""

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
    """Calls every check with `args`, in the order in which they were written."""
    for title, function in _checks:
        error = None
        try:
            function(*args)
        except Exception:  # whatever it is, it is what the check has found
            error = traceback.format_exc()
        print(json.dumps({"title": title, "error": error}), flush=True)


def refused(call, *needles, status=None):
    """What a call was refused with. Fails if it was answered, or if the message lacks one of the needles."""
    try:
        answer = call()
    except Exception as error:
        text = str(error)
        assert all(needle in text for needle in needles), f"{text!r} lacks one of {needles}"
        got = getattr(error, "status", lambda: None)()
        assert status is None or (got is not None and status in got), f"{got}: {text}"
        return text
    raise AssertionError(f"it was answered, and should have been refused: {answer}")


def same(got, expected):
    assert got == expected, f"expected {expected!r}, got {got!r}"


def argument(index):
    return sys.argv[index]
