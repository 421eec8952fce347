"""Signing in and looking after a sign-in, for hosts that have no command line."""

from collections.abc import Collection
from typing import Any

from ..binding import get
from ..context import Context
from ..errors import ConnectorError
from ..permissions import for_another, missing, superfluous


def begin(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The address to send the person's browser to, or an administrator's; what belongs to it is kept for ten
    minutes."""
    if values.get("adminConsent"):
        return context.auth.begin_consent(values.get("redirectUri"), values.get("scopes"))
    return context.auth.begin(
        redirect_uri=values.get("redirectUri"),
        scopes=values.get("scopes"),
        login_hint=values.get("loginHint"),
        prompt=values.get("prompt"),
    )


def complete(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The parameters with which the browser came back become a stored sign-in, or tell of a consent."""
    return context.auth.complete(values)


def begin_device(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The code to show to the person and the page to type it in; what belongs to it is kept until it expires."""
    return context.auth.begin_device(values.get("scopes"))


def complete_device(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Whether the person has signed in: the stored sign-in, or when to ask again."""
    return context.auth.complete_device(values["deviceSession"])


def status(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Who is signed in, with which permissions, until when; without a request. Permissions are compared with what
    the allowed operations need, where it is known which were granted."""
    known = context.auth.status()
    held = known["scopes"]
    if not held:
        return known
    useful = [one for need in (*context.needs, *context.uses) for one in need]
    return {
        **known,
        "missingPermissions": list(_missing(context, held)),
        "superfluousPermissions": list(superfluous(useful, held)),
    }


def refresh(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """A new access token now, whether or not the old one is still good."""
    return context.auth.refresh()


def sign_out(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Forget the account's tokens."""
    return context.auth.sign_out()


def test(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """One cheap call to Graph: whether the connection works, and what is missing."""
    problem: ConnectorError | None = None
    try:
        context.graph.call(get("/mailFolders/inbox", query={"$select": "id"}))
    except ConnectorError as error:
        problem = error
    status = context.auth.status()
    lacking = _missing(context, status["scopes"]) if status.get("scopes") else ()
    return {
        "works": problem is None,
        "missingPermissions": list(lacking),
        **{name: status[name] for name in ("username", "tenantId", "scopes") if status.get(name) is not None},
        **({"problem": problem.to_dict()} if problem else {}),
    }


def _missing(context: Context, held: Collection[str]) -> tuple[str, ...]:
    """What the allowed operations lack in the mailbox that the connection names."""
    another = context.auth.owns(context.auth.config.mailbox) is False
    return missing(for_another(context.needs) if another else context.needs, held)
