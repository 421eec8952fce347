"""The page that asks for an API key before a mailbox is connected, and the one that leads on from it."""

import html

from ...auth.pages import Page

_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 1rem/1.5 system-ui, sans-serif; }
main { box-sizing: border-box; width: min(30rem, 92vw); padding: 2rem; border: 1px solid; border-radius: 8px; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; }
input, button { box-sizing: border-box; width: 100%; padding: .6rem; margin-top: .5rem; font: inherit; }
"""

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    # With no-referrer the form's own Origin would be "null", which the host refuses as another site's:
    # https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Origin#null
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


def key_page(wrong: bool) -> Page:
    """A form with the field ``key``, which is posted to the page's own address."""
    told = '<p role="alert">That is none of this host\'s keys.</p>' if wrong else ""
    form = (
        '<form method="post"><label for="key">API key of this host</label>'
        '<input id="key" name="key" type="password" required autofocus autocomplete="off">'
        "<button>Go on to the sign-in</button></form>"
    )
    return _page("Connect a mailbox", told + form)


def onward_page(url: str) -> Page:
    """Leads to ``url`` at once. A redirect would not: browsers hold a form's answer to ``form-action``, wherever the
    sign-in goes on to. https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy/form-action
    """
    target = html.escape(url)
    refresh = f'<meta http-equiv="refresh" content="0;url={target}">'
    return _page("To the sign-in", f'<p><a href="{target}">Sign in at Microsoft</a></p>', refresh)


def _page(title: str, content: str, head: str = "") -> Page:
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{head}'
        f"<title>{title} - Outlook connector</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{title}</h1>{content}</main></body></html>"
    )
    return Page(body.encode(), _HEADERS)
