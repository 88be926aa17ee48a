"""Installs the judged libraries outside the repository, once per set of pinned versions."""

import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

INSTALL_SECONDS = 600
_FINISHED = "finished"


class InstallFailed(Exception):
    """A library could not be installed; the text says what the installer said."""


def cache_folder() -> Path:
    """Where environments are kept: `WARDENRY_TEST_CACHE`, or a folder in the user's cache."""
    if chosen := os.environ.get("WARDENRY_TEST_CACHE"):
        return Path(chosen).absolute()
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "wardenry-tests"


def python_interpreter(requirements: Path) -> Path:
    """An interpreter that has the packages of a requirements file."""
    with _environment("python", [requirements], sys.version + sys.executable) as (folder, missing):
        interpreter = folder / "bin" / "python"
        if missing:
            _run(sys.executable, "-m", "venv", str(folder))
            _run(str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                 "--no-input", "--no-deps", "--requirement", str(requirements))
            _run(str(interpreter), "-m", "pip", "check", "--disable-pip-version-check")
        return interpreter


def cargo_program(requirement: Path) -> Path:
    """The program that a file names: crate, version and features in one line, without comments."""
    lines = [line for line in requirement.read_text().splitlines() if line and not line.startswith("#")]
    crate, version, features = lines[0].split()
    with _environment("cargo", [requirement], "") as (folder, missing):
        if missing:
            # Unoptimised, because it is built more often than it is used for long.
            _run("cargo", "install", "--quiet", "--locked", "--debug", "--root", str(folder),
                 "--version", version, "--features", features, crate,
                 cwd=requirement.parent, remove=("CARGO_TARGET_DIR",))
        return folder / "bin" / crate


def node_modules(package: Path) -> Path:
    """A folder whose `node_modules` is what the lock file in `package` says."""
    files = [package / name for name in ("package.json", "package-lock.json", ".npmrc")]
    with _environment("node", files, _run("node", "--version")) as (folder, missing):
        if missing:
            folder.mkdir(parents=True)
            for file in files:
                shutil.copy(file, folder)
            _run("npm", "ci", cwd=folder)
        return folder


@contextlib.contextmanager
def _environment(kind: str, files: list[Path], made_for: str) -> Iterator[tuple[Path, bool]]:
    """The folder for these files, and whether it has to be filled; nobody else fills it meanwhile.

    A folder counts once its mark is there, which is set after the block: an interrupted installation is
    thrown away by the next run.
    """
    digest = hashlib.sha256(f"{platform.platform()}\n{made_for}\n".encode())
    for file in files:
        digest.update(file.read_bytes())
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"clients-{kind}-{digest.hexdigest()[:16]}"
    mark = folder / _FINISHED
    with open(cache / "clients.lock", "w") as lock:
        _take(lock)
        missing = not mark.exists()
        if missing:
            shutil.rmtree(folder, ignore_errors=True)
            print(f"installing {kind} libraries into {folder}", flush=True)
        yield folder, missing
        mark.touch()


def _take(lock) -> None:
    deadline = time.monotonic() + 2 * INSTALL_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise InstallFailed("another run keeps installing; it holds the lock in the cache") from None
            time.sleep(0.5)


def _run(*command: str, cwd: Path | None = None, remove: tuple[str, ...] = ()) -> str:
    """Runs an installer in the surrounding environment, which knows the way to the package registries."""
    environment = {name: value for name, value in os.environ.items() if name not in remove}
    try:
        done = subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=INSTALL_SECONDS)
    except FileNotFoundError:
        raise InstallFailed(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise InstallFailed(f"no end after {INSTALL_SECONDS} seconds: {' '.join(command)}") from None
    if done.returncode != 0:
        raise InstallFailed(f"{' '.join(command)}\n{done.stdout[-4000:]}")
    return done.stdout
