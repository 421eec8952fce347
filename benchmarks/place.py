"""Where the static server is, and what every contender asks of it: the same mailbox, token and mail.

Imports nothing but the standard library, since the peers' environments have nothing of this project's.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any

MAILBOX = "adele@contoso.example"
ROLES = (
    *("Mail.Read", "Mail.ReadBasic.All", "Mail.ReadWrite", "Mail.Send", "MailboxFolder.Read.All"),
    *("MailboxItem.Read.All", "MailboxSettings.Read", "MailboxSettings.ReadWrite", "User.Read.All"),
)
PAGE = 100
TOTAL = 20_000
PIECE, BUFFER = 320 * 1024 * 12, 1 << 18
"""Bytes of one PUT of an upload, and of one read of a download."""
DRAFT, FILM = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A", "AAMkAttachment="
PACED = "AAMkPaced"
"""An attachment of the same size that comes at 1 Gbit/s."""
SUBJECT = "Figures of week 45: forecast and returns"
TO = ("kim@contoso.example", "nestor@contoso.example")
CC = ("zoe@fabrikam.example",)
TEXT = "<p>The figures are in: orders are up, returns are down.</p>" * 35
"""The body of the mail that is sent: 2 KB of HTML."""


def _token() -> str:
    """In the form of an application's access token, and of its usual length; nobody checks its signature."""
    claims = {
        **{
            "aud": "https://graph.microsoft.com",
            "iss": "https://sts.windows.net/tenant/",
            "exp": 4_102_444_800,
        },
        **{"app_displayname": "Benchmarks", "appid": "5e9e1f2c-51a3-44f5-a7aa-3d4e34a27a50", "roles": ROLES},
        **{"oid": "0a9de6ba-1b6f-4ff2-b36e-8f4b7d3a40dd", "tid": "5f0d2c1e-8a77-4c55-9a35-2d1a40d7e3aa"},
        **{"wids": ["0997a1d0-0d1d-4acb-b408-d5ca73121e90"], "xms_tcdt": 1_700_000_000, "ver": "1.0"},
    }
    parts = [{"typ": "JWT", "alg": "RS256", "kid": "benchmarks", "nonce": "x" * 43}, claims, "s" * 256]
    return ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts)


TOKEN = _token()


@dataclass(frozen=True)
class Place:
    """``origin`` is the server's scheme, host and port; ``authority_file`` holds its certificate authority and those
    that everybody trusts, ``authority_alone`` nothing else than its own."""

    origin: str
    authority_file: str
    authority_alone: str
    delay: int = 0
    """Milliseconds that the server takes for each answer."""
    directory: str = ""
    """Where files are read and written."""

    @property
    def graph(self) -> str:
        return self.origin + (f"/{self.delay}ms" if self.delay else "") + "/v1.0"

    @property
    def mailbox(self) -> str:
        """The mailbox's address at Graph."""
        return f"{self.graph}/users/{MAILBOX.replace('@', '%40')}"

    def config(self, **more: Any) -> dict[str, Any]:
        """A configuration of the connector: an application with a secret, whose store is in memory, and whose limits
        are out of the way, since the server has none."""
        return {
            **{
                "auth": "application",
                "tenantId": "tenant",
                "clientId": "5e9e1f2c-51a3-44f5-a7aa-3d4e34a27a50",
            },
            **{"clientSecret": "not-a-secret", "authority": f"{self.origin}/tenant", "graphUrl": self.graph},
            **{"mailbox": MAILBOX, "tokenStore": "memory:", "http": {"caBundle": self.authority_file}},
            **{"files": {"allow": [self.directory]} if self.directory else {}},
            **{"limits": {"requests": 100_000_000, "uploadMegabytes": 100_000_000}},
            **more,
        }


def mail() -> dict[str, Any]:
    """The body of ``sendMail`` as one would write it by hand.
    https://learn.microsoft.com/graph/api/user-sendmail"""
    return {
        "message": {
            "subject": SUBJECT,
            "body": {"contentType": "html", "content": TEXT},
            "toRecipients": [{"emailAddress": {"address": one}} for one in TO],
            "ccRecipients": [{"emailAddress": {"address": one}} for one in CC],
        },
        "saveToSentItems": True,
    }
