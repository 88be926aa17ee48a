"""Talks to a small program that holds one of the judged libraries: a line of JSON each way."""

import json
import queue
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Longer than any library retries against a server that answers.
ANSWER_SECONDS = 60
STOP_SECONDS = 10


@dataclass(frozen=True)
class Outcome:
    """What asking a library for a token came to, and what it sent meanwhile."""

    token: str | None
    # The library's own words: at least `type` and `text`.
    failure: dict[str, Any] | None
    # Such as "POST /<tenant>/oauth2/v2.0/token", without the query.
    requests: list[str]
    # The header of the client assertion, when one was sent.
    assertion_header: dict[str, Any] | None


class Driver:
    """The program's process. Started on first use, and anew when a call did not end."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path):
        self._command = command
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen | None = None
        self._lines: queue.Queue[str] = queue.Queue()

    def open(self, **settings: Any) -> None:
        """Asks for a new client object, which the next token comes from."""
        self.ask({"do": "open"} | settings)

    def token(self, scope: str) -> Outcome:
        """Asks the client object for a token."""
        answer = self.ask({"do": "token", "scope": scope})
        return Outcome(answer.get("token"), answer.get("failure"), answer["requests"], answer["assertion_header"])

    def with_environment(self, **settings: str) -> "Driver":
        """Another process of the same program, with more environment variables."""
        return Driver(self._command, self._environment | settings, self._log)

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Sends the program one question, and waits for its answer."""
        process = self._running()
        try:
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
            line = self._lines.get(timeout=ANSWER_SECONDS)
        except BrokenPipeError:
            line = ""
        except queue.Empty:
            self._end()
            raise AssertionError(f"the library did not come back within {ANSWER_SECONDS} seconds") from None
        if not line:
            self._end()
            raise AssertionError(f"the driver ended:\n{self._log.read_text(errors='replace')[-2000:]}")
        return json.loads(line)

    def _running(self) -> subprocess.Popen:
        if self._process is None:
            with open(self._log, "ab") as log:
                self._process = subprocess.Popen(self._command, env=self._environment, stdin=subprocess.PIPE,
                                                 stdout=subprocess.PIPE, stderr=log, text=True)
            self._lines = queue.Queue()
            reader = threading.Thread(target=_read, args=(self._process.stdout, self._lines), daemon=True)
            reader.start()
        return self._process

    def stop(self) -> None:
        """Ends the program: it stops when nobody asks it any more."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_SECONDS)

    def _end(self) -> None:
        process, self._process = self._process, None
        process.kill()
        process.wait(STOP_SECONDS)


def _read(lines, into: queue.Queue[str]) -> None:
    for line in lines:
        into.put(line)
    into.put("")
