"""The server under judgement: the real binary, started for one run of the suite."""

import subprocess
import time
from pathlib import Path

from . import environment

START_SECONDS = 60
STOP_SECONDS = 15


class ServerFailed(Exception):
    """The server did not start, or did not stop; the text has the end of its log."""


class Server:
    """A development server on a free port of this machine, with the built-in scenario.

    `settings` holds what the server wrote for test suites: addresses, ids and secrets.
    """

    def __init__(self, binary: Path, folder: Path):
        self._log = folder / "server.log"
        env_file = folder / "server.env"
        command = [binary, "serve", "--dev", "--seed", "demo", "--listen", "127.0.0.1:0", "--env-file", env_file]
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(command, env=environment.clean(), stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=subprocess.STDOUT)
        try:
            self._wait_for(env_file)
        except BaseException:
            self.stop()
            raise
        lines = env_file.read_text().splitlines()
        self.settings = dict(line.split("=", 1) for line in lines if "=" in line)

    def _wait_for(self, env_file: Path) -> None:
        deadline = time.monotonic() + START_SECONDS
        # The file appears in one step once the server answers.
        while not env_file.exists():
            if self._process.poll() is not None:
                raise ServerFailed(f"the server ended with {self._process.returncode}\n{self.log_end()}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"the server was not ready after {START_SECONDS} seconds\n{self.log_end()}")
            time.sleep(0.02)

    def log_end(self) -> str:
        """The last lines that the server logged."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])

    def stop(self) -> None:
        """Asks the server to stop, and ends it when it does not."""
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_SECONDS)
            raise ServerFailed(f"the server did not stop within {STOP_SECONDS} seconds") from None
