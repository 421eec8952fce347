"""The mail part of Microsoft Graph v1.0, emulated: mailboxes, messages, folders, attachments, sending."""
