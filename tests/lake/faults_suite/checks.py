"""What a case finds."""

import time

WAIT_SECONDS = 90


class Failed(Exception):
    """Something was not as it should be."""


def same(found, expected, what: str) -> None:
    if found != expected:
        raise Failed(f"{what}: {found!r} instead of {expected!r}")


def true(holds, what: str) -> None:
    if not holds:
        raise Failed(what)


def until(holds, what: str) -> None:
    """Waits for something that the server does by itself."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise Failed(f"not within {WAIT_SECONDS} s: {what}")
        time.sleep(0.1)
