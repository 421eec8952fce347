"""Where a sign-in may go back to, and how the answer travels there.

https://learn.microsoft.com/entra/identity-platform/reply-url
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from outlook_connector.sandbox.directory import App
from outlook_connector.sandbox.entra import pages
from outlook_connector.sandbox.entra.errors import refuse
from outlook_connector.sandbox.exchange import Answer

MODES = ("query", "fragment", "form_post")


def check(app: App, uri: str) -> None:
    """Raises AADSTS50011 for a redirect URI that the app has not registered."""
    if not any(_matches(registered, uri) for registered in app.redirect_uris):
        raise refuse(50011, uri=uri, app=app.client_id)


def deliver(params: Mapping[str, str], values: Mapping[str, str]) -> Answer:
    """Sends the user agent back to the app with `values`, in the response mode that it asked for."""
    uri, mode = params["redirect_uri"], params.get("response_mode", "query")
    fields = dict(values)
    if "state" in params:
        fields["state"] = params["state"]
    if mode == "form_post":
        return pages.form_post(uri, fields)
    mark = "#" if mode == "fragment" else ("&" if urlsplit(uri).query else "?")
    return Answer(302, headers={"Location": uri + mark + urlencode(fields)})


def _matches(registered: str, uri: str) -> bool:
    """Exact, except that a localhost URI may have any port; an empty path is the same as `/`."""
    ours, theirs = urlsplit(registered), urlsplit(uri)
    if (ours.scheme, ours.hostname, ours.path or "/") != (theirs.scheme, theirs.hostname, theirs.path or "/"):
        return False
    if (ours.query, theirs.fragment) != (theirs.query, "") or "@" in theirs.netloc:
        return False
    return ours.hostname == "localhost" or ours.netloc == theirs.netloc
