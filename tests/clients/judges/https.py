"""Plain HTTPS with the standard library: no redirects, no proxies, no trust but in the server's own CA."""

import http.cookiejar
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any

REQUEST_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status."""

    url: str
    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise AssertionError(f"{self.url} answered {self.status} without JSON: {self.body[:300]!r}") from None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Https:
    """Sends single requests. Each has its own cookies, or none."""

    def __init__(self, ca_file: str, cookies: http.cookiejar.CookieJar | None = None):
        handlers = [
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca_file)),
            _NoRedirects(),
        ]
        if cookies is not None:
            handlers.append(urllib.request.HTTPCookieProcessor(cookies))
        self._opener = urllib.request.build_opener(*handlers)

    def get(self, url: str, *, token: str | None = None) -> Answer:
        return self._send("GET", url, None, _bearer(token))

    def post_form(self, url: str, fields: dict[str, str]) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", url, urllib.parse.urlencode(fields).encode(), kind)

    def send_json(self, method: str, url: str, body: Any, *, token: str) -> Answer:
        kind = {"Content-Type": "application/json"} if body is not None else {}
        content = json.dumps(body).encode() if body is not None else None
        return self._send(method, url, content, kind | _bearer(token))

    def _send(self, method: str, url: str, content: bytes | None, headers: dict[str, str]) -> Answer:
        request = urllib.request.Request(url, data=content, headers=headers, method=method)
        try:
            response = self._opener.open(request, timeout=REQUEST_SECONDS)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return Answer(url, response.status, response.headers, response.read())


def _bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
