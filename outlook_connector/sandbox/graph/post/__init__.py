"""The post office: what happens to a mail between submission and the recipients' inboxes."""
