"""What ``doctor`` cannot look at, so that nobody takes its silence for a good sign."""

from typing import TYPE_CHECKING

from .login import registered

if TYPE_CHECKING:
    from ...config import Config

APPS = ("application", "managedIdentity")

DOES_NOTHING = "sending and changing: nothing is sent or changed, the mailbox check only reads"
REDIRECT = (
    "the redirect URI that login uses, {uri}: whether it is registered stands only on Microsoft's page at a sign-in, "
    "as AADSTS50011"
)
SECRET = "when the client secret ends: that stands only under Certificates & secrets"  # noqa: S105 - no secret
REVOKED = "whether the sign-in could be renewed now: that would spend the refresh token (invoke auth.refresh does it)"
EXCHANGE = "what Exchange grants the application in other mailboxes than this one"


def unchecked(config: "Config | None") -> list[str]:
    """In a sentence each, for the way that the configuration signs in.
    https://learn.microsoft.com/entra/identity-platform/reply-url"""
    if config is None:
        return []
    delegated = config.auth == "delegated"
    listed = {
        DOES_NOTHING: True,
        REDIRECT.format(uri=registered(config)): delegated,
        REVOKED: delegated,
        SECRET: config.client_secret is not None,
        EXCHANGE: config.auth in APPS,
    }
    return [one for one, applies in listed.items() if applies]
