"""Microsoft Entra ID v2.0, as far as signing in to a mailbox needs it."""
