"""Use a Microsoft 365 / Outlook mailbox by operation name."""
