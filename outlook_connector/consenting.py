"""A call that Graph refuses for want of a permission: which one it is, and how to get it.

https://learn.microsoft.com/entra/identity-platform/consent-types-developer#incremental-and-dynamic-user-consent
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from .context import Context
from .errors import ConsentRequired, Forbidden
from .manifest import Need, Operation, Trigger
from .permissions import for_another, missing

REFUSALS = frozenset({"ErrorAccessDenied", "Authorization_RequestDenied"})
"""Graph's codes for a permission that is missing, and for a mailbox that is not shared."""

WAYS: Mapping[str, str] = {
    "delegated": "Sign in once more and accept: outlook-connector login {options}, or auth.begin with these as scopes, "
    "then auth.complete; what was granted before stays. Where only an administrator may consent, add --admin-consent, "
    "or adminConsent: true.",
    "application": "Have an administrator add it under API permissions (Microsoft Graph, application permissions) and "
    "consent: outlook-connector login --admin-consent, or auth.begin with adminConsent: true. Where that was done "
    "elsewhere, auth.refresh gets a token that has it. Where Exchange grants it (RBAC for Applications), the mailbox "
    "is outside of the application's scope there.",
    "managedIdentity": "Have an administrator assign it to the managed identity, then auth.refresh: "
    "https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-assign-app-role-managed-identity",
    "hostToken": "Supply an accessToken that has it.",
}
"""``auth`` → what to do."""


@contextmanager
def consent_told(operation: Operation | Trigger, context: Context) -> Iterator[None]:
    """Within it, a 403 for a permission that is known not to be granted becomes ``ConsentRequired``, with
    ``details["missing"]``. Makes no request; a token that another worker has got after a consent is taken up first.
    """
    held = context.auth.granted()
    if held and _lacking(operation.permissions.of(context.auth.config.auth), held, context):
        context.auth.catch_up()
    try:
        yield
    except Forbidden as refused:
        failure = _explained(refused, operation, context)
    else:
        return
    raise failure from None


def _explained(
    refused: Forbidden, operation: Operation | Trigger, context: Context
) -> Forbidden | ConsentRequired:
    """The refusal itself where permissions do not explain it."""
    kind, held = context.auth.config.auth, context.auth.granted()
    if refused.graph_code not in REFUSALS or not held:
        return refused
    needed = {"": operation.permissions, **operation.permissions_for}
    lacking = {use: _lacking(more.of(kind), held, context) for use, more in needed.items()}
    first = next((one for one in lacking.values() if one), ())
    if first:
        uses = [use for use, one in lacking.items() if one == first]
        what = f"{operation.name} ({', '.join(uses)})" if all(uses) else operation.name
        return _consent(refused, what, first, kind)
    return refused


def _lacking(needs: tuple[Need, ...], held: tuple[str, ...], context: Context) -> tuple[str, ...]:
    return _missing(needs, held, context.auth.owns(context.graph.mailbox) is False)


@lru_cache(maxsize=1024)
def _missing(needs: tuple[Need, ...], held: tuple[str, ...], another: bool) -> tuple[str, ...]:
    """The same needs and permissions come with every call."""
    return missing(for_another(needs) if another else needs, held)


def _consent(refused: Forbidden, what: str, lacking: tuple[str, ...], kind: str) -> ConsentRequired:
    advice = WAYS[kind].format(options=" ".join(f"--scope {one}" for one in lacking))
    whose = "the sign-in" if kind in ("delegated", "hostToken") else "the application"
    return ConsentRequired(
        f"{what} needs {' and '.join(lacking)}, which {whose} has not been granted. {advice}",
        details={**refused.details, "missing": list(lacking), "advice": advice},
    )
