"""`$batch`: up to twenty requests in one, each answered on its own.

https://learn.microsoft.com/graph/json-batching
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.graph.problem import Problem, bad_request, problem

Json = dict[str, Any]
_MOST = 20
_METHODS = frozenset(("GET", "POST", "PATCH", "PUT", "DELETE"))
# Hop by hop, or the batch's own.
_INHERITED = ("authorization", "host")


@dataclass(frozen=True)
class Part:
    """One request of a batch."""

    id: str
    call: Call
    after: tuple[str, ...] = field(default=())


def is_batch(call: Call) -> bool:
    """Whether a call is a whole batch."""
    return call.method == "POST" and call.path.lower().rstrip("/") in ("/v1.0/$batch", "/v1.0/%24batch")


def run(parts: list[Part], send: Callable[[Call], Answer]) -> Answer:
    """Runs a batch through `send` and answers 200 with a part for each, in no promised order.

    A part whose dependency failed is answered 424.
    """
    answers: dict[str, Answer] = {}
    for part in parts:
        failed = any(answers[name].status >= 400 for name in part.after)
        answers[part.id] = _failed_dependency() if failed else send(part.call)
    # Whoever counts on the order of the requests finds out here.
    written = [_written(name, answer) for name, answer in reversed(answers.items())]
    return Answer.json(200, {"responses": written})


def parts_of(call: Call) -> list[Part]:
    """The requests of a batch, each after those that it depends on. Raises 400 for one that cannot be read."""
    try:
        data = json.loads(call.body)
    except (ValueError, RecursionError):
        raise problem("bad_json") from None
    requests = data.get("requests") if isinstance(data, dict) else None
    if not isinstance(requests, list) or not requests:
        raise bad_request("Invalid batch payload format.")
    if len(requests) > _MOST:
        raise bad_request(
            f"Number of batch request steps exceeds the maximum value of {_MOST}.", "MaximumValueExceeded"
        )
    parts = [_part(call, item) for item in requests]
    if len({part.id.casefold() for part in parts}) != len(parts):
        raise bad_request("Request ids of a batch must be unique, without regard to case.")
    return _ordered(parts)


def _part(outer: Call, item: Any) -> Part:
    texts = [item.get(name) for name in ("id", "method", "url")] if isinstance(item, dict) else [None]
    if not all(isinstance(text, str) and text for text in texts):
        raise bad_request("Invalid batch payload format.")
    name, method, url = (str(text) for text in texts)
    if method.upper() not in _METHODS:
        raise bad_request(f"Invalid batch payload format: the method '{method}' is not supported.")
    own = {str(key).lower(): str(value) for key, value in (item.get("headers") or {}).items()}
    if item.get("body") is not None and "content-type" not in own:
        raise bad_request(f"Write request id : {name} does not contain Content-Type header or body.")
    inherited = {key: outer.headers[key] for key in _INHERITED if key in outer.headers}
    path, _, query = url.partition("?")
    body = _body(item.get("body"), own.get("content-type", ""))
    inner = Call(method.upper(), outer.host, f"/v1.0/{path.lstrip('/')}", query, {**inherited, **own}, body)
    return Part(name, inner, _names(item.get("dependsOn")))


def _names(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise bad_request("Invalid batch payload format: dependsOn is a list of ids.")
    return tuple(value)


def _body(value: Any, kind: str) -> bytes:
    """JSON as it is; a text is base64 of the bytes, but for plain text, which MIME comes as."""
    if value is None:
        return b""
    if not isinstance(value, str):
        return json.dumps(value).encode()
    if kind.startswith("text/"):
        return value.encode()
    try:
        return base64.b64decode(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        raise bad_request("Invalid batch payload format: the body is no base64.") from None


def _ordered(parts: list[Part]) -> list[Part]:
    """Each part after those that it depends on. Raises 400 for unknown ids and circles."""
    known = {part.id.casefold(): part.id for part in parts}
    left = [Part(part.id, part.call, tuple(_known(known, name) for name in part.after)) for part in parts]
    done: dict[str, Part] = {}
    while left:
        ready = [part for part in left if all(name in done for name in part.after)]
        if not ready:
            raise bad_request("Invalid batch payload format: the dependencies go in a circle.")
        done |= {part.id: part for part in ready}
        left = [part for part in left if part.id not in done]
    return list(done.values())


def _known(known: Mapping[str, str], name: str) -> str:
    found = known.get(name.casefold())
    if found is None:
        raise bad_request(f"Invalid batch payload format: dependsOn names '{name}', which is no request.")
    return found


def _failed_dependency() -> Answer:
    refusal = Problem(424, "FailedDependency", "The request failed because a request it depends on failed.")
    return Answer.json(424, {"error": {"code": refusal.code, "message": refusal.message}})


def _written(name: str, answer: Answer) -> Json:
    part: Json = {"id": name, "status": answer.status, "headers": dict(answer.headers)}
    if not answer.body:
        return part
    kind = {key.lower(): value for key, value in answer.headers.items()}.get("content-type", "")
    if kind.startswith("application/json"):
        return {**part, "body": json.loads(answer.body)}
    return {**part, "body": base64.b64encode(answer.body).decode()}
