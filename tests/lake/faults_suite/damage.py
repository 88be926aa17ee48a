"""Files that were changed while the server was not there."""

from pathlib import Path

from .checks import same, true, until
from .server import Server, events


def journal(binary: Path, folder: Path):
    """A torn tail, and a changed byte in the midst of the journal: the rest is there, and the log says what is lost."""
    with Server(binary, folder / "data", folder) as server:
        for name in "abcd":
            same(server.ingest(name, events(name, 10))[0], 200, "an event")
        same(server.ingest("theirs", events("theirs", 10), tenant=1)[0], 200, "an event")
        server.kill()
        segment = server.segments()[0]
        whole = segment.read_bytes()
        segment.write_bytes(whole + whole[: len(whole) // 8])
        server.restart()
        server.expect({name: 10 for name in "abcd"}, "behind a torn write")
        true("WARN" in server.log() and "ended within a batch" in server.log(), server.log())
        server.kill()
        changed = bytearray(segment.read_bytes())
        changed[len(whole) * 3 // 8] ^= 4
        segment.write_bytes(bytes(changed))
        server.restart()
        server.expect({name: 10 for name in "acd"}, "around a changed byte")
        true("ERROR" in server.log() and "the journal is damaged" in server.log(), server.log())
        same(segment.with_suffix(".damaged").read_bytes(), bytes(changed), "the copy of the damaged journal")
        server.expect({"theirs": 10}, "of another tenant", tenant=1)
        same(server.ingest("e", events("e", 10))[0], 200, "and on")
        server.expect({name: 10 for name in "acde"}, "at the end")


def data_file(binary: Path, folder: Path):
    """A data file that was cut short: hunts that need it fail and say so, all others are answered."""
    with Server(binary, folder / "data", folder) as server:
        acknowledged = {}
        for number in range(40):
            batch = f"b{number:03}"
            same(server.ingest(batch, events(batch, 250, padding=4000))[0], 200, "events")
            acknowledged[batch] = 250
        until(lambda: server.files() and len(server.segments()) <= 1, "files are made")
        same(server.ingest("theirs", events("theirs", 10), tenant=1)[0], 200, "an event")
        server.kill()
        path = server.files()[0]
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        server.restart()
        status, _, answer = server.hunt("DeviceEvents | summarize n = count() by DeviceName")
        same(status, 500, f"a hunt in the damaged file: {answer}")
        true(path.name in server.log(), f"the log names it: {server.log()}")
        same(server.hunt("DeviceInfo | count")[0], 200, "a hunt elsewhere")
        same(server.ingest("more", events("more", 10))[0], 200, "an event")
        server.expect({"theirs": 10}, "of another tenant", tenant=1)
        server.kill()
        path.write_bytes(whole)
        server.restart()
        server.expect({**acknowledged, "more": 10}, "when the file was put back")


CASES = [journal, data_file]
