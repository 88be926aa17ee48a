"""Reading and checking access tokens the way a resource owner would."""

import base64
import hashlib
import json
from typing import Any

from .https import Https

# The DER prefix of a SHA-256 digest in a PKCS #1 v1.5 signature (RFC 8017, section 9.2).
_SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def verified_claims(https: Https, authority: str, tenant: str, token: str) -> dict[str, Any]:
    """The claims of a v1 token, after its signature and issuer were checked against the published metadata."""
    header_text, claims_text, signature_text = token.split(".")
    header, claims = (json.loads(from_base64url(part)) for part in (header_text, claims_text))
    metadata = https.get(f"{authority}/{tenant}/.well-known/openid-configuration").json()
    keys = https.get(metadata["jwks_uri"]).json()["keys"]
    fitting = [key for key in keys if key["kid"] == header["kid"]]
    assert len(fitting) == 1, f"the key {header['kid']} is published {len(fitting)} times"
    expected = {"typ": "JWT", "alg": "RS256", "kid": fitting[0]["kid"], "x5t": fitting[0]["x5t"]}
    assert header == expected, f"header {header}, expected {expected}"
    signed = f"{header_text}.{claims_text}".encode()
    assert _is_signature(fitting[0], signed, from_base64url(signature_text)), "the signature is not the key's"
    assert claims["iss"] == metadata["issuer"], f"issuer {claims['iss']}, metadata says {metadata['issuer']}"
    return claims


def _is_signature(key: dict[str, str], signed: bytes, signature: bytes) -> bool:
    """RSASSA-PKCS1-v1_5 verification (RFC 8017, section 8.2.2)."""
    modulus, exponent = (int.from_bytes(from_base64url(key[part])) for part in ("n", "e"))
    size = (modulus.bit_length() + 7) // 8
    digest = _SHA256_PREFIX + hashlib.sha256(signed).digest()
    encoded = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    return len(signature) == size and pow(int.from_bytes(signature), exponent, modulus) == int.from_bytes(encoded)


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
