"""Holds one Python library. Reads questions as lines of JSON, answers each with one.

`{"do": "open", …}` asks for a new client object, `{"do": "token", "scope": …}` for a token from it, which is answered with
`token` or `failure`, and with what went over the wire. The object is made with its first token: making it may already
send requests, or fail.
"""

import asyncio
import base64
import json
import re
import ssl
import sys
import urllib.parse
from pathlib import Path

_sent = bytearray()


def record_what_is_sent() -> None:
    """Keeps a copy of what goes into TLS connections; the libraries notice nothing."""
    for owner, name in ((ssl.SSLSocket, "send"), (ssl.SSLObject, "write")):
        setattr(owner, name, _recording(getattr(owner, name)))


def _recording(send):
    def recording(self, data, *arguments):
        count = send(self, data, *arguments)
        _sent.extend(bytes(data)[:count])
        return count

    return recording


def what_was_sent() -> dict:
    text = _sent.decode("latin-1")
    _sent.clear()
    requests = [f"{method} {target.split('?')[0]}"
                for method, target in re.findall(r"(GET|POST) (/\S*) HTTP/1\.1\r\n", text)]
    assertion = re.search(r"client_assertion=([^&\s]+)", text)
    header = None
    if assertion:
        encoded = urllib.parse.unquote(assertion[1]).split(".")[0]
        header = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    return {"requests": requests, "assertion_header": header}


class MsalPython:
    def open(self, asked: dict) -> None:
        import msal

        trust = {"verify": asked["ca_file"]} if asked["ca_file"] else {}
        self._app = msal.ConfidentialClientApplication(
            asked["client_id"],
            authority=f"{asked['authority']}/{asked['tenant']}",
            client_credential=self._credential(asked["credential"]),
            instance_discovery=asked.get("instance_discovery", False),
            **trust,
        )

    def _credential(self, credential: dict):
        form = credential["form"]
        if form == "secret":
            return credential["secret"]
        if form == "PKCS#12":
            return {"private_key_pfx_path": credential["pfx_file"], "passphrase": credential["pfx_password"]}
        made = {"private_key": Path(credential["key_file"]).read_text()}
        if form in ("SHA-1 thumbprint", "SHA-1 thumbprint and chain"):
            made["thumbprint"] = credential["sha1"]
        if form in ("PEM certificate", "SHA-1 thumbprint and chain"):
            made["public_certificate"] = Path(credential["certificate_file"]).read_text()
        return made

    def token(self, scope: str) -> dict:
        result = self._app.acquire_token_for_client([scope])
        if "access_token" in result:
            return {"token": result["access_token"]}
        return {"failure": {"type": "result", "error": result.get("error"), "codes": result.get("error_codes"),
                            "text": result.get("error_description", "")}}


class AzureIdentity:
    def open(self, asked: dict) -> None:
        from azure import identity

        self._credential = _azure_credential(identity, asked)

    def token(self, scope: str) -> dict:
        return {"token": self._credential.get_token(scope).token}


class AzureIdentityAio:
    def __init__(self):
        self._runner = asyncio.Runner()
        self._credential = None

    def open(self, asked: dict) -> None:
        from azure.identity import aio

        if self._credential:
            self._runner.run(self._credential.close())
        self._credential = _azure_credential(aio, asked)

    def token(self, scope: str) -> dict:
        return {"token": self._runner.run(self._credential.get_token(scope)).token}


def _azure_credential(module, asked: dict):
    settings = {
        "authority": asked["authority"],
        "disable_instance_discovery": True,
        "connection_verify": asked["ca_file"],
        "retry_total": 0,
    }
    who = (asked["tenant"], asked["client_id"])
    credential = asked["credential"]
    form = credential["form"]
    if form == "secret":
        return module.ClientSecretCredential(*who, credential["secret"], **settings)
    if form == "PKCS#12":
        settings["password"] = credential["pfx_password"]
        return module.CertificateCredential(*who, credential["pfx_file"], **settings)
    if form in ("PEM bytes", "PEM bytes with chain"):
        settings["certificate_data"] = Path(credential["pem_file"]).read_bytes()
        return module.CertificateCredential(*who, send_certificate_chain=form.endswith("chain"), **settings)
    return module.CertificateCredential(*who, credential["pem_file"], **settings)


LIBRARIES = {"msal-python": MsalPython, "azure-identity-python": AzureIdentity,
             "azure-identity-python-aio": AzureIdentityAio}


def token(library, wanted: dict | None, scope: str) -> dict:
    try:
        if wanted:
            library.open(wanted)
        result = library.token(scope)
    except Exception as error:
        result = {"failure": {"type": type(error).__name__, "text": str(error)}}
    return result | what_was_sent()


def main() -> None:
    record_what_is_sent()
    library = LIBRARIES[sys.argv[1]]()
    wanted = None
    for line in sys.stdin:
        question = json.loads(line)
        result = {}
        if question["do"] == "open":
            wanted = question
        else:
            result = token(library, wanted, question["scope"])
            wanted = None
        print(json.dumps(result), flush=True)


main()
