"""Hunting by the Graph SDK for Python, with the typed call that its documentation shows."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from . import hunting_events
from .administration import App
from .cases import Case, expect
from .driver import Driver
from .hunting_events import QUERY
from .world import Tenant, World

NAME = "graph-sdk-python"
GRAPH_SCOPE = "https://graph.microsoft.com/.default"


class GraphSdk:
    """The SDK against one server."""

    def __init__(self, world: World, driver: Driver):
        self.world = world
        self._driver = driver

    def hunt(self, query: str, *, tenant: Tenant | None = None, app: App | None = None, **more: Any) -> dict[str, Any]:
        """Hunts as the connector at Alder, unless told otherwise."""
        app = app or self.world.connector
        return self._driver.ask({
            "authority": self.world.authority,
            "graph": self.world.settings["GRAPH_BASE"],
            "ca_file": self.world.ca_file,
            "tenant": (tenant or self.world.alder).id,
            "client_id": app.client_id,
            "client_secret": app.secret,
            "query": query,
            "scopes": [GRAPH_SCOPE],
        } | more)


def results(sdk: GraphSdk) -> None:
    """What was sent arrives typed; longs and bools are annotated as the live service does."""
    events = hunting_events.sent(sdk.world)
    expected = [hunting_events.annotated(row) for row in hunting_events.expected_rows(events)]
    expect("answer", sdk.hunt(QUERY), {"schema": hunting_events.SCHEMA, "rows": expected})


def scope_of_the_address(sdk: GraphSdk) -> None:
    """Told of nothing but the address of Graph, the SDK derives the resource from its host."""
    expect("answer", sdk.hunt("print a = 1", scopes=[]), {
        "schema": [["a", "Int64"]], "rows": [{"a@odata.type": "#Int64", "a": 1}],
    })


def timespan(sdk: GraphSdk) -> None:
    events = hunting_events.sent(sdk.world)
    middle = events[1].time.isoformat()
    commands = (f"DeviceProcessEvents | where DeviceName == '{hunting_events.DEVICE}' "
                "| order by Timestamp asc | project ProcessCommandLine")
    for text, found in [
        ("P1D", events),
        (f"{middle}/PT90S", events[1:]),
        (f"PT90S/{middle}", events[:2]),
        (f"{middle}/{middle}", events[1:2]),
        ("P1D/2020-01-01", []),
    ]:
        expect(f"commands in {text}", sdk.hunt(commands, timespan=text), {
            "schema": [["ProcessCommandLine", "String"]],
            "rows": [{"ProcessCommandLine": event.command} for event in found],
        })


def bad_query(sdk: GraphSdk) -> None:
    """It is the SDK's own typed error, with our text."""
    expect("answer", sdk.hunt(hunting_events.BAD_QUERY), {"error": {
        "type": "ODataError", "status": 400, "code": "BadRequest", "message": hunting_events.BAD_QUERY_MESSAGE,
    }})


def no_consent(sdk: GraphSdk) -> None:
    """A tenant that has not consented gives no token."""
    error = sdk.hunt(QUERY, tenant=sdk.world.cedar)["error"]
    expect("error type", error["type"], "ClientAuthenticationError")
    assert "AADSTS7000229:" in error["message"], f"no AADSTS7000229 in {error}"


def no_role(sdk: GraphSdk) -> None:
    """Permissions for the incidents API do not open Graph."""
    error = sdk.hunt(QUERY, app=hunting_events.app_of_other_roles(sdk.world))["error"]
    found = (error["type"], error["status"], error["code"])
    expect("type, status and code", found, ("ODataError", 403, "Forbidden"))
    assert "ThreatHunting.Read.All" in error["message"], f"the missing role is not named: {error}"


CASES: dict[str, Callable[[GraphSdk], None]] = {
    "results and their types": results,
    "scope derived from the address": scope_of_the_address,
    "timespan": timespan,
    "bad query": bad_query,
    "tenant without consent": no_consent,
    "role lacking": no_role,
}


def cases(world: World, driver: Driver) -> Iterator[Case]:
    """All cases of this file."""
    sdk = GraphSdk(world, driver)
    for title, run in CASES.items():
        yield Case(f"{NAME}: {title}", functools.partial(run, sdk))
