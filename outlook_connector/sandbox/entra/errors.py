"""The AADSTS errors on the wire: descriptions, JSON and the ids of one request.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.entra.client_kinds import CLIENT_KINDS
from outlook_connector.sandbox.entra.kinds import GRANT_KINDS, Kind
from outlook_connector.sandbox.exchange import Answer

KINDS: Mapping[int, Kind] = {**GRANT_KINDS, **CLIENT_KINDS}

_FOR_AUTHORIZE = {65001: "consent_required", 50076: "interaction_required", 53003: "access_denied"}


@dataclass
class Refused(Exception):
    """Entra refuses with AADSTS`number`; `values` fill the text, `extra` joins the JSON (such as `claims`)."""

    number: int
    values: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)
    error_word: str = ""

    @property
    def error(self) -> str:
        """The OAuth `error`: that of the number, unless the endpoint documents a word of its own for it."""
        return self.error_word or self.kind.error

    @property
    def kind(self) -> Kind:
        return KINDS[self.number]

    @property
    def authorize_error(self) -> str:
        """The `error` that a redirect carries, where the authorize endpoint has a word of its own."""
        return self.error_word or _FOR_AUTHORIZE.get(self.number, self.kind.error)

    @property
    def text(self) -> str:
        return f"AADSTS{self.number}: {self.kind.text.format_map(dict(self.values))}"

    def __str__(self) -> str:
        return self.text


def refuse(number: int, **values: str) -> Refused:
    """`raise refuse(700016, app=..., tenant=...)`."""
    return Refused(number, values)


@dataclass(frozen=True)
class Trace:
    """The ids and the time that stand in every error of one request."""

    at: datetime
    correlation_id: str
    trace_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def timestamp(self) -> str:
        return self.at.strftime("%Y-%m-%d %H:%M:%SZ")

    def describe(self, refused: Refused) -> str:
        """The `error_description`."""
        return (
            f"{refused.text}\r\nTrace ID: {self.trace_id}\r\n"
            f"Correlation ID: {self.correlation_id}\r\nTimestamp: {self.timestamp}"
        )


def token_error(refused: Refused, trace: Trace, host: str) -> Answer:
    """The token endpoint's error, in the form that the error code reference shows."""
    body: dict[str, Any] = {
        "error": refused.error,
        "error_description": trace.describe(refused),
        "error_codes": [refused.number],
        "timestamp": trace.timestamp,
        "trace_id": trace.trace_id,
        "correlation_id": trace.correlation_id,
        "error_uri": f"{host}/error?code={refused.number}",
    }
    if refused.kind.suberror:
        body["suberror"] = refused.kind.suberror
    return Answer.json(refused.kind.status, body | dict(refused.extra))


def policy_claims(name: str) -> dict[str, str]:
    """The `claims` that send a user back to sign in, as a conditional access answer carries them."""
    return {"claims": json.dumps({"access_token": {"capolids": {"essential": True, "values": [name]}}})}
