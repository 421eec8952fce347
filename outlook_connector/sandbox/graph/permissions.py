"""Which permissions each kind of call needs: any one of a set is enough.

From the permission tables of the API reference, such as
https://learn.microsoft.com/graph/api/user-list-messages#permissions, and, for mailboxes of others,
https://learn.microsoft.com/graph/outlook-share-messages-folders.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Permission:
    """Any of these: `delegated` for the caller's own mailbox, `shared` for another's, `application` alone."""

    delegated: frozenset[str]
    shared: frozenset[str]
    application: frozenset[str]


def _alone(names: str) -> Permission:
    """For one's own mailbox only: there is no such permission for the mailboxes of others."""
    found = frozenset(names.split())
    return Permission(found, frozenset(), found)


def _mail(delegated: str, application: str | None = None) -> Permission:
    own = frozenset(delegated.split())
    shared = frozenset(f"{name}.Shared" for name in own)
    return Permission(own | shared, shared, frozenset((application or delegated).split()))


PROFILE = "profile"
BASIC = "basic"
READ = "read"
WRITE = "write"
SEND = "send"
SETTINGS_READ = "settings read"
SETTINGS_WRITE = "settings write"
SUPPORTED = "supported"
SERVICE = "service"
MAIL_TIPS = "mail tips"
TRANSLATE = "translate"
OVERRIDES_READ = "overrides read"
OVERRIDES_WRITE = "overrides write"

TABLE: Mapping[str, Permission] = {
    PROFILE: Permission(
        frozenset(
            ("User.Read", "User.ReadWrite", "User.Read.All", "User.ReadWrite.All", "User.ReadBasic.All")
        ),
        frozenset(("User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All")),
        frozenset(("User.Read.All", "User.ReadWrite.All", "Directory.Read.All")),
    ),
    BASIC: _mail(
        "Mail.ReadBasic Mail.Read Mail.ReadWrite",
        "Mail.ReadBasic Mail.ReadBasic.All Mail.Read Mail.ReadWrite",
    ),
    READ: _mail("Mail.Read Mail.ReadWrite"),
    WRITE: _mail("Mail.ReadWrite"),
    SEND: _mail("Mail.Send"),
    # A list of what can be chosen is no mailbox's own, and for people alone:
    # https://learn.microsoft.com/graph/api/outlookuser-supportedlanguages
    SUPPORTED: Permission(
        frozenset(("User.Read", "User.ReadBasic.All", "User.Read.All", "User.ReadWrite")),
        frozenset(("User.ReadBasic.All", "User.Read.All")),
        frozenset(),
    ),
    # What these need depends on what they name; their handlers look it up.
    SERVICE: Permission(frozenset(), frozenset(), frozenset()),
    TRANSLATE: Permission(
        frozenset(
            ("User.Read", "User.ReadBasic.All", "User.ReadWrite", "User.Read.All", "User.ReadWrite.All")
        ),
        frozenset(("User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All")),
        frozenset(),
    ),
    MAIL_TIPS: Permission(
        frozenset(("Mail.Read", "Mail.ReadWrite", "Mail.Read.Shared", "MailTips.ReadBasic.Shared")),
        frozenset(("Mail.Read.Shared", "MailTips.ReadBasic.Shared")),
        frozenset(("Mail.Read", "Mail.ReadWrite")),
    ),
    OVERRIDES_READ: _alone("Mail.Read Mail.ReadWrite"),
    OVERRIDES_WRITE: _alone("Mail.ReadWrite"),
    SETTINGS_READ: _alone("MailboxSettings.Read MailboxSettings.ReadWrite"),
    SETTINGS_WRITE: _alone("MailboxSettings.ReadWrite"),
}
