"""The cases that every library goes through."""

import base64
import functools
import hashlib
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

from . import certificates, tokens
from .administration import App
from .cases import Case, expect
from .certificates import CertificateFiles
from .driver import Driver, Outcome
from .libraries import LIBRARIES, AssertionForm, Library, Thumbprint
from .world import SCOPE, Tenant, World

# Every resource identifier in the documentation's sample requests.
DOCUMENTED_SCOPES = [
    "https://api.security.microsoft.com/.default",
    "https://securitycenter.onmicrosoft.com/windowsatpservice/.default",
    "https://api.securitycenter.microsoft.com/.default",
]
UNKNOWN_TENANT = "6f0b2c9e-41d7-4c55-8a57-3f6a1f2f9d10"


class Judge:
    """One library against one server."""

    def __init__(self, subject: Library, driver: Driver, world: World):
        self.subject = subject
        self.driver = driver
        self.world = world

    def open(self, *, tenant: str, app: App | None = None, credential: dict[str, str] | None = None,
             authority: str | None = None, **settings: Any) -> None:
        """A new client object of the library; by default the connector with its secret."""
        app = app or self.world.connector
        self.driver.open(**{
            "authority": authority or self.world.authority,
            "tenant": tenant,
            "client_id": app.client_id,
            "credential": credential or {"form": "secret", "secret": app.secret},
            "ca_file": self.world.ca_file,
        } | settings)

    def token(self, scope: str = SCOPE) -> Outcome:
        """A token, which has to be given."""
        outcome = self.driver.token(scope)
        assert outcome.failure is None, f"no token: {outcome.failure}"
        return outcome

    def refusal(self, expected_type: str, code: int, scope: str = SCOPE) -> dict[str, Any]:
        """The library's error for a refusal with this code."""
        outcome = self.driver.token(scope)
        assert outcome.failure is not None, "there is a token, where a refusal was expected"
        expect("error type", outcome.failure["type"], expected_type)
        assert f"AADSTS{code}:" in outcome.failure["text"], f"no AADSTS{code} in {outcome.failure}"
        return outcome.failure

    def expect_claims(self, token: str, *, tenant: Tenant, app: App, roles: list[str], scope: str = SCOPE,
                      credential: str = "1", authority: str | None = None) -> None:
        """The token is signed by the authority, and says exactly this."""
        claims = tokens.verified_claims(self.world.https, authority or self.world.authority, tenant.id, token)
        names = ("aud", "tid", "appid", "appidacr", "idtyp", "ver")
        found = {name: claims.get(name) for name in names} | {"roles": sorted(claims.get("roles", []))}
        expect("claims", found, {
            "aud": scope.removesuffix("/.default"),
            "tid": tenant.id,
            "appid": app.client_id,
            "appidacr": credential,
            "idtyp": "app",
            "ver": "1.0",
            "roles": roles,
        })
        assert "scp" not in claims, "an app-only token has no scp"

    def expected_requests(self, named: str, tenant: Tenant) -> list[str]:
        """What the library sends for its first token, when the tenant is called `named`."""
        posted = named if self.subject.posts_to_named_tenant else tenant.id
        looked_up = [f"GET /{named}/v2.0/.well-known/openid-configuration"] if self.subject.reads_metadata else []
        return [*looked_up, f"POST /{posted}/oauth2/v2.0/token"]


def secret(judge: Judge) -> None:
    world = judge.world
    judge.open(tenant=world.alder.id)
    outcome = judge.token()
    expect("requests", outcome.requests, judge.expected_requests(world.alder.id, world.alder))
    judge.expect_claims(outcome.token, tenant=world.alder, app=world.connector, roles=world.connector_roles)
    world.expect_incidents(outcome.token, world.alder)


def documented_identifiers(judge: Judge) -> None:
    world = judge.world
    judge.open(tenant=world.alder.id)
    for scope in DOCUMENTED_SCOPES:
        token = judge.token(scope).token
        judge.expect_claims(token, tenant=world.alder, app=world.connector,
                            roles=world.connector_roles_for(scope), scope=scope)
        world.expect_incidents(token, world.alder)


def tenant_by_domain(judge: Judge) -> None:
    world = judge.world
    judge.open(tenant=world.alder.domain)
    outcome = judge.token()
    expect("requests", outcome.requests, judge.expected_requests(world.alder.domain, world.alder))
    judge.expect_claims(outcome.token, tenant=world.alder, app=world.connector, roles=world.connector_roles)
    world.expect_incidents(outcome.token, world.alder)


def authority_by_address(judge: Judge) -> None:
    world = judge.world
    authority = world.loopback_authority
    judge.open(tenant=world.alder.id, authority=authority)
    outcome = judge.token()
    expect("requests", outcome.requests, judge.expected_requests(world.alder.id, world.alder))
    judge.expect_claims(outcome.token, tenant=world.alder, app=world.connector, roles=world.connector_roles,
                        authority=authority)
    world.expect_incidents(outcome.token, world.alder)


def cached_token(judge: Judge) -> None:
    tenant = judge.world.alder
    judge.open(tenant=tenant.id)
    first, second = judge.token(), judge.token()
    expect("requests of the second call", second.requests, [])
    assert second.token == first.token, "the second call brought another token"
    judge.open(tenant=tenant.id)
    fresh = judge.token()
    expect("last request of a new object", fresh.requests[-1:], [f"POST /{tenant.id}/oauth2/v2.0/token"])
    assert fresh.token != first.token, "a new object got the very same token"


def certificate(form: str, expected: AssertionForm) -> Callable[[Judge], None]:
    def case(judge: Judge) -> None:
        world = judge.world
        judge.open(tenant=world.alder.id, credential={"form": form} | world.certificate.for_driver())
        outcome = judge.token()
        expect_header(outcome.assertion_header, expected, world.certificate)
        judge.expect_claims(outcome.token, tenant=world.alder, app=world.connector, credential="2",
                            roles=world.connector_roles)
        world.expect_incidents(outcome.token, world.alder)

    return case


def expect_header(header: dict[str, Any] | None, form: AssertionForm, files: CertificateFiles) -> None:
    """The assertion named its certificate in this form. Libraries differ about the padding of base64url."""
    assert header is not None, "no client assertion was sent"
    digest = {Thumbprint.SHA1: files.sha1, Thumbprint.SHA256: files.sha256}[form.thumbprint].hex()
    expected = {"typ": "JWT", "alg": form.algorithm, form.thumbprint.value: digest}
    if form.chain:
        expected["x5c"] = [files.sha256.hex()]
    found = {name: value for name, value in header.items() if name != "kid"}
    for name in ("x5t", "x5t#S256"):
        if name in found:
            found[name] = tokens.from_base64url(found[name].rstrip("=")).hex()
    if "x5c" in found:
        found["x5c"] = [hashlib.sha256(base64.b64decode(one)).hexdigest() for one in found["x5c"]]
    expect("assertion header", found, expected)


def certificate_by_domain(judge: Judge) -> None:
    """The audience of the assertion then has the domain in it, for libraries that post to the domain."""
    world = judge.world
    form = next(iter(judge.subject.certificate_forms))
    judge.open(tenant=world.alder.domain, authority=world.loopback_authority,
               credential={"form": form} | world.certificate.for_driver())
    outcome = judge.token()
    judge.expect_claims(outcome.token, tenant=world.alder, app=world.connector, credential="2",
                        roles=world.connector_roles, authority=world.loopback_authority)
    world.expect_incidents(outcome.token, world.alder)


def rolled_certificate(judge: Judge) -> None:
    """A certificate that was added with a proof of the old one works, and the old one still does."""
    world = judge.world
    app = world.partner.register(f"{judge.subject.name}, certificates")
    world.consent(world.alder, app)
    old, new = (certificates.make(world.folder, f"{judge.subject.name}-{age}") for age in ("old", "new"))
    world.partner.set_certificates(app, [old])
    world.partner.add_certificate(app, new, held=old)
    form = next(iter(judge.subject.certificate_forms))
    for files in (old, new):
        judge.open(tenant=world.alder.id, app=app, credential={"form": form} | files.for_driver())
        judge.expect_claims(judge.token().token, tenant=world.alder, app=app, credential="2",
                            roles=world.connector_roles)
    world.partner.set_certificates(app, [new])
    judge.open(tenant=world.alder.id, app=app, credential={"form": form} | old.for_driver())
    judge.refusal(judge.subject.refused_client, 700027)


def unknown_certificate(judge: Judge) -> None:
    world = judge.world
    form = next(iter(judge.subject.certificate_forms))
    judge.open(tenant=world.alder.id, credential={"form": form} | world.unknown_certificate.for_driver())
    judge.refusal(judge.subject.refused_client, 700027)


def wrong_secret(judge: Judge) -> None:
    secret = judge.world.connector.secret
    wrong = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    judge.open(tenant=judge.world.alder.id, credential={"form": "secret", "secret": wrong})
    failure = judge.refusal(judge.subject.refused_client, 7000215)
    assert wrong not in failure["text"], "the refusal repeats the secret"


def unknown_resource(judge: Judge) -> None:
    judge.open(tenant=judge.world.alder.id)
    judge.refusal(judge.subject.refused_request, 500011, scope="https://nowhere.example/.default")


def unknown_tenant(judge: Judge) -> None:
    """Metadata and token endpoint both say 90002; a library that stumbles over the metadata may keep that back."""
    judge.open(tenant=UNKNOWN_TENANT)
    outcome = judge.driver.token(SCOPE)
    assert outcome.failure is not None, "there is a token for a tenant that does not exist"
    expect("error type", outcome.failure["type"], judge.subject.unknown_tenant)
    if not judge.subject.reads_metadata:
        assert "AADSTS90002:" in outcome.failure["text"], f"no AADSTS90002 in {outcome.failure}"


def msal_python_result(judge: Judge) -> None:
    """MSAL for Python hands the members of a refusal on."""
    judge.open(tenant=judge.world.cedar.id)
    failure = judge.refusal("result", 7000229)
    found = {name: failure[name] for name in ("error", "codes")}
    expect("members of the refusal", found, {"error": "invalid_client", "codes": [7000229]})


def msal_node_error(judge: Judge) -> None:
    """msal-node hands the members of a refusal on."""
    judge.open(tenant=judge.world.cedar.id)
    failure = judge.refusal("ServerError", 7000229)
    found = {name: str(failure[name]) for name in ("error", "number")}
    expect("members of the refusal", found, {"error": "invalid_client", "number": "7000229"})


def msal_python_instance_discovery(judge: Judge) -> None:
    """Its switch also takes the address of an instance discovery endpoint."""
    world = judge.world
    endpoint = f"{world.authority}/common/discovery/instance"
    judge.open(tenant=world.alder.id, instance_discovery=endpoint)
    outcome = judge.token()
    expect("requests", outcome.requests, [
        "GET /common/discovery/instance",
        *judge.expected_requests(world.alder.id, world.alder),
    ])
    judge.expect_claims(outcome.token, tenant=world.alder, app=world.connector, roles=world.connector_roles)


def msal_node_instance_metadata(judge: Judge) -> None:
    """In place of known authorities it takes the answer of an instance discovery."""
    world = judge.world
    for authority in (world.authority, world.loopback_authority):
        asked = urllib.parse.urlencode({
            "api-version": "1.1",
            "authorization_endpoint": f"{authority}/{world.alder.id}/oauth2/v2.0/authorize",
        })
        answer = world.https.get(f"{authority}/common/discovery/instance?{asked}")
        expect("status of the instance discovery", answer.status, 200)
        judge.open(tenant=world.alder.id, authority=authority, instance_metadata=answer.body.decode())
        outcome = judge.token()
        expect("requests", outcome.requests, judge.expected_requests(world.alder.id, world.alder))
        judge.expect_claims(outcome.token, tenant=world.alder, app=world.connector,
                            roles=world.connector_roles, authority=authority)


def trust_by_environment(judge: Judge) -> None:
    """A program that says nothing about certificates, run with REQUESTS_CA_BUNDLE."""
    world = judge.world
    judge.open(tenant=world.alder.id, ca_file=None)
    untrusted = judge.driver.token(SCOPE)
    assert untrusted.failure is not None, "the authority is trusted without having been named"
    expect("error type", untrusted.failure["type"], "SSLError")
    trusting = judge.driver.with_environment(REQUESTS_CA_BUNDLE=world.ca_file)
    try:
        trusting.open(authority=world.authority, tenant=world.alder.id, client_id=world.connector.client_id,
                      credential={"form": "secret", "secret": world.connector.secret}, ca_file=None)
        outcome = trusting.token(SCOPE)
    finally:
        trusting.stop()
    assert outcome.token, f"no token: {outcome.failure}"
    judge.expect_claims(outcome.token, tenant=world.alder, app=world.connector, roles=world.connector_roles)


def consent(judge: Judge) -> None:
    world = judge.world
    app = world.partner.register(f"{judge.subject.name}, consent")
    judge.open(tenant=world.cedar.id, app=app)
    judge.refusal(judge.subject.refused_client, 7000229)
    world.consent(world.cedar, app)
    # Some libraries remember a refusal, in their object, for a minute.
    judge.open(tenant=world.cedar.id, app=app)
    token = judge.token().token
    judge.expect_claims(token, tenant=world.cedar, app=app, roles=["AdvancedHunting.Read.All", "Incident.Read.All"])
    world.expect_incidents(token, world.cedar)
    judge.open(tenant=world.alder.id, app=app)
    judge.refusal(judge.subject.refused_client, 7000229)


def revocation(judge: Judge) -> None:
    world = judge.world
    app = world.partner.register(f"{judge.subject.name}, revocation")
    world.consent(world.alder, app)
    judge.open(tenant=world.alder.id, app=app)
    world.expect_incidents(judge.token().token, world.alder)

    world.alder_administration.revoke(app.client_id, "Incident.Read.All")
    expect_forbidden(judge, app, roles=["AdvancedHunting.Read.All"])
    world.alder_administration.revoke(app.client_id, "AdvancedHunting.Read.All")
    expect_forbidden(judge, app, roles=[])

    world.alder_administration.remove_principal(app.client_id)
    judge.open(tenant=world.alder.id, app=app)
    judge.refusal(judge.subject.refused_client, 7000229)


def expect_forbidden(judge: Judge, app: App, roles: list[str]) -> None:
    """A new token has these roles, and the incidents are closed to it."""
    judge.open(tenant=judge.world.alder.id, app=app)
    token = judge.token().token
    judge.expect_claims(token, tenant=judge.world.alder, app=app, roles=roles)
    status, answer = judge.world.call_incidents(token)
    expect("status of GET /api/incidents", status, 403)
    expect("error code", answer["error"]["code"], "Forbidden")
    message = answer["error"]["message"]
    assert "Incident.Read.All" in message, f"the missing role is not named: {message}"


FOR_EVERY_LIBRARY = {
    "secret, tenant by id": secret,
    "secret, every documented identifier": documented_identifiers,
    "secret, tenant by domain": tenant_by_domain,
    "secret, authority 127.0.0.1": authority_by_address,
    "secret, second call from the cache": cached_token,
    "secret, wrong": wrong_secret,
    "certificate, not registered": unknown_certificate,
    "certificate, tenant by domain, authority 127.0.0.1": certificate_by_domain,
    "certificate, rolled with addKey": rolled_certificate,
    "unknown resource": unknown_resource,
    "unknown tenant": unknown_tenant,
    "consent by the documentation's link": consent,
    "revocation by the customer": revocation,
}
FOR_ONE_LIBRARY = {
    "msal-python": {
        "members of a refusal": msal_python_result,
        "instance discovery here": msal_python_instance_discovery,
        "CA by REQUESTS_CA_BUNDLE": trust_by_environment,
    },
    "msal-node": {
        "members of a refusal": msal_node_error,
        "instance metadata from here": msal_node_instance_metadata,
    },
}


def cases(world: World, drivers: dict[str, Driver]) -> Iterator[Case]:
    """Every case of every library."""
    for library in LIBRARIES:
        judge = Judge(library, drivers[library.name], world)
        certificate_cases = {f"certificate, {form}": certificate(form, expected)
                             for form, expected in library.certificate_forms.items()}
        titled = FOR_EVERY_LIBRARY | certificate_cases | FOR_ONE_LIBRARY.get(library.name, {})
        for title, run in titled.items():
            yield Case(f"{library.name}: {title}", functools.partial(run, judge))
