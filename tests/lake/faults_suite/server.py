"""The server, and what a client sees of it."""

import json
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

from .checks import Failed, same

START_SECONDS = 60
INGEST = "api://wardenry"
HUNT = "https://api.security.microsoft.com"


class Server:
    """A server on a data folder. The first start makes the demo's tenants; later ones are hardened and write as little as they can."""

    def __init__(self, binary: Path, data: Path, folder: Path, config: str = "", environment: dict | None = None):
        self._binary, self._data, self._folder = binary, data, folder
        self._environment = environment or {}
        self._config = folder / "server.toml"
        self._config.write_text(config)
        self._starts = 0
        # The same at every start: tokens name the address of their issuer.
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._process = None
        self.env = {}
        env_file = folder / "server.env"
        self._start("--dev", "--seed", "demo-without-events", "--env-file", str(env_file))
        wait(env_file.exists, self)
        self.env = dict(line.split("=", 1) for line in env_file.read_text().splitlines())
        self.trust = ssl.create_default_context(cafile=self.env["CA_FILE"])
        self._tokens = {}

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _start(self, *arguments: str) -> None:
        self._starts += 1
        self._log = self._folder / f"server-{self._starts}.log"
        command = [self._binary, "serve", "--config", self._config, "--data", self._data,
                   "--listen", f"127.0.0.1:{self.port}", *arguments]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("WARDENRY_")}
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(command, env={**clean, "NO_COLOR": "1", **self._environment},
                                             stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    def restart(self) -> None:
        """Starts the server again on its data."""
        self._start()
        wait(lambda: "server answers at" in self.log(), self)

    def start_in_vain(self) -> str:
        """Starts the server where it cannot start, and gives what it says."""
        self._start()
        try:
            same(self._process.wait(START_SECONDS), 1, f"exit code\n{self.log()}")
        finally:
            self.__exit__()
        return self.log()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        self._process.terminate()
        same(self._process.wait(START_SECONDS), 0, "exit code")

    def log(self) -> str:
        text = self._log.read_text(errors="replace")
        if "panicked" in text:
            raise Failed(f"the server has panicked:\n{text}")
        return text

    def tenant(self, number: int) -> str:
        return self.env["CUSTOMER_TENANTS"].split(",")[number]

    def request(self, path: str, body: bytes, headers: dict) -> tuple[int, dict, dict]:
        """Status, headers, body."""
        # The certificate names localhost.
        request = urllib.request.Request(f"https://localhost:{self.port}{path}", data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, context=self.trust, timeout=120) as answer:
                return answer.status, dict(answer.headers), json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read()
            try:
                return error.code, dict(error.headers), json.loads(text)
            except ValueError:
                return error.code, dict(error.headers), {"text": text.decode(errors="replace")}
        except OSError as error:
            raise Failed(f"no answer to {path}: {error}\n{self.log()}") from None

    def new_token(self, tenant: str, resource: str) -> str:
        form = {"grant_type": "client_credentials", "client_id": self.env["CLIENT_ID"],
                "client_secret": self.env["CLIENT_SECRET"].strip("'"), "scope": f"{resource}/.default"}
        status, _, answer = self.request(f"/{tenant}/oauth2/v2.0/token", urllib.parse.urlencode(form).encode(), {})
        same(status, 200, f"a token: {answer}")
        return answer["access_token"]

    def forget_tokens(self) -> None:
        self._tokens.clear()

    def token(self, tenant: str, resource: str) -> str:
        key = (tenant, resource)
        if key not in self._tokens:
            self._tokens[key] = self.new_token(tenant, resource)
        return self._tokens[key]

    def ingest(self, batch: str, records: list[str], tenant: int = 0) -> tuple[int, dict, dict]:
        tenant = self.tenant(tenant)
        headers = {"authorization": f"Bearer {self.token(tenant, INGEST)}", "idempotency-key": batch}
        return self.request("/wardenry/v1/ingest", "\n".join(records).encode(), headers)

    def hunt(self, query: str, tenant: int = 0) -> tuple[int, dict, dict]:
        token = self.token(self.tenant(tenant), HUNT)
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        return self.request("/api/advancedhunting/run", json.dumps({"Query": query}).encode(), headers)

    def batches(self, tenant: int = 0) -> dict[str, int]:
        """How many events are there of each batch."""
        status, _, answer = self.hunt("DeviceEvents | summarize n = count() by DeviceName", tenant)
        same(status, 200, f"a hunt: {answer}")
        return {row["DeviceName"]: row["n"] for row in answer["Results"]}

    def expect(self, acknowledged: dict[str, int], when: str, tenant: int = 0) -> None:
        """What was acknowledged is there, each event once, and nothing else."""
        same(self.batches(tenant), acknowledged, f"events {when}")

    def files(self, tenant: int = 0) -> list[Path]:
        return sorted((self._data / "lake/tables" / self.tenant(tenant)).rglob("*.parquet"))

    def segments(self, tenant: int = 0) -> list[Path]:
        return sorted((self._data / "lake/journal" / self.tenant(tenant)).glob("*.journal"))


def wait(ready, server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if server._process.poll() is not None or time.monotonic() > deadline:
            server.__exit__()
            raise Failed(f"the server does not start:\n{server.log()}")
        time.sleep(0.02)


def now(days: float = 0) -> str:
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def events(batch: str, count: int, padding: int = 0, time_text: str | None = None) -> list[str]:
    """Events that name their batch, each with so many bytes that do not compress."""
    stamp = time_text or now()

    def event(number: int) -> str:
        members = {"Timestamp": stamp, "DeviceName": batch, "ReportId": number}
        if padding:
            members["ProcessCommandLine"] = os.urandom(padding // 2).hex()
        return json.dumps({"time": stamp, "category": "AdvancedHunting-DeviceEvents", "properties": members})

    return [event(number) for number in range(count)]


def refusal(answer: tuple[int, dict, dict]) -> tuple[int, str, bool]:
    """Status, code, and whether it says when to come back."""
    status, headers, body = answer
    retry = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    return status, body.get("error", {}).get("code", str(body)), retry.isdigit() and int(retry) > 0
