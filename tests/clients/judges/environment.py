"""The environment variables that the judged libraries run with."""

import os

# Whoever runs the suite may have told their tools whom to trust and what to go through. REQUESTS_CA_BUNDLE and
# CURL_CA_BUNDLE even win over a CA file that MSAL for Python was given as an argument.
_TRUST = {
    "CURL_CA_BUNDLE",
    "CURL_HOME",
    "NODE_EXTRA_CA_CERTS",
    "NODE_OPTIONS",
    "NODE_PATH",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "NODE_USE_ENV_PROXY",
    "OPENSSL_CONF",
    "REQUESTS_CA_BUNDLE",
    "SSLKEYLOGFILE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
}
_FAMILIES = ("AZURE_", "MSAL_", "IDENTITY_", "MSI_", "PYTHON", "WARDENRY_")


def clean(**settings: str) -> dict[str, str]:
    """The surrounding environment without what steers TLS, proxies or credentials, and with `settings`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _TRUST and not name.startswith(_FAMILIES) and not name.lower().endswith("_proxy")
    }
    return kept | settings
