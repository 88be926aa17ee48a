"""Cases, and how they are run and counted."""

import fnmatch
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """Something that has to hold. `run` raises when it does not."""

    name: str
    run: Callable[[], None]


def expect(what: str, found: Any, expected: Any) -> None:
    """Compares whole values."""
    assert found == expected, f"{what}: {found!r}, expected {expected!r}"


def selected(cases: Iterable[Case], patterns: list[str]) -> list[Case]:
    """The cases whose names contain, or match, one of the patterns; all when there is none."""
    def fits(case: Case) -> bool:
        return any(pattern in case.name or fnmatch.fnmatch(case.name, pattern) for pattern in patterns)

    return [case for case in cases if not patterns or fits(case)]


def run(cases: list[Case]) -> int:
    """Runs and prints every case. Returns how many failed."""
    failed = 0
    for case in cases:
        started = time.monotonic()
        try:
            case.run()
        except Exception as error:
            failed += 1
            print(f"FAIL {case.name}", flush=True)
            print(_indented(_told(error)), flush=True)
        else:
            print(f"ok   {case.name} ({time.monotonic() - started:.1f} s)", flush=True)
    return failed


def _told(error: Exception) -> str:
    # A failed expectation says all there is to say; anything else is a surprise, whose place matters.
    if isinstance(error, AssertionError) and error.args:
        return str(error)
    return "".join(traceback.format_exception(error))


def _indented(text: str) -> str:
    return "\n".join(f"     {line}" for line in text.splitlines())
