"""What administrators' automation does through the Graph routes."""

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

from .certificates import CertificateFiles
from .https import Https

THREAT_PROTECTION = "8ee8fdad-f234-4243-8f3b-15c294843740"
MICROSOFT_GRAPH = "00000003-0000-0000-c000-000000000000"
# Application permissions of Microsoft Threat Protection.
ROLE_IDS = {
    "Incident.Read.All": "a9790345-4595-42e4-971a-ccdc79f19b7c",
    "AdvancedHunting.Read.All": "7734e8e5-8dde-42fc-b5ae-6eafea078693",
}
# Where the documentation's registration sends the browser.
REDIRECT_URI = "https://portal.azure.com"


@dataclass(frozen=True)
class App:
    """A registered application with a secret."""

    object_id: str
    client_id: str
    secret: str


class Administration:
    """One tenant's automation, an app with the Graph roles for its own tenant's directory."""

    def __init__(self, https: Https, server: str, tenant: str, client_id: str, secret: str):
        self._https = https
        self._base = f"{server}/v1.0"
        answer = https.post_form(f"{server}/{tenant}/oauth2/v2.0/token", {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
            "scope": "https://graph.microsoft.com/.default",
        })
        assert answer.status == 200, f"no Graph token for the automation: {answer.body!r}"
        self._token = answer.json()["access_token"]

    def call(self, method: str, path: str, body: Any, expected: int) -> Any:
        """One request below /v1.0, which has to be answered with the expected status."""
        answer = self._https.send_json(method, self._base + path, body, token=self._token)
        assert answer.status == expected, f"{method} {path}: {answer.status} {answer.body.decode()}"
        return answer.json() if answer.body else None

    def register(self, display_name: str) -> App:
        """Registers a multi-tenant application that wants both roles, with a secret."""
        wanted = [{"id": role, "type": "Role"} for role in ROLE_IDS.values()]
        made = self.call("POST", "/applications", {
            "displayName": display_name,
            "signInAudience": "AzureADMultipleOrgs",
            "web": {"redirectUris": [REDIRECT_URI]},
            "requiredResourceAccess": [{"resourceAppId": THREAT_PROTECTION, "resourceAccess": wanted}],
        }, 201)
        password = self.call("POST", f"/applications/{made['id']}/addPassword",
                             {"passwordCredential": {"displayName": "judges"}}, 200)
        return App(made["id"], made["appId"], password["secretText"])

    def set_certificates(self, app: App, certificates: list[CertificateFiles]) -> None:
        """Registers these certificates and no others."""
        credentials = [certificate.key_credential() for certificate in certificates]
        self.call("PATCH", f"/applications(appId='{app.client_id}')", {"keyCredentials": credentials}, 204)

    def add_certificate(self, app: App, certificate: CertificateFiles, held: CertificateFiles) -> None:
        """Adds a certificate with a proof that the caller holds the key of one that is registered."""
        body = {"keyCredential": certificate.key_credential(), "passwordCredential": None,
                "proof": _proof(app, held)}
        self.call("POST", f"/applications/{app.object_id}/addKey", body, 200)

    def role_assignments(self, client_id: str) -> list[dict[str, Any]]:
        """What this tenant has granted to a client."""
        path = f"/servicePrincipals(appId='{client_id}')/appRoleAssignments"
        return self.call("GET", path, None, 200)["value"]

    def revoke(self, client_id: str, role: str) -> None:
        """Takes one role back from a client."""
        fitting = [one for one in self.role_assignments(client_id) if one["appRoleId"] == ROLE_IDS[role]]
        assert len(fitting) == 1, f"assignments of {role}: {fitting}"
        path = f"/servicePrincipals/{fitting[0]['principalId']}/appRoleAssignments/{fitting[0]['id']}"
        self.call("DELETE", path, None, 204)

    def remove_principal(self, client_id: str) -> None:
        """Throws a client out of this tenant."""
        self.call("DELETE", f"/servicePrincipals(appId='{client_id}')", None, 204)


def _proof(app: App, held: CertificateFiles) -> str:
    now = int(time.time())
    header = {"alg": "RS256", "typ": "JWT", "x5t": _base64url(held.sha1)}
    claims = {"aud": MICROSOFT_GRAPH, "iss": app.object_id, "nbf": now, "exp": now + 300}
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{_base64url(held.sign_rs256(signed.encode()))}"


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
