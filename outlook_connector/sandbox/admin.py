"""The sandbox over HTTP, under `/_sandbox`: for tests that aren't written in Python.

POST   /faults    {"match": "POST /me/sendMail", "status": 503, "retryAfter": 1, "times": 2}
DELETE /faults
GET    /requests  what arrived, oldest first
POST   /deliver   {"user": "adele@contoso.example", "message": {...}} -> {"id": ...}
POST   /clock     {"advance": seconds} -> {"now": ...}
POST   /reset
GET    /ledger    every mail submitted and every copy delivered
GET    /usage     what each app asked of each mailbox
GET    /notifications  what arrived at the sandbox's own receiver, https://localhost/_sandbox/notifications
POST   /device    {"userCode": ..., "user": "adele@contoso.example"}, or without a user to decline
GET    /identity  the environment variables of both managed identity endpoints, which start serving
POST   /claims    {"principal": user or client id}: Graph challenges its tokens so far
POST   /issuer/token  {"subject": ..., "audience": ..., "lifetime": seconds} -> {"token": ...}

GET    /issuer/.well-known/openid-configuration, /issuer/keys   the second issuer's own documents
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from outlook_connector.sandbox.exchange import Answer, Call

if TYPE_CHECKING:
    from outlook_connector.sandbox.sandbox import Sandbox

_SPELLINGS = {"retryAfter": "retry_after"}
Action = Callable[["Sandbox", dict[str, Any]], Any]


def handler(sandbox: Sandbox) -> Callable[[Call], Answer]:
    """`handle(call)` for the admin paths of `sandbox`; 404 for unknown ones, 400 for a body that doesn't fit."""

    def handle(call: Call) -> Answer:
        action = ACTIONS.get((call.method, call.path.split("/", 2)[-1].rstrip("/")))
        if action is None:
            return Answer.json(404, {"error": f"no {call.method} {call.path}"})
        try:
            return Answer.json(200, _plain(action(sandbox, json.loads(call.body or b"{}"))))
        except (KeyError, TypeError, ValueError) as problem:
            return Answer.json(400, {"error": f"{type(problem).__name__}: {problem}"})

    return handle


def _fault(sandbox: Sandbox, body: dict[str, Any]) -> dict[str, Any]:
    sandbox.fault(**{_SPELLINGS.get(name, name): value for name, value in body.items()})
    return {}


def _clear_faults(sandbox: Sandbox, body: dict[str, Any]) -> dict[str, Any]:
    sandbox.clear_faults()
    return {}


def _requests(sandbox: Sandbox, body: dict[str, Any]) -> list[Any]:
    return list(sandbox.requests)


def _deliver(sandbox: Sandbox, body: dict[str, Any]) -> dict[str, Any]:
    return {"id": sandbox.deliver(body["user"], body["message"])}


def _clock(sandbox: Sandbox, body: dict[str, Any]) -> dict[str, Any]:
    sandbox.clock.advance(float(body.get("advance", 0)))
    return {"now": sandbox.clock.now()}


def _reset(sandbox: Sandbox, body: dict[str, Any]) -> dict[str, Any]:
    sandbox.reset()
    return {}


def _ledger(sandbox: Sandbox, body: dict[str, Any]) -> Any:
    return sandbox.ledger


def _usage(sandbox: Sandbox, body: dict[str, Any]) -> Any:
    return sandbox.usage


def _notifications(sandbox: Sandbox, body: dict[str, Any]) -> Any:
    return sandbox.notifications


def _device(sandbox: Sandbox, body: dict[str, Any]) -> dict[str, Any]:
    if body.get("user"):
        sandbox.entra.approve_device(body["userCode"], body["user"])
    else:
        sandbox.entra.decline_device(body["userCode"])
    return {}


def _claims(sandbox: Sandbox, body: dict[str, Any]) -> dict[str, Any]:
    sandbox.entra.demand_claims(body["principal"])
    return {}


def _identity(sandbox: Sandbox, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "imds": sandbox.managed_identity_environment("imds"),
        "appService": sandbox.managed_identity_environment("appService"),
    }


def _issuer_token(sandbox: Sandbox, body: dict[str, Any]) -> dict[str, Any]:
    return {"token": sandbox.issuer.token(**body)}


def _issuer_configuration(sandbox: Sandbox, body: dict[str, Any]) -> dict[str, Any]:
    return sandbox.issuer.configuration()


def _issuer_keys(sandbox: Sandbox, body: dict[str, Any]) -> dict[str, Any]:
    return sandbox.issuer.keys()


ACTIONS: Mapping[tuple[str, str], Action] = {
    ("POST", "faults"): _fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "requests"): _requests,
    ("POST", "deliver"): _deliver,
    ("POST", "clock"): _clock,
    ("POST", "reset"): _reset,
    ("GET", "ledger"): _ledger,
    ("GET", "usage"): _usage,
    ("GET", "notifications"): _notifications,
    ("POST", "device"): _device,
    ("GET", "identity"): _identity,
    ("POST", "claims"): _claims,
    ("POST", "issuer/token"): _issuer_token,
    ("GET", "issuer/.well-known/openid-configuration"): _issuer_configuration,
    ("GET", "issuer/keys"): _issuer_keys,
}


def _plain(value: Any) -> Any:
    """Dataclasses, mappings, sequences and times as JSON has them."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value
