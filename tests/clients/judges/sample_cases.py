"""The documentation's own requests, sent by the programs in `samples/` with another host and CA."""

import functools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from . import environment, tokens
from .cases import Case, expect
from .world import World

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
SAMPLE_SECONDS = 60


def v1_urllib(world: World) -> None:
    """The answer has the v1 shape: numbers as strings, and the resource."""
    printed = _run(world, sys.executable, str(SAMPLES / "v1_urllib.py"), SSL_CERT_FILE=world.ca_file)
    answer, incidents = (json.loads(line) for line in printed.splitlines())
    token = answer.pop("access_token")
    claims = tokens.verified_claims(world.https, world.authority, world.alder.id, token)
    starts = int(answer.pop("not_before"))
    expect("token's nbf", claims["nbf"], starts)
    expires = int(answer.pop("expires_on"))
    expect("token's exp", claims["exp"], expires)
    expect("answer", answer, {
        "token_type": "Bearer",
        "expires_in": "3599",
        "ext_expires_in": "3599",
        "resource": "https://api.security.microsoft.com",
    })
    expect("audience", claims["aud"], "https://api.security.microsoft.com")
    expect("roles", sorted(claims["roles"]), world.connector_roles)
    world.expect_incidents_in(incidents, world.alder)


def v2_curl(form: str, world: World) -> None:
    """The answer has the v2 shape: four members, numbers as numbers."""
    printed = _run(world, "sh", str(SAMPLES / "v2_curl.sh"), form, CURL_HOME=str(world.folder))
    head, _, body = printed.partition("\n\n")
    status = head.splitlines()[0].split()
    expect("status", status[1], "200")
    answer = json.loads(body)
    token = answer.pop("access_token")
    expect("answer", answer, {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599})
    claims = tokens.verified_claims(world.https, world.authority, world.alder.id, token)
    expect("audience", claims["aud"], "https://securitycenter.onmicrosoft.com/windowsatpservice")
    expect("roles", sorted(claims["roles"]), world.connector_roles_for(claims["aud"]))
    world.expect_incidents(token, world.alder)


def _run(world: World, *command: str, **settings: str) -> str:
    variables = environment.clean(
        AUTHORITY=world.authority,
        API_BASE=world.settings["API_BASE"],
        TENANT=world.alder.id,
        CLIENT_ID=world.connector.client_id,
        CLIENT_SECRET=world.connector.secret,
        CA_FILE=world.ca_file,
        **settings,
    )
    done = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=SAMPLE_SECONDS)
    assert done.returncode == 0, f"{command[1]} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def cases(world: World) -> Iterator[Case]:
    yield Case("samples: v1 with urllib", functools.partial(v1_urllib, world))
    yield Case("samples: v2 with curl -d", functools.partial(v2_curl, "--data", world))
    yield Case("samples: v2 with curl --data-urlencode", functools.partial(v2_curl, "--data-urlencode", world))
