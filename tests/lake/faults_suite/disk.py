"""A file system of its own, in a file."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

FILLER = "filler"


def why_not() -> str | None:
    """Why there can be no such file systems here."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "mounting file systems needs root on Linux"
    tools = ("mkfs.ext4", "fsck.ext4", "mount", "umount", "findmnt", "fallocate")
    missing = [tool for tool in tools if not shutil.which(tool)]
    return f"not installed: {', '.join(missing)}" if missing else None


class Disk:
    """An ext4 file system on a loop device, mounted on a folder; gone at the end of the `with`."""

    def __init__(self, image: Path, folder: Path, mebibytes: int):
        self._image = image
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        with open(self._image, "wb") as image:
            image.truncate(mebibytes << 20)
        # No room is set aside for root, who would not notice that the disk is full.
        run("mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=0", str(self._image))
        self.mount()

    def __enter__(self) -> "Disk":
        return self

    def __exit__(self, *_) -> None:
        self.unmount()
        self._image.unlink()

    def mount(self, options: str = "errors=remount-ro") -> None:
        run("mount", "-o", f"loop,{options}", str(self._image), str(self.folder))

    def unmount(self) -> None:
        run("umount", str(self.folder))

    def remount(self, options: str) -> None:
        run("mount", "-o", f"remount,{options}", str(self.folder))

    def repair(self) -> None:
        # 1 and 2 say that something was repaired.
        subprocess.run(["fsck.ext4", "-f", "-y", str(self._image)], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)

    def break_down(self) -> None:
        """Lets the file system find an error in itself, after which it only reads."""
        device = subprocess.run(["findmnt", "-no", "SOURCE", str(self.folder)], capture_output=True, text=True, check=True)
        name = device.stdout.strip().rsplit("/", 1)[1]
        Path(f"/sys/fs/ext4/{name}/trigger_fs_error").write_text("tried by a test")

    def free(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def fill(self, leave: int = 0) -> None:
        """Leaves so many bytes free; without a number, none at all."""
        filler = self.folder / FILLER
        size = filler.stat().st_size if filler.exists() else 0
        room = self.free() - leave
        if room > 0:
            subprocess.run(["fallocate", "-l", str(size + room), str(filler)], stderr=subprocess.DEVNULL, check=False)
        if leave == 0:
            # What is left of metadata and of odd blocks, until even one byte fails.
            with open(self.folder / f"{FILLER}-rest", "ab", buffering=0) as rest:
                for length in (1 << 20, 4096):
                    try:
                        while rest.write(b"x" * length):
                            pass
                    except OSError:
                        pass

    def make_room(self) -> None:
        for name in (FILLER, f"{FILLER}-rest"):
            (self.folder / name).unlink(missing_ok=True)


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
