"""Collections: a listing is a function from a state to a page, and a cursor is a state that the caller holds.

A state is a JSON value; ``None`` is the beginning. The simplest is Graph's own ``@odata.nextLink``, followed as it
is (https://learn.microsoft.com/graph/paging).
"""

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import field
from functools import lru_cache
from itertools import islice
from threading import Thread
from typing import TYPE_CHECKING, Any

from ..binding import GraphRequest
from ..errors import ConnectorError, InvalidInput, UnexpectedResponse
from ..frozen import frozen
from .client import Graph

if TYPE_CHECKING:
    from concurrent.futures import Future

DEFAULT_LIMIT = 100
LARGEST_PAGE = 1000
PACE = frozenset({"cursor", "limit", "pageSize"})
"""The inputs that say how much of a list is wanted, and not which."""
SEAL = 16
"""Bytes of a cursor's seal."""
State = Any
_compact = json.JSONEncoder(separators=(",", ":")).encode


@frozen
class Page:
    """Items, the state of the page after it (``None`` at the end), and why the list ends early if it does."""

    items: list[dict[str, Any]]
    following: State | None
    incomplete: str | None = None


Listing = Callable[[State | None], Page]


def listing(graph: Graph, first: GraphRequest) -> Listing:
    """The pages of ``first``, each led to by the one before it."""

    def fetch(state: State | None) -> Page:
        request = first if state is None else graph.follow(str(state), first)
        return page_of(graph.json(request))

    return fetch


def walk(fetch: Listing) -> Iterator[Page]:
    """Page after page, to the end. Raises ``UnexpectedResponse`` where one leads to itself."""
    state: State | None = None
    while True:
        page = fetch(state)
        yield page
        if page.following is None:
            return
        _check_progress(state, page.following)
        state = page.following


def page_of(answer: dict[str, Any]) -> Page:
    """A page from Graph's answer. Raises ``UnexpectedResponse`` where it has no list of objects."""
    items = answer.get("value")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise UnexpectedResponse("Graph's answer to a list has no list of objects in `value`.")
    link = answer.get("@odata.nextLink")
    if link is not None and not isinstance(link, str):
        raise UnexpectedResponse("Graph's answer to a list has no address in `@odata.nextLink`.")
    return Page(items, link)


def page_size(values: dict[str, Any], fallback: int = DEFAULT_LIMIT) -> int:
    """How many items to ask for at a time: never more than the caller wants in all."""
    limit = values.get("limit") or fallback
    return int(min(values.get("pageSize") or min(limit, DEFAULT_LIMIT), limit, LARGEST_PAGE))


@frozen
class Place:
    """Whose cursor it is: it is refused for another operation, mailbox or input (``inputs`` is a digest of it), and
    where it was not made with ``key``, since a cursor holds a link that the connection's token would be sent along."""

    operation: str
    owner: str
    key: bytes = field(repr=False)
    inputs: str = ""

    def encode(self, state: State, offset: int) -> str:
        told = [self.operation, self.owner, self.inputs, state, offset]
        text = _compact(told).encode()
        return base64.urlsafe_b64encode(self._seal(text) + text).decode("ascii")

    def decode(self, cursor: str) -> tuple[State | None, int]:
        """The state and the offset within its page. Raises ``InvalidInput``."""
        try:
            sealed = base64.urlsafe_b64decode(cursor.encode("ascii"))
        except ValueError:
            sealed = b""
        seal, text = sealed[:SEAL], sealed[SEAL:]
        if not hmac.compare_digest(seal, self._seal(text)):
            told = "must be the nextCursor of an earlier answer (of a poll: its cursor), unchanged"
            raise InvalidInput.of([("/cursor", told)])
        operation, owner, inputs, state, offset = json.loads(text)
        if (operation, owner) != (self.operation, self.owner):
            told = f"belongs to {operation} of the mailbox {owner}; use it there, or start without one"
            raise InvalidInput.of([("/cursor", told)])
        if inputs != self.inputs:
            told = "belongs to a list with other inputs: give those again, or start without a cursor"
            raise InvalidInput.of([("/cursor", told)])
        return state, int(offset)

    def _seal(self, text: bytes) -> bytes:
        seal = _keyed(self.key).copy()
        seal.update(text)
        return seal.digest()[:SEAL]


@lru_cache(maxsize=64)
def _keyed(key: bytes) -> hmac.HMAC:
    """To copy: OpenSSL takes four times as long to make one as to use it."""
    return hmac.new(key, digestmod="sha256")


def collect(fetch: Listing, place: Place, cursor: str | None, limit: int) -> dict[str, Any]:
    """``{"value", "nextCursor"}`` with at most ``limit`` items, and ``"incomplete"`` where Graph ends early."""
    state, offset = place.decode(cursor) if cursor else (None, 0)
    items: list[dict[str, Any]] = []
    while True:
        page = fetch(state)
        taken = page.items[offset : offset + limit - len(items)]
        items += taken
        offset += len(taken)
        if offset < len(page.items):
            return {"value": items, "nextCursor": place.encode(state, offset)}
        state, before, offset = page.following, state, 0
        if state is None or len(items) >= limit:
            break
        _check_progress(before, state)
    found: dict[str, Any] = {"value": items, "nextCursor": None if state is None else place.encode(state, 0)}
    return {**found, **({"incomplete": page.incomplete} if page.incomplete else {})}


def iterate(fetch: Listing, place: Place, cursor: str | None, limit: int | None) -> Iterator[dict[str, Any]]:
    """The items one by one; all of them where ``limit`` is ``None``. The next page is asked for, in a thread of its
    own, once the caller has taken half of the present one: who stops early costs no request."""
    state, offset = place.decode(cursor) if cursor else (None, 0)
    return islice(_items(fetch, state, offset, limit), limit)


def _items(fetch: Listing, state: State | None, offset: int, limit: int | None) -> Iterator[dict[str, Any]]:
    page, left = fetch(state), float("inf") if limit is None else limit
    while True:
        items = page.items[offset:]
        goes_on = page.following is not None and left > len(items)
        middle = len(items) // 2
        yield from items[:middle]
        ahead = _in_background(fetch, page.following) if goes_on else None
        yield from items[middle:]
        if ahead is None:
            if page.following is None and page.incomplete and left > len(items):
                raise _incomplete(page.incomplete)
            return
        state, before = page.following, state
        _check_progress(before, state)
        page, offset, left = ahead.result(), 0, left - len(items)


def _incomplete(why: str) -> ConnectorError:
    """After the last item, so that nobody takes a part for the whole."""
    told = f"The list ends early: {why}. Ask for less at a time, such as for a shorter span of time."
    return ConnectorError(told, code="incomplete", details={"why": why})


def _in_background(fetch: Listing, state: State) -> "Future[Page]":
    """The page, fetched in a thread that no caller's exit waits for."""
    from concurrent.futures import Future  # late: most lists are read by one page

    future: Future[Page] = Future()

    def work() -> None:
        try:
            future.set_result(fetch(state))
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            future.set_exception(error)

    Thread(target=work, name="outlook-next-page", daemon=True).start()
    return future


def _check_progress(before: State | None, after: State) -> None:
    """A page that leads to itself would be read for ever."""
    if before == after:
        raise UnexpectedResponse("Graph's answer links to itself: the list was left off.")
