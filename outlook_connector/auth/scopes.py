"""Scopes as Microsoft Entra wants them, and as people read them.

https://learn.microsoft.com/entra/identity-platform/scopes-oidc
"""

from collections.abc import Iterable

RESERVED = frozenset({"offline_access", "openid", "profile", "email"})
"""Scopes of the sign-in itself: the first three are part of every request, and no resource is named with them."""

DEFAULT = ".default"
"""All that was consented to."""

GLOBAL_AUDIENCE = "https://graph.microsoft.com"


def asked(scopes: Iterable[str], audience: str) -> list[str]:
    """The resource scopes to ask for, sorted; msal adds ``offline_access openid profile``.

    Short names mean Microsoft Graph of the global cloud, so any other audience is put in front of them. Without any
    scope, what the app registration lists (``.default``).
    """
    base = audience.rstrip("/")
    names = sorted(set(scopes) - RESERVED) or [DEFAULT]
    return [_qualified(name, base) for name in names]


def for_application(audience: str) -> list[str]:
    """The scope of client credentials: every application permission that was granted to the app."""
    return [f"{audience.rstrip('/')}/{DEFAULT}"]


def granted(answer_scope: str | None, fallback: Iterable[str], audience: str) -> tuple[str, ...]:
    """The short names of what was granted, sorted; ``fallback`` where the answer is silent (RFC 6749, 5.1)."""
    return short(answer_scope.split() if answer_scope else fallback, audience)


def short(names: Iterable[str], audience: str) -> tuple[str, ...]:
    """Permissions by their short names, sorted, without those of the sign-in itself."""
    prefix = audience.rstrip("/") + "/"
    return tuple(sorted({name.removeprefix(prefix) for name in names} - RESERVED - {DEFAULT}))


def attempts(wanted: Iterable[str], session: Iterable[str]) -> list[tuple[str, ...]]:
    """What to ask for at a refresh, one after the other while consent is missing for some of it: all that is
    wanted and the session has; what the session has; whatever has been consented to."""
    has = tuple(sorted(set(session)))
    wide = tuple(sorted({*wanted, *has}))
    return list(dict.fromkeys([wide or (DEFAULT,), has or (DEFAULT,), (DEFAULT,)]))


def _qualified(name: str, base: str) -> str:
    if "://" in name or (base == GLOBAL_AUDIENCE and name != DEFAULT):
        return name
    return f"{base}/{name}"
