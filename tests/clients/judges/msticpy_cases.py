"""Hunting by MSTICPy's providers for Defender, with nothing but the settings file that its users have."""

import functools
import json
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import environment, hunting_events
from .administration import App
from .cases import Case, expect
from .driver import Driver
from .hunting_events import QUERY
from .world import Tenant, World

NAME = "msticpy"
# The provider of the Defender shape, and that of the Graph shape.
MDE = "MDE"
GRAPH = "M365DGraph"
# The role that each of them needs.
ROLES = {MDE: "AdvancedQuery.Read.All", GRAPH: "ThreatHunting.Read.All"}
# For each of them, a built-in query of the processes on one device.
HOST_PROCESSES = {MDE: "MDE.list_host_processes", GRAPH: "M365D.list_host_processes"}

# What MSTICPy makes of each type on the wire. Nulls make floats of bools.
FRAME_TYPES = {"DateTime": "datetime64[ns, UTC]", "Int64": "int64", "Double": "float64", "SByte": "float64"}

CHECK_SECONDS = 60
REFUSED_QUERIES = Path(__file__).resolve().parent / "msticpy_refused.toml"
# Values for the parameters of the built-in queries, by the parameter with its type or by the type alone.
SAMPLES = {
    "start": "2026-11-01T00:00:00Z",
    "end": "2026-11-26T00:00:00Z",
    "str": "alpha",
    "list": ["alpha", "beta"],
    # These stand in the texts without quotes.
    "protocol: str": "443",
    "timestamp: str": "2026-11-26T00:00:00Z",
    "cmd_line: str": "'alpha', 'beta'",
}


class Msticpy:
    """MSTICPy against one server."""

    def __init__(self, world: World, driver: Driver, settings: Path, binary: Path):
        self.world = world
        self.binary = binary
        self._driver = driver
        self._settings = settings

    def ask(self, provider: str, **question: Any) -> dict[str, Any]:
        """One question to a provider."""
        if not self._settings.exists():
            self._settings.write_text(self._configuration())
        return self._driver.ask({"provider": provider} | question)

    def _configuration(self) -> str:
        """The connector at Alder, and two instances that are refused."""
        world = self.world
        # Without an answer MSTICPy would take the credentials to the public cloud.
        expect("status of the endpoints", world.https.get(f"{world.authority}/metadata/endpoints").status, 200)
        other = hunting_events.app_of_other_roles(world)
        return "\n".join([
            "Azure:",
            f"  resource_manager_url: {world.authority}",
            "DataProviders:",
            *self._instance("MicrosoftDefender", world.alder, world.connector),
            *self._instance("MicrosoftDefender-NoConsent", world.cedar, world.connector),
            *self._instance("MicrosoftDefender-OtherRoles", world.alder, other),
            "",
        ])

    def _instance(self, name: str, tenant: Tenant, app: App) -> list[str]:
        return [
            f"  {name}:",
            "    Args:",
            f"      TenantId: {tenant.id}",
            f"      ClientId: {app.client_id}",
            f"      ClientSecret: '{app.secret}'",
            f"      apiRoot: {self.world.settings['API_BASE']}",
        ]


def results(msticpy: Msticpy, provider: str) -> None:
    """What was sent arrives in a data frame, with types that can be computed with."""
    rows = hunting_events.expected_rows(hunting_events.sent(msticpy.world))
    types = [[name, FRAME_TYPES.get(kind, "object")] for name, kind in hunting_events.SCHEMA]
    if provider == GRAPH:
        rows = [hunting_events.annotated(row) for row in rows]
        # The annotations become columns. The first row has them all.
        by_name = dict(types)
        types = [[name, by_name.get(name, "object")] for name in rows[0]]
    expect("data frame", msticpy.ask(provider, query=QUERY), {
        "types": types, "rows": [{name: row.get(name) for name, _ in types} for row in rows],
    })


def built_in_query(msticpy: Msticpy, provider: str) -> None:
    """A text that MSTICPy wrote finds the events of one device, and of each what was sent."""
    events = hunting_events.sent(msticpy.world)
    found = msticpy.ask(provider, built_in=HOST_PROCESSES[provider], arguments={
        "host_name": hunting_events.DEVICE,
        "start": events[0].time.isoformat(),
        "end": events[-1].time.isoformat(),
    })
    assert "rows" in found, f"no data frame: {found}"
    rows = sorted(found["rows"], key=lambda row: row["Timestamp"]["datetime"])
    expect("values", [_values(row) for row in rows], [
        _values({
            "Timestamp": {"datetime": event.time.isoformat()},
            "DeviceName": hunting_events.DEVICE,
            "ProcessCommandLine": event.command,
            "ProcessId": event.process,
            "IsInitiatingProcessRemoteSession": event.remote,
        })
        for event in events
    ])


def _values(row: dict[str, Any]) -> dict[str, Any]:
    """The columns that hold something, without annotations."""
    return {name: value for name, value in row.items() if value not in (None, "") and "@" not in name}


def bad_query(msticpy: Msticpy, provider: str) -> None:
    """MSTICPy raises what its HTTP library does, and tells our text beside it."""
    error = msticpy.ask(provider, query=hunting_events.BAD_QUERY)["error"]
    expect("error type", error["type"], "HTTPStatusError")
    assert "'400 Bad Request'" in error["message"], f"no 400 in {error}"
    expect("warnings", error["warnings"], [f"Response error: {hunting_events.BAD_QUERY_MESSAGE}"])


def no_consent(msticpy: Msticpy, provider: str) -> None:
    """A tenant that has not consented gives no token."""
    error = msticpy.ask(provider, query=QUERY, instance="NoConsent")["error"]
    expect("error type", error["type"], "MsticpyConnectionError")
    assert "AADSTS7000229:" in error["message"], f"no AADSTS7000229 in {error}"


def no_role(msticpy: Msticpy, provider: str) -> None:
    """Permissions for the incidents API open neither shape."""
    error = msticpy.ask(provider, query=QUERY, instance="OtherRoles")["error"]
    expect("error type", error["type"], "HTTPStatusError")
    assert "'403 Forbidden'" in error["message"], f"no 403 in {error}"
    assert ROLES[provider] in error["warnings"][0], f"the missing role is not named: {error}"


def built_in_texts(msticpy: Msticpy) -> None:
    """Every text that MSTICPy would send is valid here, but for those whose faults are listed."""
    names = {}
    for provider in (MDE, GRAPH):
        for name, text in msticpy.ask(provider, render=SAMPLES)["texts"].items():
            # Several families have the same texts.
            names.setdefault(text, name)
    refused = {
        query: sorted(group["codes"])
        for group in tomllib.loads(REFUSED_QUERIES.read_text())["refused"]
        for query in group["queries"]
    }
    expect("refused texts", _faults(msticpy, names), refused)


def _faults(msticpy: Msticpy, names: dict[str, str]) -> dict[str, list[str]]:
    """The codes of what `wardenry kql check` finds wrong, by the names of the texts."""
    with tempfile.TemporaryDirectory(dir=msticpy.world.folder) as folder:
        for text, name in names.items():
            (Path(folder) / f"{name}.kql").write_text(text)
        done = subprocess.run([str(msticpy.binary), "kql", "check", "--output", "json", folder],
                              env=environment.clean(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=CHECK_SECONDS)
    assert done.returncode in (0, 1), f"kql check ended with {done.returncode}: {done.stderr}"
    checked = {Path(one["file"]).stem: one for one in json.loads(done.stdout)}
    expect("checked texts", sorted(checked), sorted(names.values()))
    return {
        name: sorted({diagnostic["code"] for diagnostic in one["diagnostics"]})
        for name, one in checked.items()
        if not one["valid"]
    }


CASES: dict[str, Callable[[Msticpy, str], None]] = {
    "results and their types": results,
    "built-in query": built_in_query,
    "bad query": bad_query,
    "tenant without consent": no_consent,
    "role lacking": no_role,
}


def cases(world: World, driver: Driver, settings: Path, binary: Path) -> Iterator[Case]:
    """All cases of this file. The driver runs with the settings file."""
    msticpy = Msticpy(world, driver, settings, binary)
    for provider in (MDE, GRAPH):
        for title, run in CASES.items():
            yield Case(f"{NAME}: {provider}, {title}", functools.partial(run, msticpy, provider))
    yield Case(f"{NAME}: built-in queries", functools.partial(built_in_texts, msticpy))
