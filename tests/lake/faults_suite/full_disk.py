"""A disk without room."""

from pathlib import Path

from .checks import Failed, same, true, until
from .disk import Disk
from .server import Server, events, refusal

GIB = 1 << 30
FULL = (507, "DiskFull", True)


def below_the_reserve(binary: Path, folder: Path):
    """Less than 1 GiB free: events are refused, hunts answered; with room again, events are taken by the same process."""
    with Disk(folder / "image", folder / "disk", 1536) as disk, Server(binary, disk.folder / "data", folder) as server:
        acknowledged = {}
        for number in range(3):
            same(server.ingest(f"b{number}", events(f"b{number}", 10))[0], 200, "room for events")
            acknowledged[f"b{number}"] = 10
        for number in range(2):
            disk.fill(leave=GIB - 4096)
            same(refusal(server.ingest("refused", events("refused", 10))), FULL, "no room for events")
            server.expect(acknowledged, "while the disk is full")
            disk.make_room()
            same(server.ingest(f"c{number}", events(f"c{number}", 10))[0], 200, "room again")
            acknowledged[f"c{number}"] = 10
        server.expect(acknowledged, "at the end")
        server.log()


def filled_by_events(binary: Path, folder: Path):
    """No reserve, and events until nothing fits: the journal's write and the writing of files fail; killed, restarted, room made."""
    # 32 MiB of events become files; these do not fit beside the journal.
    with Disk(folder / "image", folder / "disk", 56) as disk, \
            Server(binary, disk.folder / "data", folder, "[lake]\nreserve_bytes = 0\n") as server:
        acknowledged = {}
        for number in range(200):
            batch = f"b{number:03}"
            answer = server.ingest(batch, events(batch, 250, padding=4000))
            if answer[0] != 200:
                same(refusal(answer), FULL, "no room for events")
                break
            acknowledged[batch] = 250
        else:
            raise Failed("the disk did not fill up")
        until(lambda: "files of the lake could not be made" in server.log(), "files do not fit either")
        disk.fill()
        for _ in range(3):
            # Longer than what is left of the journal's last block.
            same(refusal(server.ingest("small", events("small", 1, padding=20_000))), FULL, "no room for one event")
        server.expect(acknowledged, "while nothing fits")
        server.kill()
        said = None
        try:
            server.restart()
            server.expect(acknowledged, "after a kill, while nothing fits")
            same(refusal(server.ingest("small", events("small", 1, padding=20_000))), FULL, "no room after the start")
        except Failed as failure:
            # A database that cannot be opened is a plain failure, too, and costs nothing.
            said = str(failure)
            true("disk" in said and "full" in said, said)
        print(f"         starting on a full disk: {'refused: ' + said.splitlines()[1] if said else 'works'}")
        disk.make_room()
        if said:
            server.restart()
        same(server.ingest("small", events("small", 1, padding=20_000))[0], 200, "room again")
        acknowledged["small"] = 1
        server.expect(acknowledged, "with room again")


def files_when_there_is_room(binary: Path, folder: Path):
    """Files that did not fit are made when there is room, without a restart, and the journal goes."""
    with Disk(folder / "image", folder / "disk", 160) as disk, \
            Server(binary, disk.folder / "data", folder, "[lake]\nreserve_bytes = 0\n") as server:
        acknowledged = {}
        disk.fill(leave=52 << 20)
        for number in range(36):
            batch = f"b{number:03}"
            same(server.ingest(batch, events(batch, 250, padding=4000))[0], 200, "room in the journal")
            acknowledged[batch] = 250
        until(lambda: "files of the lake could not be made" in server.log(), "files do not fit")
        server.expect(acknowledged, "while files do not fit")
        same(server.files(), [], "what was begun is gone")
        disk.make_room()
        until(lambda: server.files(), "files are made")
        until(lambda: len(server.segments()) <= 1, "the journal goes")
        server.expect(acknowledged, "in files")
        server.kill()
        server.restart()
        server.expect(acknowledged, "after a kill")


def full_disk_of_the_database(binary: Path, folder: Path):
    """The database's disk is full, the lake's is not: files are written, cannot be recorded, and are made when there is room."""
    with Disk(folder / "image", folder / "disk", 24) as small, Disk(folder / "image-2", folder / "disk/data/lake", 200) as _, \
            Server(binary, small.folder / "data", folder, "[lake]\nreserve_bytes = 0\n") as server:
        acknowledged = {}
        server.token(server.tenant(0), "api://wardenry")
        small.fill()
        for number in range(40):
            batch = f"b{number:03}"
            same(server.ingest(batch, events(batch, 250, padding=4000))[0], 200, "room in the journal")
            acknowledged[batch] = 250
        until(lambda: "files of the lake could not be made" in server.log(), "files cannot be recorded")
        server.expect(acknowledged, "while files cannot be recorded")
        same(server.files(), [], "files that were not recorded are gone")
        small.make_room()
        until(lambda: server.files(), "files are made")
        server.expect(acknowledged, "in files")
        server.kill()
        server.restart()
        server.expect(acknowledged, "after a kill")


def temporary_folder(binary: Path, folder: Path):
    """What queries write of their own does not fit: that query ends and says so, others and events do not notice."""
    config = "[hunting]\nmemory_bytes = 33_554_432\nspill_bytes = 1_000_000_000\n"
    with Disk(folder / "image", folder / "temporary", 16) as disk, \
            Server(binary, folder / "data", folder, config, {"TMPDIR": str(disk.folder)}) as server:
        large = ("range n from 1 to 3000000 step 1 | extend s = strcat(n, strrep('x', 50)) | sort by hash(s) "
                 "| extend r = row_number() | summarize max(r)")
        status, _, answer = server.hunt(large)
        same(status, 400, f"a large query: {answer}")
        true("no room for the temporary files that the query needs (KQL0915)" in answer["error"]["message"], str(answer))
        same(server.hunt("print 1")[0], 200, "a small query")
        same(server.ingest("a", events("a", 10))[0], 200, "events")
        server.expect({"a": 10}, "afterwards")
        true(disk.free() > 10 << 20, "the query's files are gone")


CASES = [below_the_reserve, filled_by_events, files_when_there_is_room, full_disk_of_the_database, temporary_folder]
