"""Self-signed certificates, in every form in which a library wants one."""

import base64
import hashlib
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import environment

OPENSSL_SECONDS = 60


@dataclass(frozen=True)
class CertificateFiles:
    """One certificate and its RSA-2048 key."""

    certificate_file: Path
    key_file: Path
    # Key and certificate in one file, which is what azure-identity reads.
    pem_file: Path
    pfx_file: Path
    pfx_password: str

    @property
    def der(self) -> bytes:
        return ssl.PEM_cert_to_DER_cert(self.certificate_file.read_text())

    @property
    def sha1(self) -> bytes:
        return hashlib.sha1(self.der).digest()

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.der).digest()

    def key_credential(self) -> dict[str, str]:
        """The certificate as Graph takes it."""
        return {
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
            "key": base64.b64encode(self.der).decode(),
            "displayName": self.certificate_file.parent.name,
        }

    def for_driver(self) -> dict[str, str]:
        """The files as the drivers are told about them."""
        return {
            "certificate_file": str(self.certificate_file),
            "key_file": str(self.key_file),
            "pem_file": str(self.pem_file),
            "pfx_file": str(self.pfx_file),
            "pfx_password": self.pfx_password,
            "sha1": self.sha1.hex(),
            "sha256": self.sha256.hex(),
        }

    def sign_rs256(self, content: bytes) -> bytes:
        """Signs with the key: RSASSA-PKCS1-v1_5 and SHA-256."""
        return _openssl("dgst", "-sha256", "-sign", str(self.key_file), given=content)


def make(folder: Path, name: str) -> CertificateFiles:
    """Makes a key and a certificate that is valid for a month."""
    folder = folder / name
    folder.mkdir(mode=0o700)
    files = CertificateFiles(folder / "certificate.pem", folder / "key.pem", folder / "both.pem",
                             folder / "both.pfx", "made-for-one-run")
    _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "30", "-subj", f"/CN={name}",
             "-keyout", str(files.key_file), "-out", str(files.certificate_file))
    files.pem_file.write_text(files.key_file.read_text() + files.certificate_file.read_text())
    _openssl("pkcs12", "-export", "-in", str(files.pem_file), "-out", str(files.pfx_file),
             "-passout", f"pass:{files.pfx_password}")
    return files


def _openssl(*arguments: str, given: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *arguments], input=given, capture_output=True, timeout=OPENSSL_SECONDS,
                          env=environment.clean())
    assert done.returncode == 0, f"openssl {arguments[0]}: {done.stderr.decode(errors='replace')[-600:]}"
    return done.stdout
