"""The judged libraries: how each talks to the server and how each reports a refusal."""

from dataclasses import dataclass
from enum import Enum


class Thumbprint(Enum):
    """The header member that names the certificate."""

    SHA1 = "x5t"
    SHA256 = "x5t#S256"


@dataclass(frozen=True)
class AssertionForm:
    """What the header of a client assertion holds."""

    algorithm: str
    thumbprint: Thumbprint
    chain: bool = False


RS256 = AssertionForm("RS256", Thumbprint.SHA1)
RS256_CHAIN = AssertionForm("RS256", Thumbprint.SHA1, chain=True)
PS256 = AssertionForm("PS256", Thumbprint.SHA256)
PS256_CHAIN = AssertionForm("PS256", Thumbprint.SHA256, chain=True)


@dataclass(frozen=True)
class Library:
    """One library, as the driver of its language knows it."""

    name: str
    language: str
    # Whether it looks the token endpoint up, or builds its address.
    reads_metadata: bool
    # Whether it posts to the tenant as the caller named it, or as the metadata does.
    posts_to_named_tenant: bool
    # Every way in which it takes a certificate, and what it makes of it.
    certificate_forms: dict[str, AssertionForm]
    # The type of the error when the client is refused (401), when the request is (400), and when there is no such
    # tenant.
    refused_client: str
    refused_request: str
    unknown_tenant: str


LIBRARIES = [
    Library(
        name="msal-python",
        language="python",
        reads_metadata=True,
        posts_to_named_tenant=False,
        certificate_forms={"SHA-1 thumbprint": RS256, "PEM certificate": PS256_CHAIN,
                           "SHA-1 thumbprint and chain": RS256_CHAIN, "PKCS#12": PS256},
        refused_client="result",
        refused_request="result",
        unknown_tenant="ValueError",
    ),
    Library(
        name="azure-identity-python",
        language="python",
        reads_metadata=True,
        posts_to_named_tenant=False,
        certificate_forms={"PEM file": RS256, "PEM bytes with chain": RS256_CHAIN, "PKCS#12": RS256},
        refused_client="ClientAuthenticationError",
        refused_request="ClientAuthenticationError",
        unknown_tenant="ClientAuthenticationError",
    ),
    Library(
        name="azure-identity-python-aio",
        language="python",
        reads_metadata=False,
        posts_to_named_tenant=True,
        certificate_forms={"PEM file": PS256, "PEM bytes": PS256, "PKCS#12": PS256},
        refused_client="ClientAuthenticationError",
        refused_request="ClientAuthenticationError",
        unknown_tenant="ClientAuthenticationError",
    ),
    Library(
        name="msal-node",
        language="node",
        reads_metadata=True,
        posts_to_named_tenant=True,
        certificate_forms={"SHA-256 thumbprint": PS256, "SHA-1 thumbprint": RS256,
                           "SHA-256 thumbprint and chain": PS256_CHAIN},
        refused_client="ServerError",
        refused_request="ServerError",
        unknown_tenant="ClientAuthError",
    ),
    Library(
        name="azure-identity-node",
        language="node",
        reads_metadata=True,
        posts_to_named_tenant=True,
        certificate_forms={"PEM file": PS256, "PEM text with chain": PS256_CHAIN},
        refused_client="AuthenticationRequiredError",
        refused_request="AuthenticationRequiredError",
        unknown_tenant="CredentialUnavailableError",
    ),
]
