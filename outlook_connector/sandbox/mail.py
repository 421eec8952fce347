"""The Graph half of the sandbox, with its seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.directory import Directory
from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.tokens import TokenAuthority


class _Absent:
    """Stands in while there is no Graph service: every call is answered 503."""

    ledger: Any = ()

    def handle(self, call: Call) -> Answer:
        return Answer.json(
            503, {"error": {"code": "ServiceUnavailable", "message": "Graph is not served yet."}}
        )

    def deliver(self, user_address: str, message: dict[str, Any]) -> str:
        raise ValueError("Graph is not served yet")

    def reset(self) -> None:
        """Nothing to forget."""


def mail_service(
    clock: Clock, directory: Directory, tokens: TokenAuthority, base_url: Callable[[], str], seed: Any
) -> Any:
    """The Graph service over `seed`, or over three mailboxes with some three hundred messages."""
    try:
        from outlook_connector.sandbox.graph.service import GraphService
    except ImportError:
        return _Absent()
    options = {} if seed is None else {"seed": seed}
    return GraphService(clock, directory, tokens, base_url, **options)
