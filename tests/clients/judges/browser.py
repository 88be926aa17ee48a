"""An administrator with a browser: opens the documentation's consent link, signs in, accepts."""

import html.parser
import http.cookiejar
import urllib.parse
from dataclasses import dataclass, field

from .https import Https


@dataclass
class _Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(html.parser.HTMLParser):
    """Collects the forms of a page with what a browser would send of them unasked."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[_Form] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.found.append(_Form(given.get("action") or ""))
            self._inside = True
        elif self._inside and tag == "input" and given.get("type") == "hidden":
            self.found[-1].fields[given["name"]] = given.get("value") or ""
        elif self._inside and tag == "button" and "name" in given:
            self.found[-1].buttons.append((given["name"], given.get("value") or ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self._inside = False


def consent_link(authority: str, client_id: str) -> str:
    """The link of the public documentation, for another host."""
    return (f"{authority}/common/oauth2/authorize?prompt=consent&client_id={client_id}"
            "&response_type=code&sso_reload=true")


def consent(ca_file: str, link: str, user: str, password: str) -> urllib.parse.SplitResult:
    """Signs in at the link and accepts. Returns the address at which the browser leaves the server."""
    browser = Https(ca_file, http.cookiejar.CookieJar())
    url, answer = _follow(browser, link, browser.get(link))
    form = _form(answer, "/sign-in")
    url = urllib.parse.urljoin(url, form.action)
    filled = form.fields | {"user_name": user, "password": password}
    url, answer = _follow(browser, url, browser.post_form(url, filled))
    form = _form(answer, "/consent")
    accept = ("decision", "accept")
    assert accept in form.buttons, f"the consent page has no such button, but {form.buttons}"
    url = urllib.parse.urljoin(url, form.action)
    url, answer = _follow(browser, url, browser.post_form(url, form.fields | dict([accept])))
    assert answer is None, f"the browser stayed at {url}: {answer.status} {answer.body[:400]!r}"
    return urllib.parse.urlsplit(url)


def _follow(browser: Https, url: str, answer):
    """Follows redirects within the server. The answer is `None` when one leads elsewhere."""
    own = urllib.parse.urlsplit(url)[:2]
    for _ in range(10):
        location = answer.headers.get("Location")
        if location is None:
            return url, answer
        url = urllib.parse.urljoin(url, location)
        if urllib.parse.urlsplit(url)[:2] != own:
            return url, None
        answer = browser.get(url)
    raise AssertionError(f"the server redirects in circles, last to {url}")


def _form(answer, action: str) -> _Form:
    assert answer is not None, "the browser was sent away instead of to a page"
    forms = _Forms(answer.body.decode()).found
    fitting = [form for form in forms if form.action == action]
    assert fitting, f"a page with the form {action} was expected: {answer.status} {answer.body[:600]!r}"
    return fitting[0]
