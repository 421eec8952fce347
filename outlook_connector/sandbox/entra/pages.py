"""The pages that a person sees: sign-in, second factor, consent, and what went wrong.

They work without scripts and by keyboard alone. Every page says that it is a sandbox, so that nobody types a
real password.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from urllib.parse import quote

from outlook_connector.sandbox.directory import App, User
from outlook_connector.sandbox.entra.style import CSS, LOGO
from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.permissions import DELEGATED, OPENID

_SUBMIT = "document.forms[0].submit()"
_SUBMIT_HASH = base64.b64encode(hashlib.sha256(_SUBMIT.encode()).digest()).decode()
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
    f"script-src 'sha256-{_SUBMIT_HASH}'"
)
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def sign_in(
    flow: str, tenant: str, app: App, users: Sequence[User], login: str = "", *, error: str = ""
) -> Answer:
    """User and password; the sandbox's own users are offered, since nobody else can sign in here."""
    known = "".join(f'<option value="{escape(user.address)}">{escape(user.name)}</option>' for user in users)
    first, second = ("", " autofocus") if login else (" autofocus", "")
    described = ' aria-describedby="error" aria-invalid="true"' if error else ""
    fields = f"""
<label for="login">User</label>
<input id="login" name="login" type="email" list="users" autocomplete="username" required value="{escape(login)}"
 placeholder="someone@contoso.example"{first}{described}>
<datalist id="users">{known}</datalist>
<label for="passwd">Password</label>
<input id="passwd" name="passwd" type="password" autocomplete="current-password" required{second}{described}>
{f'<p class="error" id="error" role="alert">{escape(error)}</p>' if error else ""}
<div class="buttons"><button class="primary" id="submit">Sign in</button></div>"""
    about = f'<p class="soft">to continue to {escape(app.name)}</p>'
    return _page("Sign in", about + _form(tenant, "login", flow, fields) + _who_may(users))


def second_factor(flow: str, tenant: str, user: User) -> Answer:
    """Stands for the prompt on a telephone: one button approves it."""
    text = f'<p class="soft">{escape(user.address)}</p><p>Your organisation asks for a second factor.</p>'
    button = '<div class="buttons"><button class="primary" id="approve" autofocus>Approve</button></div>'
    return _page("Approve sign-in request", text + _form(tenant, "verify", flow, button))


def consent(flow: str, tenant: str, app: App, user: User, scopes: Iterable[str]) -> Answer:
    """What the app asks for, in plain words, with Accept and Cancel."""
    words, asked = {**DELEGATED, **OPENID}, set(scopes)
    shown = [name for name in words if name in asked]
    items = "".join(f"<li>{escape(words[name])}<code>{escape(name)}</code></li>" for name in shown)
    text = f"""<p class="soft">{escape(user.address)}</p>
<p><strong>{escape(app.name)}</strong> would like to:</p><ul id="permissions">{items}</ul>
<p class="soft">You can take this back at any time. Client id <code>{escape(app.client_id)}</code></p>"""
    buttons = """<div class="buttons"><button name="answer" value="cancel" id="cancel">Cancel</button>
<button class="primary" name="answer" value="accept" id="accept" autofocus>Accept</button></div>"""
    return _page("Permissions requested", text + _form(tenant, "consent", flow, buttons))


def admin_consent(
    flow: str, tenant: str, app: App, admin: User, scopes: Iterable[str], roles: Iterable[str]
) -> Answer:
    """What an administrator lets the app have for everybody, and as itself, without a user."""
    asked = set(scopes)
    shown = [(DELEGATED[name], name) for name in DELEGATED if name in asked]
    shown += [("As an application, in every mailbox", name) for name in sorted(roles)]
    items = "".join(f"<li>{escape(words)}<code>{escape(name)}</code></li>" for words, name in shown)
    text = f"""<p class="soft">{escape(admin.address)}</p>
<p>Review what <strong>{escape(app.name)}</strong> may do for your whole organisation:</p>
<ul id="permissions">{items}</ul>
<p class="soft">If you accept, nobody else will be asked. Client id <code>{escape(app.client_id)}</code></p>"""
    buttons = """<div class="buttons"><button name="answer" value="cancel" id="cancel">Cancel</button>
<button class="primary" name="answer" value="accept" id="accept" autofocus>Accept</button></div>"""
    return _page("Permissions requested", text + _form(tenant, "consent", flow, buttons))


def device_code(typed: str = "", *, error: str = "") -> Answer:
    """Where a person types the code that a device shows."""
    described = ' aria-describedby="error" aria-invalid="true"' if error else ""
    content = f"""<form method="post" action="/common/deviceauth">
<label for="otc">Code</label>
<input id="otc" name="otc" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="16"
 required autofocus value="{escape(typed)}"{described}>
{f'<p class="error" id="error" role="alert">{escape(error)}</p>' if error else ""}
<div class="buttons"><button class="primary" id="next">Next</button></div></form>"""
    return _page("Enter code", '<p class="soft">Type the code that your app or device shows.</p>' + content)


def confirm_device(flow: str, tenant: str, app: App, user: User) -> Answer:
    """Asks whether the device is meant, so that nobody signs a stranger's device in by a code sent to them."""
    text = f"""<p class="soft">{escape(user.address)}</p>
<p>Are you trying to sign in to <strong>{escape(app.name)}</strong> on another device? Only go on if you got the
code from an app or device of your own.</p>"""
    buttons = """<div class="buttons"><button name="answer" value="cancel" id="cancel">Cancel</button>
<button class="primary" name="answer" value="accept" id="accept" autofocus>Continue</button></div>"""
    return _page("Sign in on your device", text + _form(tenant, "consent", flow, buttons))


def approval_needed(flow: str, tenant: str, user: User, text: str) -> Answer:
    """Where only an administrator may go on; the way back tells the app that nobody consented.
    https://learn.microsoft.com/entra/identity/enterprise-apps/configure-admin-consent-workflow"""
    told = f"""<p class="soft">{escape(user.address)}</p>
<p class="error" id="error" role="alert">{escape(text)}</p>"""
    back = """<div class="buttons"><button name="answer" value="cancel" id="cancel">Return to the application
without granting consent</button></div>"""
    return _page("Need admin approval", told + _form(tenant, "consent", flow, back), status=400)


def message(title: str, text: str) -> Answer:
    """An end that needs nothing more from the person."""
    return _page(title, f"<p>{escape(text)}</p>")


def problem(text: str) -> Answer:
    """An error that must not leave for another site, such as AADSTS50011."""
    first, _, rest = text.partition("\r\n")
    body = (
        f'<p class="error" id="error" role="alert">{escape(first)}</p><pre class="soft">{escape(rest)}</pre>'
    )
    return _page("Sorry, but we're having trouble signing you in", body, status=400)


def form_post(uri: str, fields: Mapping[str, str]) -> Answer:
    """response_mode=form_post: a form that posts itself, or by its button where scripts are off."""
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    body = f"""<p>Back to the application.</p><form method="post" action="{escape(uri)}">{inputs}
<div class="buttons"><button class="primary">Continue</button></div></form><script>{_SUBMIT}</script>"""
    return _page("Signed in", body)


def _form(tenant: str, step: str, flow: str, content: str) -> str:
    return f"""<form method="post" action="/{quote(tenant)}/{step}">
<input type="hidden" name="flow" value="{escape(flow)}">{content}</form>"""


def _who_may(users: Sequence[User]) -> str:
    people = ", ".join(f"<code>{escape(user.address)}</code>" for user in users[:5])
    passwords = {user.password for user in users[:5]}
    shown = f", with the password <code>{escape(passwords.pop())}</code>" if len(passwords) == 1 else ""
    return f'<p class="note">Sign in as {people}{shown}. Never type a real password here.</p>'


def _page(title: str, content: str, status: int = 200) -> Answer:
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} - sandbox</title>
<link rel="icon" href="data:,">
<style>{CSS}</style>
</head>
<body>
<main>
<p class="brand">{LOGO}Contoso<span>Sandbox, not Microsoft</span></p>
<h1>{escape(title)}</h1>
{content}
</main>
</body>
</html>
"""
    return Answer(status, html.encode(), _HEADERS)
