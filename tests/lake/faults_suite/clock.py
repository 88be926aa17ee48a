"""A clock that jumps under the running server."""

from pathlib import Path

from .checks import same, true, until
from .server import Server, events, now

LIBRARIES = [Path(f"/usr/lib/{folder}/faketime/libfaketime.so.1") for folder in
             ("x86_64-linux-gnu", "aarch64-linux-gnu", ".")]


class Clock:
    """The server's clock, so many days away from the real one."""

    def __init__(self, folder: Path, library: Path):
        self._file = folder / "clock"
        self.environment = {
            "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(self._file), "FAKETIME_NO_CACHE": "1",
            # Timers and waits go on as they are.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.set(0)

    def set(self, days: float) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(f"{days * 86400:+.0f}s\n")
        new.replace(self._file)
        self.days = days


def jumps(binary: Path, folder: Path):
    """Ahead by a year, and back by days: no event is lost or doubled, hunts go on, tokens are as old as the clock says."""
    library = next((path for path in LIBRARIES if path.exists()), None)
    if not library:
        return "the library of `faketime` is not installed"
    clock = Clock(folder, library)
    clock.set(-10)
    with Server(binary, folder / "data", folder, environment=clock.environment) as server:
        acknowledged = {}

        def set_clock(days: float) -> None:
            clock.set(days)
            server.forget_tokens()

        def ingest(batch: str, days: float, stored: int, quarantined: int) -> None:
            """Events of a time so many days after the clock's."""
            status, _, answer = server.ingest(batch, events(batch, 10, time_text=now(clock.days + days)))
            found = (status, answer.get("stored"), answer.get("quarantinedCount"))
            same(found, (200, stored, quarantined), f"{batch}: {answer}")
            if stored:
                acknowledged[batch] = stored

        def rows() -> int:
            return server.hunt("DeviceEvents | count")[2]["Results"][0]["Count"]

        for age in (25, 10, 0):
            ingest(f"{age} days old", -age, 10, 0)
        # Eleven minutes later, rows are old enough for files.
        clock.set(-10 + 11 / 60 / 24)
        until(lambda: len(server.files()) == 3, "files are made")
        files = server.files()

        old = server.token(server.tenant(0), "https://api.security.microsoft.com")
        clock.set(355)
        until(lambda: "many days are too old at once" in server.log(), "the log says that the clock may be wrong")
        same(server.hunt("print 1")[0], 401, "a token of last year")
        server.forget_tokens()
        true(server.token(server.tenant(0), "https://api.security.microsoft.com") != old, "a new token")
        same(rows(), 30, "rows, a year ahead")
        ingest("a year too old", -365, 0, 10)
        same(server.files(), files, "files, a year ahead")
        # Of the minute and the hour before, nothing counts a year later; of this one, all does.
        answers = [server.hunt("print 1")[0] for _ in range(46)]
        same((answers.count(200), answers[-1]), (44, 429), "calls in a minute, one of them above")

        clock.set(-10)
        same(server.hunt("print 1")[0], 401, "a token of next year")
        server.forget_tokens()
        # The calls of a moment ago, whatever the clock said, still count.
        same(server.hunt("print 1")[0], 429, "calls in a minute")
        set_clock(-10 + 1 / 24 / 30)
        server.expect(acknowledged, "with the right clock again")
        ingest("after the year", 0, 10, 0)

        set_clock(-7)
        ingest("three days later", 0, 10, 0)
        set_clock(-9)
        ingest("two days back", 0, 10, 0)
        ingest("from the future", 2, 0, 10)
        status, _, answer = server.ingest("three days later", events("three days later", 10, time_text=now(-7)))
        same((status, answer["repeated"]), (200, True), "a batch that came before the clock was set back")
        server.expect(acknowledged, "at the end")
        kept = server.hunt("WardenryQuarantine | summarize n = count() by Code | sort by Code asc")[2]["Results"]
        same(kept, [{"Code": "InTheFuture", "n": 10}, {"Code": "TooOld", "n": 10}], "what was not believed is kept")
        server.kill()
        server.restart()
        server.forget_tokens()
        server.expect(acknowledged, "after a kill")
    return None


CASES = [jumps]
