"""Forms, query strings and the headers that Entra's answers carry."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.entra.errors import Trace
from outlook_connector.sandbox.exchange import Answer, Call

NEVER_STORED = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache", "Expires": "-1"}


def query(call: Call) -> dict[str, str]:
    return dict(parse_qsl(call.query, keep_blank_values=True))


def form(call: Call) -> dict[str, str]:
    return dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))


def trace(call: Call, params: Mapping[str, str], clock: Clock) -> Trace:
    """The request's ids: a caller's own `client-request-id`, if it is a GUID, becomes the correlation id."""
    own = params.get("client-request-id") or call.headers.get("client-request-id", "")
    try:
        return Trace(clock.now(), str(uuid.UUID(own)))
    except ValueError:
        return Trace(clock.now(), str(uuid.uuid4()))


def basic(authorization: str) -> tuple[str, str] | None:
    """Client id and secret of a Basic header, each form-decoded (RFC 6749, 2.3.1); None if it is none."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote(client_id), unquote(secret)


def stamped(answer: Answer, trace: Trace) -> Answer:
    """The answer with Entra's own headers: never cached, and its ids."""
    ids = {"x-ms-request-id": trace.trace_id, "client-request-id": trace.correlation_id}
    return Answer(answer.status, answer.body, {**NEVER_STORED, **ids, **answer.headers})
