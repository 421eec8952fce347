"""What a mailbox holds, apart from HTTP: frozen messages and folders in mailboxes that copy in microseconds."""
