"""A declarative request block and an input become one ``GraphRequest``. Pure: no I/O, no look-ups."""

from collections.abc import Collection, Mapping
from dataclasses import field, replace
from typing import Any
from urllib.parse import quote, unquote

from .errors import InvalidInput, ManifestError
from .frozen import frozen
from .manifest import Operation

_CLIMBING = frozenset({".", ".."})


@frozen
class GraphRequest:
    """One call to Graph, before the mailbox, the token and the host are known.

    ``path`` is percent-encoded and relative to ``root``: the mailbox (``/me``, ``/users/{mailbox}``) or the
    service. ``body`` is sent as JSON, ``content`` as it is. ``prefer`` holds preferences, joined into one header
    later. ``repeatable`` says that doing it twice changes nothing more. ``parts`` is how many calls Graph counts it
    for, and ``announced`` how many bytes are to follow elsewhere.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    prefer: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    content: bytes | None = None
    content_type: str = "application/json"
    root: str = "mailbox"
    repeatable: bool = True
    parts: int = 1
    announced: int = 0

    def with_query(self, **values: str | int) -> "GraphRequest":
        """The same request with ``$name=value`` added for each keyword."""
        return replace(
            self, query={**self.query, **{f"${name}": str(value) for name, value in values.items()}}
        )


def get(template: str, *, query: Mapping[str, Any] | None = None, **ids: str) -> GraphRequest:
    """A read of ``template`` with ``{name}`` filled from ``ids``; absent query values are left out."""
    return GraphRequest("GET", path(template, ids), query=_query(query or {}))


def post(
    template: str, body: Mapping[str, Any] | None = None, *, repeatable: bool = False, **ids: str
) -> GraphRequest:
    """A POST of ``body``; not repeatable unless said so."""
    return GraphRequest("POST", path(template, ids), body=body, repeatable=repeatable)


def patch(template: str, body: Mapping[str, Any], **ids: str) -> GraphRequest:
    """A PATCH of ``body``: done twice, it changes nothing more. Raises ``InvalidInput`` where it changes nothing."""
    return GraphRequest("PATCH", path(template, ids), body=_changing(body))


def _changing(body: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if body is not None and not body:
        raise InvalidInput.of([("", "must name something to change")])
    return body


def check_names(operation: Operation, properties: Collection[str]) -> None:
    """Raises ``ManifestError`` where the declared request takes a value from what is no property of the input."""
    request = operation.request
    if request is None:
        return
    named = [part[1:-1] for part in request.path.split("/") if part.startswith("{")]
    for values in (request.query, request.headers, request.body or {}):
        named += _sources(values)
    if missing := sorted({name for name in named if name not in properties}):
        told = f"which its input does not have: {', '.join(missing)}"
        raise ManifestError(f"The manifest's request of {operation.name} takes a property {told}.")


def _sources(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Mapping) or set(value) == {"const"}:
        return []
    return [name for one in value.values() for name in _sources(one)]


def bind(operation: Operation, values: Mapping[str, Any]) -> GraphRequest:
    """The declared request of ``operation`` with its values copied from the normalised input. Raises ``InvalidInput``
    for a change of nothing."""
    template = operation.request
    if template is None:
        raise ValueError(f"{operation.name} has a handler, not a request")
    headers = {name: source for name, source in template.headers.items() if name != "Prefer"}
    body = None if template.body is None else _value(template.body, values) or {}
    return GraphRequest(
        method=template.method,
        path=path(template.path, values),
        query=_query({name: _value(source, values) for name, source in template.query.items()}),
        headers=_query({name: _value(source, values) for name, source in headers.items()}),
        prefer=_query({name: _value(s, values) for name, s in template.headers.get("Prefer", {}).items()}),
        body=_changing(body) if template.method == "PATCH" else body,
        root=operation.root,
        repeatable=operation.idempotent,
    )


def path(template: str, values: Mapping[str, Any]) -> str:
    """``/messages/{messageId}/move`` with every value encoded as one segment.

    Ids hold ``/``, ``+`` and ``=``. Raises ``InvalidInput`` for a value that cannot stand as a segment.
    """
    parts = [_segment(part, values) for part in template.split("/")]
    return "/".join(parts)


def _segment(part: str, values: Mapping[str, Any]) -> str:
    if not (part.startswith("{") and part.endswith("}")):
        return part
    name = part[1:-1]
    value = values.get(name)
    if not isinstance(value, str) or unsafe_segment(value):
        raise InvalidInput.of(
            [(f"/{name}", "must be an id: not empty, not a dot, without control characters")]
        )
    return quote(value, safe="")


def unsafe_segment(value: str) -> bool:
    """Whether ``value`` would change the path that it is put into, be it after a gateway on the way has taken its
    encoding off, or cannot be sent in one. An id may hold slashes, and no dots between them."""
    climbs = not _CLIMBING.isdisjoint(unquote(value).replace("\\", "/").split("/"))
    return climbs or not value.strip(" .") or not value.isprintable() or len(value) > 2048


def _value(source: Any, values: Mapping[str, Any]) -> Any:
    """What ``source`` means: an input's value, a constant, or an object of such; ``None`` where absent."""
    if isinstance(source, str):
        return values.get(source)
    if set(source) == {"const"}:
        return source["const"]
    found = {name: _value(inner, values) for name, inner in source.items()}
    return {name: value for name, value in found.items() if value is not None} or None


def _query(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: _as_text(value) for name, value in values.items() if value is not None and value != []}


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value))
    return str(value)
