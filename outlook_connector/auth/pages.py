"""The pages that a person sees in the browser after a sign-in on this machine. Nothing is loaded from elsewhere."""

import html
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ConnectorError


@dataclass(frozen=True)
class Page:
    """A page and the headers that keep it to itself."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def success(result: Mapping[str, Any]) -> Page:
    """Who is signed in, or what an administrator has done."""
    if result.get("adminConsent"):
        tenant = f"<p>The app may be used in the tenant <strong>{_text(result['tenantId'])}</strong>.</p>"
        return _page("ok", "Consent given", tenant, "You can close this window.")
    who = result.get("username") or result.get("name") or result.get("account")
    return _page(
        "ok", "Signed in", f"<p><strong>{_text(who)}</strong> is signed in.</p>", "You can close this window."
    )


def failure(error: ConnectorError, heading: str = "Not signed in") -> Page:
    """What failed and what to do."""
    advice = str(error.details.get("advice", ""))
    what = error.message.removesuffix(advice).strip()
    more = f'<p class="advice">{_text(advice)}</p>' if advice else ""
    return _page(
        "failed", heading, f"<p>{_text(what)}</p>{more}", "The program you came from knows of it too."
    )


def other() -> Page:
    """For whatever is not the sign-in that is awaited."""
    return _page("other", "Nothing here", "<p>This is not the sign-in that is awaited here.</p>", "")


_STYLE = """
:root { color-scheme: light dark; --ink: #1b1a19; --paper: #ffffff; --ground: #f3f2f1; --line: #d2d0ce;
  --ok: #0b6a0b; --failed: #a4262c; --other: #605e5c; }
@media (prefers-color-scheme: dark) { :root { --ink: #f3f2f1; --paper: #252423; --ground: #1b1a19; --line: #484644;
  --ok: #6bb700; --failed: #f1707b; --other: #a19f9d; } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, "Segoe UI", sans-serif; }
main { box-sizing: border-box; width: min(34rem, 92vw); padding: 2rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: 8px; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; }
h1.ok { color: var(--ok); } h1.failed { color: var(--failed); } h1.other { color: var(--other); }
.advice { padding: .75rem 1rem; border-left: 4px solid var(--failed); background: var(--ground); }
footer { margin-top: 1.5rem; color: var(--other); font-size: .9rem; }
"""

_FORGET = 'history.replaceState(null, "", location.pathname);'
"""Takes the code out of the address bar and the history."""


def _page(kind: str, title: str, content: str, footer: str) -> Page:
    nonce = secrets.token_urlsafe(16)
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} - Outlook connector</title>"
        f'<script nonce="{nonce}">{_FORGET}</script><style nonce="{nonce}">{_STYLE}</style></head>'
        f'<body><main role="main"><h1 class="{kind}">{title}</h1>{content}'
        f"<footer>{footer}</footer></main></body></html>"
    )
    return Page(body.encode(), {**_HEADERS, "Content-Security-Policy": _policy(nonce)})


_HEADERS: Mapping[str, str] = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def _policy(nonce: str) -> str:
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _text(value: Any) -> str:
    return html.escape(str(value))
