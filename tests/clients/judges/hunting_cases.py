"""Hunting, by the request adapter that every Graph SDK for Python is built on."""

import datetime
import functools
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

from . import environment
from .cases import Case, expect
from .world import World

HUNT = Path(__file__).resolve().parent.parent / "python" / "hunt.py"
HUNT_SECONDS = 60


def graph_sdk(interpreter: Path, world: World) -> None:
    """What was sent can be hunted at once, its bools and longs arrive annotated, and the time span restricts it."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    token = world.https.post_form(f"{world.authority}/{world.alder.id}/oauth2/v2.0/token", {
        "grant_type": "client_credentials",
        "client_id": world.connector.client_id,
        "client_secret": world.connector.secret,
        "scope": "api://wardenry/.default",
    }).json()["access_token"]
    record = {
        "time": now,
        "tenantId": world.alder.id,
        "category": "AdvancedHunting-DeviceProcessEvents",
        "properties": {"Timestamp": now, "DeviceName": "judged", "ProcessId": 7, "IsInitiatingProcessRemoteSession": True},
    }
    receipt = world.https.send_json("POST", f"{world.authority}/wardenry/v1/ingest", record, token=token)
    expect("receipt", receipt.json(), {"stored": 1, "repeated": False, "quarantinedCount": 0, "quarantined": []})

    query = ("DeviceProcessEvents | where DeviceName == 'judged' "
             "| project DeviceName, ProcessId, IsInitiatingProcessRemoteSession")
    found = _hunt(interpreter, world, query)["answer"]
    expect("results", found["results"], [{
        "DeviceName": "judged",
        "ProcessId@odata.type": "#Int64",
        "ProcessId": 7,
        "IsInitiatingProcessRemoteSession@odata.type": "#SByte",
        "IsInitiatingProcessRemoteSession": 1,
    }])
    expect("types", [column["type"] for column in found["schema"]], ["String", "Int64", "SByte"])
    expect("another time", _hunt(interpreter, world, query, timespan="P1D/2020-01-01")["answer"]["results"], [])


def graph_sdk_error(interpreter: Path, world: World) -> None:
    """A bad query is the SDK's own typed error."""
    expect("outcome", _hunt(interpreter, world, "Nope | take 1"), {"status": 400})


def _hunt(interpreter: Path, world: World, query: str, **more: str) -> dict:
    asked = {
        "authority": world.authority,
        "graph": world.settings["GRAPH_BASE"],
        "ca_file": world.ca_file,
        "tenant": world.alder.id,
        "client_id": world.connector.client_id,
        "client_secret": world.connector.secret,
        "query": query,
    }
    ran = subprocess.run([str(interpreter), "-I", str(HUNT)], input=json.dumps(asked | more), env=environment.clean(),
                         capture_output=True, text=True, timeout=HUNT_SECONDS, check=False)
    assert ran.returncode == 0, f"hunt.py: {ran.stderr}"
    return json.loads(ran.stdout)


def cases(world: World, interpreter: Path) -> Iterator[Case]:
    """All cases of this file."""
    yield Case("graph-sdk-python: hunt", functools.partial(graph_sdk, interpreter, world))
    yield Case("graph-sdk-python: bad query", functools.partial(graph_sdk_error, interpreter, world))
