"""A bare OAuth client and a browser without scripts, for tests that look at Entra's answers themselves."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPE = "openid profile offline_access Mail.Read"


class Page(HTMLParser):
    """One HTML page: its visible text, its first form's action and fields, its buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action, self.fields, self.labels, self.text, self.lang = "", {}, set(), "", ""
        self.ids: set[str] = set()
        self._silent = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._silent = tag in ("style", "script")
        self.ids.add(given.get("id") or "")
        if tag == "html":
            self.lang = given.get("lang") or ""
        elif tag == "form":
            self.action = given["action"]
        elif tag == "label":
            self.labels.add(given["for"])
        elif tag == "input":
            self.fields[given["name"]] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text += data


class EntraClient:
    """Talks to one sandbox's Entra over a socket, as its confidential app unless told otherwise."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox
        self.http = requests.Session()
        self.http.verify, self.http.trust_env = sandbox.ca_file, False

    def authorize(
        self, tenant: str = "", headers: dict[str, str] | None = None, **params: Any
    ) -> requests.Response:
        """GET /authorize with sensible parameters; None takes one away. Redirects aren't followed."""
        query = {
            "client_id": self.sandbox.client_id,
            "response_type": "code",
            "redirect_uri": self.sandbox.redirect_uri,
            "scope": SCOPE,
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **params,
        }
        url = f"{self.sandbox.base_url}/{tenant or self.sandbox.tenant_id}/oauth2/v2.0/authorize"
        kept = {name: value for name, value in query.items() if value is not None}
        return self.http.get(url, params=kept, headers=headers, allow_redirects=False)

    def submit(self, response: requests.Response, **fields: str) -> requests.Response:
        """Fills the page's form in and posts it, as a browser would."""
        page = Page(response.text)
        url = urljoin(response.url, page.action)
        return self.http.post(url, data={**page.fields, **fields}, allow_redirects=False)

    def code(self, user: str = "adele@contoso.example", **params: Any) -> str:
        """A fresh authorization code, signed in without pages."""
        return returned(self.authorize(sandbox_user=user, **params))["code"]

    def token(self, tenant: str = "", auth: Any = None, **form: Any) -> requests.Response:
        """POST /token; client id and secret of the confidential app unless given (None takes one away)."""
        body = {"client_id": self.sandbox.client_id, "client_secret": self.sandbox.client_secret, **form}
        url = f"{self.sandbox.base_url}/{tenant or self.sandbox.tenant_id}/oauth2/v2.0/token"
        kept = {name: value for name, value in body.items() if value is not None}
        return self.http.post(url, data=kept, auth=auth)

    def redeem(self, code: str, **form: Any) -> requests.Response:
        usual = {"redirect_uri": self.sandbox.redirect_uri, "code_verifier": VERIFIER}
        return self.token(grant_type="authorization_code", code=code, **{**usual, **form})

    def refresh(self, refresh_token: str, **form: Any) -> requests.Response:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token, **form)

    def sign_in(self, **params: Any) -> dict[str, Any]:
        """The whole grant without pages; the token endpoint's answer."""
        return self.redeem(self.code(**params)).json()


def returned(response: requests.Response) -> dict[str, str]:
    """The parameters that a redirect brings back, from its query or its fragment."""
    assert response.status_code == 302, response.text
    parts = urlsplit(response.headers["Location"])
    return dict(parse_qsl(parts.query or parts.fragment))


def aadsts(response: requests.Response) -> int:
    """The AADSTS number of a token error."""
    assert response.status_code >= 400, response.text
    return int(response.json()["error_codes"][0])
