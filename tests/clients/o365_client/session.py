"""O365 exactly as its documentation sets it up: Microsoft's own addresses, which lead to the sandbox.

The certificate authority comes from REQUESTS_CA_BUNDLE.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import Any
from urllib.parse import urlsplit

from O365 import Account
from O365.utils.token import MemoryTokenBackend
from o365_client.names import resolve_to
from running import sign_in

SCOPES = ["basic", "message_all", "mailbox_settings"]


class Session:
    """One signed-in account; `order` is what the test handed over."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        resolve_to(urlsplit(order["graphUrl"]).port or 443)
        self.account = self._account("authorization")
        with redirect_stdout(sys.stderr):  # it tells a person that all went well
            self.account.authenticate(
                requested_scopes=SCOPES,
                redirect_uri=order["redirectUri"],
                handle_consent=lambda url: sign_in(url, order["user"]),
            )
        self.mailbox = self.account.mailbox()

    def application(self) -> Account:
        """An account of the application itself, by client credentials."""
        account = self._account("credentials", main_resource=f"users/{self.order['user']}")
        account.authenticate()
        return account

    def url(self, path: str) -> str:
        """An address for what the library has no method for; its connection takes any."""
        return f"{self.account.protocol.service_url}{path}"

    def _account(self, flow: str, **more: Any) -> Account:
        order = self.order
        return Account(
            (order["clientId"], order["clientSecret"]),
            auth_flow_type=flow,
            tenant_id=order["tenantId"],
            token_backend=MemoryTokenBackend(),
            requests_delay=0,
            **more,
        )
