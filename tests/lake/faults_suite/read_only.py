"""A disk that only reads."""

from pathlib import Path

from .checks import same, true
from .disk import Disk
from .server import Server, events, refusal

UNAVAILABLE = (503, "Unavailable", True)


def lake_for_a_while(binary: Path, folder: Path):
    """The lake's disk becomes read-only and writable again under the running server."""
    with Disk(folder / "image", folder / "data/lake", 64) as disk, \
            Server(binary, folder / "data", folder, "[lake]\nreserve_bytes = 0\n") as server:
        same(server.ingest("a", events("a", 10))[0], 200, "writable")
        disk.remount("ro")
        for tenant in (0, 1):
            same(refusal(server.ingest("b", events("b", 10), tenant)), UNAVAILABLE, "read-only")
        server.expect({"a": 10}, "while the disk is read-only")
        true("Read-only file system" in server.log(), f"the log says why: {server.log()}")
        disk.remount("rw")
        same(server.ingest("b", events("b", 10))[0], 200, "writable again")
        server.expect({"a": 10, "b": 10}, "when it is writable again")
        server.kill()
        server.restart()
        server.expect({"a": 10, "b": 10}, "after a kill")


def at_start(binary: Path, folder: Path):
    """A server does not start on a read-only data folder, says why, and starts when it is writable."""
    with Disk(folder / "image", folder / "disk", 64) as disk, \
            Server(binary, disk.folder / "data", folder, "[lake]\nreserve_bytes = 0\n") as server:
        same(server.ingest("a", events("a", 10))[0], 200, "writable")
        server.stop()
        disk.remount("ro")
        said = server.start_in_vain()
        true("error: " in said and str(disk.folder) in said and "ead-only" in said, said)
        disk.remount("rw")
        server.restart()
        server.expect({"a": 10}, "when it is writable again")


def broken_disk(binary: Path, folder: Path):
    """The file system finds an error and goes read-only: hunts go on; after a repair and a start all is there."""
    with Disk(folder / "image", folder / "disk", 64) as disk, \
            Server(binary, disk.folder / "data", folder, "[lake]\nreserve_bytes = 0\n") as server:
        same(server.ingest("a", events("a", 10))[0], 200, "writable")
        # Asked for before, so that nothing has to be read of the directory.
        server.expect({"a": 10}, "before")
        disk.break_down()
        for _ in range(2):
            same(refusal(server.ingest("b", events("b", 10))), UNAVAILABLE, "a broken disk")
        server.expect({"a": 10}, "while the disk is broken")
        server.new_token(server.tenant(1), "https://graph.microsoft.com")
        server.kill()
        disk.unmount()
        disk.repair()
        disk.mount()
        server.restart()
        server.expect({"a": 10}, "after the repair")
        same(server.ingest("b", events("b", 10))[0], 200, "writable again")


CASES = [lake_for_a_while, at_start, broken_disk]
