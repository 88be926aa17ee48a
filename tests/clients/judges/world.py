"""What the cases know: the server's settings, and what its scenario says that has to come out."""

import functools
import tomllib
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import browser, certificates
from .administration import REDIRECT_URI, Administration, App
from .certificates import CertificateFiles
from .https import Https

SCOPE = "https://api.security.microsoft.com/.default"


@dataclass(frozen=True)
class Tenant:
    """A tenant of the scenario."""

    id: str
    name: str
    domain: str
    administrator: str
    password: str


class World:
    """One running server with the built-in scenario, seen from outside."""

    def __init__(self, settings: dict[str, str], scenarios: Path, folder: Path):
        self.settings = settings
        self.folder = folder
        self.ca_file = settings["CA_FILE"]
        self.authority = settings["AUTHORITY"]
        self.https = Https(self.ca_file)
        self._scenario = tomllib.loads((scenarios / "demo.toml").read_text())
        self._incidents = tomllib.loads((scenarios / "demo-incidents.toml").read_text())
        self.alder = self._tenant("Alder Foods")
        self.cedar = self._tenant("Cedar Freight")
        self.connector = self._connector()

    def _tenant(self, name: str) -> Tenant:
        tenant = next(one for one in self._scenario["tenants"] if one["name"] == name)
        admin = next(one for one in tenant["users"] if "Global Administrator" in one.get("roles", []))
        return Tenant(tenant["id"], name, tenant["domains"][0], admin["user_name"], admin["password"])

    def _connector(self) -> App:
        """The partner's application that Alder has consented to."""
        return App("", self.settings["CLIENT_ID"], self.settings["CLIENT_SECRET"])

    @property
    def loopback_authority(self) -> str:
        """The same server by its address instead of its name."""
        return f"https://127.0.0.1:{urllib.parse.urlsplit(self.authority).port}"

    @property
    def connector_roles(self) -> list[str]:
        """What the connector asks for of the incidents API, and Alder has granted."""
        return self.connector_roles_for(SCOPE)

    def connector_roles_for(self, scope: str) -> list[str]:
        """The same for the API that a scope names; tokens for WindowsDefenderATP carry both."""
        names = {"Microsoft Threat Protection"} | ({"WindowsDefenderATP"} if "securitycenter" in scope else set())
        apps = [app for tenant in self._scenario["tenants"] for app in tenant["applications"]]
        connector = next(app for app in apps if app["app_id"] == self.connector.client_id)
        wanted = [one for one in connector["permissions"] if one["resource"] in names]
        return sorted(role for one in wanted for role in one["application"])

    def incidents_of(self, tenant: Tenant) -> dict[int, tuple[str, str, int]]:
        """A tenant's incidents by id: name, severity, number of alerts."""
        seeds = self._incidents[tenant.name]
        return {seed["id"]: (seed["name"], seed["severity"], len(seed.get("alerts", []))) for seed in seeds}

    @functools.cached_property
    def partner(self) -> Administration:
        return self._administration("PARTNER_TENANT", "PARTNER_ADMIN")

    @functools.cached_property
    def alder_administration(self) -> Administration:
        return self._administration("TENANT", "ADMIN")

    def _administration(self, tenant: str, prefix: str) -> Administration:
        client = (self.settings[f"{prefix}_CLIENT_ID"], self.settings[f"{prefix}_CLIENT_SECRET"])
        return Administration(self.https, self.settings["GRAPH_BASE"], self.settings[tenant], *client)

    @functools.cached_property
    def certificate(self) -> CertificateFiles:
        """A certificate of the connector."""
        made = certificates.make(self.folder, "registered")
        self.partner.set_certificates(self.connector, [made])
        return made

    @functools.cached_property
    def unknown_certificate(self) -> CertificateFiles:
        """A certificate that no application has."""
        return certificates.make(self.folder, "unknown")

    def consent(self, tenant: Tenant, app: App) -> None:
        """The tenant's administrator opens the documentation's link for an app, and accepts."""
        link = browser.consent_link(self.authority, app.client_id)
        landed = browser.consent(self.ca_file, link, tenant.administrator, tenant.password)
        assert f"{landed.scheme}://{landed.netloc}" == REDIRECT_URI, f"the browser went to {landed.geturl()}"
        answered = sorted(urllib.parse.parse_qs(landed.query))
        assert answered == ["code", "session_state"], f"the redirect carries {answered}"

    def call_incidents(self, token: str) -> tuple[int, Any]:
        """`GET /api/incidents`: the status and the answer."""
        answer = self.https.get(f"{self.settings['API_BASE']}/api/incidents", token=token)
        return answer.status, answer.json()

    def expect_incidents(self, token: str, tenant: Tenant) -> None:
        """The token opens exactly the tenant's incidents, newest first."""
        status, answer = self.call_incidents(token)
        assert status == 200, f"GET /api/incidents: {status} {answer}"
        self.expect_incidents_in(answer, tenant)

    def expect_incidents_in(self, answer: Any, tenant: Tenant) -> None:
        listed = answer["value"]
        found = {one["incidentId"]: (one["incidentName"], one["severity"], len(one["alerts"])) for one in listed}
        expected = self.incidents_of(tenant)
        assert found == expected, f"incidents {found}, expected {expected}"
        assert len(listed) == len(expected), f"{len(listed)} incidents, some of them twice"
        created = [one["createdTime"] for one in listed]
        assert created == sorted(created, reverse=True), f"not newest first: {created}"
