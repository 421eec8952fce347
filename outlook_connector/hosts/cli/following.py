"""Follows pages as a browser would: redirects, cookies and HTML forms; no scripts.

For the demo and for sign-ins without a person. A page's form is filled in by the names of its fields, and whatever
the page has put into it goes back with it.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from urllib.request import (
    HTTPCookieProcessor,
    HTTPErrorProcessor,
    HTTPSHandler,
    ProxyHandler,
    Request,
    build_opener,
)

MOST_REDIRECTS = 20
TIMEOUT = 30.0
LARGEST_PAGE = 5_000_000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class LostWay(Exception):
    """The pages did not lead on: what the page said is in the message."""


@dataclass
class Form:
    """One form: ``fields`` are the values that it stands at, ``buttons`` those that may be pressed."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """What a browser would show: ``title``, the text of its ``alert`` (an error) and its forms."""

    url: str
    status: int
    title: str = ""
    alert: str = ""
    forms: tuple[Form, ...] = ()


@dataclass(frozen=True)
class Returned:
    """The browser was sent to the awaited address; ``parameters`` are those of its query."""

    parameters: Mapping[str, str]


class Follower:
    """One browser session that ends where an address below ``until`` is reached, which is never opened."""

    def __init__(self, until: str, ca_file: str | None = None) -> None:
        self._until = until
        context = ssl.create_default_context(cafile=ca_file)
        self._opener = build_opener(
            ProxyHandler({}), HTTPSHandler(context=context), HTTPCookieProcessor(CookieJar()), _AsItIs()
        )

    def open(self, url: str) -> Page | Returned:
        """GET, and on through redirects. Raises ``LostWay`` for too many of them, ``OSError`` without a network."""
        return self._go(Request(url))  # noqa: S310 - https is checked in _go

    def submit(self, page: Page, values: Mapping[str, str], button: str | None = None) -> Page | Returned:
        """Fills the page's first form that has these fields and presses the button with this value.

        Raises ``LostWay`` with what the page says where it has no such form or button.
        """
        for form in page.forms:
            pressed = [one for one in form.buttons if button is None or one[1] == button]
            if set(values) <= set(form.fields) and (button is None or pressed):
                named = {name: value for name, value in pressed[:1] if name}
                return self._send(page, form, {**form.fields, **values, **named})
        raise LostWay(f"The page {page.title!r} does not ask for this. {page.alert}".strip())

    def _send(self, page: Page, form: Form, values: Mapping[str, str]) -> Page | Returned:
        target, encoded = urljoin(page.url, form.action), urlencode(values)
        if form.method == "post":
            return self._go(Request(target, encoded.encode()))  # noqa: S310 - https is checked in _go
        return self._go(Request(target + "?" + encoded))  # noqa: S310 - https is checked in _go

    def _go(self, request: Request) -> Page | Returned:
        for _ in range(MOST_REDIRECTS):
            if _within(request.full_url, self._until):
                return Returned(dict(parse_qsl(urlsplit(request.full_url).query)))
            if urlsplit(request.full_url).scheme != "https":
                raise LostWay("The pages lead to an address that is neither https nor the redirect URI.")
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                location = answer.headers.get("Location") if answer.status in _REDIRECTS else None
                if location is None:
                    return _page(request.full_url, answer)
                kept = request.data if answer.status in (307, 308) else None
                request = Request(urljoin(request.full_url, location), kept)  # noqa: S310 - checked above
        raise LostWay("The pages redirect without end.")


def sign_in(follower: Follower, url: str, user: str, password: str) -> tuple[Mapping[str, str], list[str]]:
    """From the authorization URL through the user's page and the consent page: the parameters that came back, and
    the titles of the pages on the way. Raises ``LostWay`` where a page refuses."""
    titles: list[str] = []
    place = follower.open(url)
    while isinstance(place, Page):
        titles.append(place.title.partition(" - ")[0])
        known = {name for form in place.forms for name in form.fields}
        if place.alert or len(titles) > MOST_REDIRECTS:
            raise LostWay(place.alert or "The pages lead round in a circle.")
        if "passwd" in known:
            place = follower.submit(place, {"login": user, "passwd": password})
        else:
            place = follower.submit(place, {}, button="accept")
    return place.parameters, titles


class _AsItIs(HTTPErrorProcessor):
    """Every answer as it comes: redirects are ours to follow, and an error page is a page."""

    def http_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        return response

    https_response = http_response


class _Reader(HTMLParser):
    """Collects the title, the alert and the forms."""

    def __init__(self) -> None:
        super().__init__()
        self.title, self.alert = "", ""
        self.forms: list[Form] = []
        self._inside = ""
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "title":
            self._inside = "title"
        elif facts.get("role") == "alert":
            self._inside = "alert"
        elif tag == "form":
            self._open = Form(facts.get("action", ""), facts.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None and tag in ("input", "button"):
            self._control(self._open, tag, facts)

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""
        if tag == "form":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._inside == "title":
            self.title += data
        elif self._inside == "alert":
            self.alert += data

    @staticmethod
    def _control(form: Form, tag: str, facts: Mapping[str, str]) -> None:
        kind = facts.get("type", "submit" if tag == "button" else "text").lower()
        name, value = facts.get("name", ""), facts.get("value", "")
        if kind == "submit":
            form.buttons.append((name, value))
        elif name and kind not in ("reset", "button", "image", "file"):
            form.fields[name] = value


def _page(url: str, answer: HTTPResponse) -> Page:
    reader = _Reader()
    reader.feed(answer.read(LARGEST_PAGE).decode("utf-8", "replace"))
    return Page(url, answer.status, reader.title.strip(), reader.alert.strip(), tuple(reader.forms))


def _within(url: str, until: str) -> bool:
    """Same scheme, host, port and path; a path of nothing is that of a slash."""
    here, there = urlsplit(url), urlsplit(until)
    return (here.scheme, here.netloc, here.path or "/") == (there.scheme, there.netloc, there.path or "/")
