"""Paths to handlers. The raw path is split first and each segment unescaped after, for a key may hold slashes."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.problem import problem, unknown_segment
from outlook_connector.sandbox.graph.request import Request

Handler = Callable[[Request], Answer]
# A key, a function's one parameter (its enumeration's name may stand before it), or a function without any.
_KEYED = re.compile(r"([\w.]+)\((?:\w+=)?(?:[\w.]+)?'(.*)'\)", re.DOTALL)
_CALLED = re.compile(r"([\w.]+)\(\)")
# Graph's metadata gives its namespace an alias, by which OData lets an action be called as well.
_NAMESPACE = re.compile(r"^(microsoft\.)?graph\.")
# How many segments name the user; none on the paths of the service as a whole.
_ROOTS = {"me": 1, "users": 2, "subscriptions": 0}


@dataclass(frozen=True)
class Route:
    """A method and a path below `/me` or `/users/{id}`, the permission it needs, and what answers it.

    A segment in braces takes any value and hands it to the handler under that name.
    """

    method: str
    path: str
    permission: str
    handler: Handler


@dataclass(frozen=True)
class Match:
    """What a path leads to: the route, its values, and who was named (None means `/me`)."""

    route: Route
    params: Mapping[str, str]
    user: str | None


@dataclass
class _Node:
    literal: dict[str, "_Node"] = field(default_factory=dict)
    wild: dict[str, "_Node"] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)


class Router:
    """A tree of segments; those of one's own are matched without regard to case."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node = self._root
        for segment in filter(None, route.path.split("/")):
            if segment.startswith("{"):
                node = node.wild.setdefault(segment[1:-1], _Node())
            else:
                node = node.literal.setdefault(segment.lower(), _Node())
        node.routes[route.method] = route

    def match(self, method: str, raw_path: str) -> Match:
        """The route of a path after `/v1.0`. Raises 400 for an unknown path and 405 for a wrong method."""
        segments = _segments(raw_path)
        depth = _ROOTS.get(segments[0].lower()) if segments else None
        if depth is None or len(segments) < depth:
            raise unknown_segment(segments[0] if segments else "")
        user = segments[1] if depth == 2 else None
        rest, params = _flattened(segments[depth:])
        node = self._walk(rest, params)
        if not node.routes:
            raise unknown_segment(rest[-1])
        if method not in node.routes:
            raise problem("method", {"Allow": ", ".join(sorted(node.routes))})
        return Match(node.routes[method], params, user)

    def _walk(self, segments: list[str], params: dict[str, str]) -> _Node:
        node = self._root
        for segment in segments:
            following = node.literal.get(_NAMESPACE.sub("", segment.lower(), count=1))
            if following is None:
                name, following = next(iter(node.wild.items()), ("", None))
                params[name] = segment
            if following is None:
                raise unknown_segment(segment)
            node = following
        return node


def _segments(raw_path: str) -> list[str]:
    """Unescaped segments; `mailFolders('id')` counts as two."""
    found: list[str] = []
    for raw in filter(None, raw_path.split("/")):
        segment = unquote(raw)
        keyed = _KEYED.fullmatch(segment)
        plain = _CALLED.sub(r"\1", segment)
        found += [keyed.group(1), keyed.group(2).replace("''", "'")] if keyed else [plain]
    return found


def _is_nested(lower: list[str]) -> bool:
    deep = len(lower) >= 4 and lower[0] == "mailfolders" and lower[2] == "childfolders"
    return deep and not lower[3].startswith("$") and lower[3].rpartition(".")[2] != "delta"


def _flattened(segments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Shortens folder/childFolders/folder to the last folder, and folder/messages/message to the message."""
    lower = [segment.lower() for segment in segments]
    while _is_nested(lower):
        segments = [segments[0], *segments[3:]]
        lower = [lower[0], *lower[3:]]
    inside = len(segments) >= 4 and lower[0] == "mailfolders" and lower[2] == "messages"
    if inside and not lower[3].startswith("$"):
        return segments[2:], {"folder": segments[1]}
    return segments, {}
