"""The events that the hunting cases send once, and then expect to find."""

import datetime
import functools
from dataclasses import dataclass

from .administration import App
from .cases import expect
from .world import World

DEVICE = "judged-1"


@dataclass(frozen=True)
class Sent:
    """One event, as it was sent."""

    time: datetime.datetime
    command: str
    process: int
    remote: bool | None


@functools.cache
def sent(world: World) -> list[Sent]:
    """Three processes on one device of Alder, the oldest first; they can be hunted once this returns."""
    now = datetime.datetime.now(datetime.timezone.utc)
    events = [
        Sent(now - datetime.timedelta(minutes=3), 'cmd /c "echo ü"', 7, True),
        # A whole second, more than a double holds exactly, and nothing about the session.
        Sent(now.replace(microsecond=0) - datetime.timedelta(minutes=2), "", 9_007_199_254_740_993, None),
        Sent(now - datetime.timedelta(minutes=1), "whoami", 8, False),
    ]
    token = world.https.post_form(f"{world.authority}/{world.alder.id}/oauth2/v2.0/token", {
        "grant_type": "client_credentials",
        "client_id": world.connector.client_id,
        "client_secret": world.connector.secret,
        "scope": "api://wardenry/.default",
    }).json()["access_token"]
    records = [_record(world, event) for event in events]
    receipt = world.https.send_json("POST", f"{world.authority}/wardenry/v1/ingest", records, token=token)
    expect("receipt", receipt.json(), {"stored": 3, "repeated": False, "quarantinedCount": 0, "quarantined": []})
    return events


def _record(world: World, event: Sent) -> dict:
    session = {} if event.remote is None else {"IsInitiatingProcessRemoteSession": event.remote}
    return {
        "time": event.time.isoformat(),
        "tenantId": world.alder.id,
        "category": "AdvancedHunting-DeviceProcessEvents",
        "properties": session | {
            "Timestamp": event.time.isoformat(),
            "DeviceName": DEVICE,
            "ProcessCommandLine": event.command,
            "ProcessId": event.process,
        },
    }


# One column of each type that has its own form on the wire.
QUERY = (
    f"DeviceProcessEvents | where DeviceName == '{DEVICE}' | order by Timestamp asc "
    "| project Timestamp, ProcessCommandLine, ProcessId, IsInitiatingProcessRemoteSession, "
    "Words = split(ProcessCommandLine, ' '), Share = ProcessId / 2.0, Length = strlen(ProcessCommandLine)"
)
SCHEMA = [
    ["Timestamp", "DateTime"],
    ["ProcessCommandLine", "String"],
    ["ProcessId", "Int64"],
    ["IsInitiatingProcessRemoteSession", "SByte"],
    ["Words", "Object"],
    ["Share", "Double"],
    ["Length", "Int64"],
]


def expected_rows(events: list[Sent]) -> list[dict]:
    """What QUERY finds, without annotations. Bools are 0 and 1."""
    return [
        {
            "Timestamp": {"datetime": event.time.isoformat()},
            "ProcessCommandLine": event.command,
            "ProcessId": event.process,
            "IsInitiatingProcessRemoteSession": event.remote if event.remote is None else int(event.remote),
            "Words": event.command.split(" "),
            "Share": event.process / 2.0,
            "Length": len(event.command),
        }
        for event in events
    ]


def annotated(row: dict) -> dict:
    """A row of QUERY as the Graph shape writes it: types that JSON does not tell apart come before their values."""
    written = {}
    for name, kind in SCHEMA:
        if kind in ("Int64", "SByte") and row[name] is not None:
            written[f"{name}@odata.type"] = f"#{kind}"
        written[name] = row[name]
    return written


@functools.cache
def app_of_other_roles(world: World) -> App:
    """An application that Alder has consented to, and that may read incidents."""
    app = world.partner.register("judged for the roles it lacks")
    world.consent(world.alder, app)
    return app


# A query with an error, and what every shape says about it.
BAD_QUERY = "Nope | take 1"
BAD_QUERY_MESSAGE = (
    "Failed to resolve table or column expression named 'Nope': no table named `Nope` at line 1, column 1 (KQL0102). "
    "Fix semantic errors in your query."
)
