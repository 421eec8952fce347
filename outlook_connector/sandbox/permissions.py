"""Microsoft Graph's permissions for mail, in the words that a consent page shows.

Names and texts: https://learn.microsoft.com/graph/permissions-reference
"""

from __future__ import annotations

from collections.abc import Mapping

OPENID: Mapping[str, str] = {
    "openid": "Sign you in",
    "profile": "View your basic profile",
    "email": "View your email address",
    "offline_access": "Maintain access to data you have given it access to",
}

DELEGATED: Mapping[str, str] = {
    "User.Read": "Sign you in and read your profile",
    "User.ReadBasic.All": "Read all users' basic profiles",
    "Mail.ReadBasic": "Read your mail without its text or attachments",
    "Mail.Read": "Read your mail",
    "Mail.ReadWrite": "Read, change and delete your mail",
    "Mail.Send": "Send mail as you",
    "Mail.ReadBasic.Shared": "Read mail shared with you, without its text or attachments",
    "Mail.Read.Shared": "Read mail that others share with you",
    "Mail.ReadWrite.Shared": "Read, change and delete mail that others share with you",
    "Mail.Send.Shared": "Send mail on behalf of others who allow it",
    "MailTips.ReadBasic.Shared": "Read the mail tips of people you write to",
    "MailboxSettings.Read": "Read your mailbox settings",
    "MailboxSettings.ReadWrite": "Read and change your mailbox settings",
    "MailboxFolder.Read": "Read your mailbox folders",
    "MailboxFolder.ReadWrite": "Read and change your mailbox folders",
    "MailboxItem.Read": "Read the items in your mailbox",
    "MailboxItem.ImportExport": "Back up and restore the items in your mailbox",
    "MailboxConfigItem.Read": "Read the configuration items of your mailbox",
    "MailboxConfigItem.ReadWrite": "Read and change the configuration items of your mailbox",
    "Calendars.Read": "Read your calendars",
    "Calendars.ReadWrite": "Read and change your calendars",
    "Contacts.Read": "Read your contacts",
    "Contacts.ReadWrite": "Read and change your contacts",
    "People.Read": "Read your list of relevant people",
    "Tasks.Read": "Read your tasks",
    "Tasks.ReadWrite": "Read and change your tasks",
}

APPLICATION: frozenset[str] = frozenset(
    {
        "User.Read.All",
        "Mail.ReadBasic.All",
        "Mail.Read",
        "Mail.ReadWrite",
        "Mail.Send",
        "MailboxSettings.Read",
        "MailboxSettings.ReadWrite",
    }
)

_OF_MAIL = frozenset({"Mail", "MailTips", "MailboxSettings"})


def mail_permissions() -> list[str]:
    """Every delegated permission for mail, the shared ones too, and the user's profile."""
    return [name for name in DELEGATED if name == "User.Read" or name.split(".")[0] in _OF_MAIL]
