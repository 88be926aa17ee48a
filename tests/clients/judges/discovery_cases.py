"""The documents by which libraries find their way, compared member by member."""

import functools
import urllib.parse
from collections.abc import Iterator

from .cases import Case, expect
from .world import World

# Without these msal-node and @azure/identity give up; the issuer has to be of the host that was asked.
NEEDED = ("authorization_endpoint", "token_endpoint", "issuer", "jwks_uri")


def v2_metadata(world: World) -> None:
    for authority in (world.authority, world.loopback_authority):
        base = f"{authority}/{world.alder.id}"
        for named in (world.alder.id, world.alder.domain, world.alder.domain.upper()):
            answer = world.https.get(f"{authority}/{named}/v2.0/.well-known/openid-configuration")
            expect("status", answer.status, 200)
            expect("content type", answer.headers["Content-Type"], "application/json; charset=utf-8")
            metadata = answer.json()
            expect(f"metadata of {named} at {authority}", {name: metadata[name] for name in NEEDED}, {
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "issuer": f"{base}/v2.0",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
            })


def shared_metadata(world: World) -> None:
    for named in ("common", "organizations"):
        metadata = world.https.get(f"{world.authority}/{named}/v2.0/.well-known/openid-configuration").json()
        base = f"{world.authority}/{named}"
        expect(f"metadata of {named}", {name: metadata[name] for name in NEEDED}, {
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "issuer": f"{world.authority}/{{tenantid}}/v2.0",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
        })


def instance(world: World) -> None:
    """MSAL for Python leaves the port out of the host that it asks about."""
    host = urllib.parse.urlsplit(world.authority).hostname
    for asked_host in (host, urllib.parse.urlsplit(world.authority).netloc):
        asked = urllib.parse.urlencode({
            "authorization_endpoint": f"https://{asked_host}/{world.alder.id}/oauth2/v2.0/authorize",
            "api-version": "1.0",
        })
        answer = world.https.get(f"{world.authority}/common/discovery/instance?{asked}").json()
        expect(f"metadata address for {asked_host}", answer["tenant_discovery_endpoint"],
               f"{world.authority}/{world.alder.id}/v2.0/.well-known/openid-configuration")
        aliases = {alias for entry in answer["metadata"] for alias in entry["aliases"]}
        hosts = {urllib.parse.urlsplit(url).netloc for url in (world.authority, world.loopback_authority)}
        assert hosts <= aliases, f"aliases {aliases} lack one of {hosts}"


def foreign_instance(world: World) -> None:
    asked = urllib.parse.urlencode({"authorization_endpoint": "https://elsewhere.example/common/oauth2/authorize",
                                    "api-version": "1.1"})
    answer = world.https.get(f"{world.authority}/common/discovery/instance?{asked}")
    expect("status", answer.status, 400)
    refusal = answer.json()
    expect("refusal", (refusal["error"], refusal["error_codes"]), ("invalid_instance", [50049]))


def cases(world: World) -> Iterator[Case]:
    titled = {
        "metadata by id and domain, on both hosts": v2_metadata,
        "metadata of common and organizations": shared_metadata,
        "instance with and without port": instance,
        "instance of a foreign host": foreign_instance,
    }
    for title, run in titled.items():
        yield Case(f"discovery: {title}", functools.partial(run, world))
