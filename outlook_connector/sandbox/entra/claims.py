"""The `claims` parameter of a request: client capabilities, and the answer to a claims challenge.

https://learn.microsoft.com/entra/identity-platform/claims-challenge
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.entra.errors import refuse
from outlook_connector.sandbox.tokens import Requested


def after_sign_in(text: str, now: datetime) -> Requested:
    """The same for somebody who has signed in just now, which answers every challenge from before."""
    return replace(parse(text), not_before=str(int(now.timestamp())))


def parse(text: str) -> Requested:
    """What `claims` asks of the access token; raises AADSTS9002313 for what is no JSON object."""
    if not text:
        return Requested()
    try:
        wanted = json.loads(text).get("access_token") or {}
        not_before = [*_values(wanted, "nbf"), ""][0]
        return Requested(tuple(map(str, _values(wanted, "xms_cc"))), str(not_before))
    except (ValueError, TypeError, AttributeError):
        raise refuse(9002313) from None


def _values(wanted: dict[str, Any], name: str) -> list[Any]:
    """`{"values": [...]}` or `{"value": ...}` of one claim."""
    request = wanted.get(name) or {}
    return [*request.get("values", []), *([request["value"]] if "value" in request else [])]
