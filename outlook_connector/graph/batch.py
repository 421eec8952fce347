"""Many calls in few: batches of 20, one in flight at a time, and only the parts that failed are sent again.

Outlook works on four parts of a batch at once, which is all that a mailbox takes, so a batch waits until it has the
mailbox alone, whatever thread or worker uses it (see ``limits``). https://learn.microsoft.com/graph/json-batching
"""

import base64
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

from ..binding import GraphRequest
from ..errors import ConnectorError, UnexpectedResponse
from ..reply import Reply, error_of, retry_after
from .client import BATCH, Graph
from .outcome import unknown_outcome
from .retry import DECISIONS, Verdict, failure_of, wait
from .shaping import content, part

PARTS = 20
"""Requests of one batch at most."""
WHOLE = 3_900_000
"""Bytes of one batch at most, about: Graph takes 4 MB in one request."""
ABOUT = 3_000
"""Bytes of a part beside its body."""
MAILBOXES = 8
"""Mailboxes that batches go to at the same time."""

Taken = TypeVar("Taken")
Outcome = Reply | ConnectorError
"""What became of one request: Graph's good answer, or the error that the call alone would have raised."""


def run(graph: Graph, requests: Sequence[GraphRequest]) -> list[Outcome]:
    """What became of each request, in their order.

    Raises only where the first batch fails as a whole, so that nothing has been done.
    """
    outcomes: list[Outcome] = []
    for chunk in _chunks(requests):
        try:
            outcomes += _batch(graph, chunk)
        except ConnectorError as error:
            if not outcomes:
                raise
            outcomes += [error] * len(chunk)
    return outcomes


def _chunks(requests: Sequence[GraphRequest]) -> Iterator[Sequence[GraphRequest]]:
    """What goes together: so many at most, and no more bytes than one request may have."""
    begun, size = 0, 0
    for at, request in enumerate(requests):
        more = ABOUT + len(content(request) or b"")
        if at > begun and (at - begun == PARTS or size + more > WHOLE):
            yield requests[begun:at]
            begun, size = at, 0
        size += more
    if requests:
        yield requests[begun:]


def side_by_side(calls: Sequence[tuple[Graph, GraphRequest]]) -> list[Outcome]:
    """As ``run``, for calls to several mailboxes: the batches of one follow one another, those of several go out at
    the same time. Raises only where nothing has been done in any of them."""
    mailboxes: dict[str, list[int]] = {}
    for at, (graph, _) in enumerate(calls):
        mailboxes.setdefault(graph.owner(), []).append(at)
    groups = list(mailboxes.values())
    with ThreadPoolExecutor(max(1, min(len(groups), MAILBOXES)), "outlook-batch") as pool:
        told = list(pool.map(lambda group: _attempted([calls[at] for at in group]), groups))
    failed = [one for one in told if isinstance(one, ConnectorError)]
    if told and len(failed) == len(told):
        raise failed[0]
    outcomes: dict[int, Outcome] = {}
    for group, one in zip(groups, told, strict=True):
        each = [one] * len(group) if isinstance(one, ConnectorError) else one
        outcomes.update(zip(group, each, strict=True))
    return [outcomes[at] for at in range(len(calls))]


def _attempted(calls: Sequence[tuple[Graph, GraphRequest]]) -> list[Outcome] | ConnectorError:
    try:
        return run(calls[0][0], [request for _, request in calls])
    except ConnectorError as error:
        return error


def told(
    graph: Graph, request: GraphRequest, outcome: Outcome, take: Callable[[Reply], Taken]
) -> Taken | ConnectorError:
    """What ``take`` makes of a good answer, or what went wrong: with this part, so that the others are told too."""
    if isinstance(outcome, ConnectorError):
        return outcome
    try:
        with graph.understood(request):
            return take(outcome)
    except ConnectorError as problem:
        return problem


def _batch(graph: Graph, requests: Sequence[GraphRequest]) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    waiting, attempt = list(range(len(requests))), 0
    while waiting:
        attempt += 1
        parts = {number: requests[number] for number in waiting}
        try:
            whole = envelope(graph, parts)
            answer = graph.json(whole)
            with graph.understood(whole):
                replies = replies_of(answer, waiting)
        except ConnectorError as error:
            if attempt == 1:
                raise
            return [outcomes.get(number, error) for number in range(len(requests))]
        again = {number: reply for number, reply in replies.items() if _again(graph, parts[number], reply)}
        seconds = max((wait(attempt, _pause(one), graph.dice) for one in again.values()), default=0.0)
        spent = attempt >= graph.config.http.attempts or graph.clock() + seconds > graph.ends()
        if spent or not _affords(graph, again.values()):
            again = {}
        outcomes |= {n: outcome(graph, parts[n], one) for n, one in replies.items() if n not in again}
        waiting = sorted(again)
        if waiting:
            graph.seen.retried("parts", seconds)
            graph.sleep(seconds)
    return [outcomes[number] for number in range(len(requests))]


def envelope(graph: Graph, parts: Mapping[int, GraphRequest]) -> GraphRequest:
    """One request for all parts, whose numbers are their ids; it may be repeated where every part may."""
    body = {
        "requests": [
            {"id": str(number), **part(graph.config, graph.mailbox, one)} for number, one in parts.items()
        ]
    }
    repeatable = all(graph.repeatable(one) for one in parts.values())
    return GraphRequest("POST", BATCH, body=body, root="service", repeatable=repeatable, parts=len(parts))


def replies_of(answer: Mapping[str, Any], numbers: Sequence[int]) -> dict[int, Reply]:
    """The answer of each part; they come in no promised order. Raises ``UnexpectedResponse`` where one is missing."""
    responses = answer.get("responses")
    listed = responses if isinstance(responses, list) else []
    found = {str(one.get("id")): one for one in listed if isinstance(one, dict)}
    if any(str(number) not in found for number in numbers):
        raise UnexpectedResponse("Graph's answer to a batch does not answer every part.")
    return {number: _reply(found[str(number)]) for number in numbers}


def _reply(part: Mapping[str, Any]) -> Reply:
    status, named = part.get("status"), part.get("headers") or {}
    if not isinstance(status, int) or not isinstance(named, dict):
        raise UnexpectedResponse(
            "Graph's answer to a part of a batch has no status, or headers of another form."
        )
    headers = {str(name).lower(): str(value) for name, value in named.items()}
    body = part.get("body")
    if body is None or isinstance(body, str):
        return Reply(status, headers, _bytes(body or ""))
    return Reply(status, headers, b"", body)


def _bytes(body: str) -> bytes:
    """What is no JSON comes as a text in base64."""
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        return body.encode()


def _pause(reply: Reply) -> float | None:
    return retry_after(reply.headers, datetime.now(UTC))


def _affords(graph: Graph, refused: Collection[Reply]) -> bool:
    """One more batch is one more request, unless each part was throttled, which costs nothing."""
    failed = [one for one in refused if one.status != 429]
    return not failed or graph.affords(error_of(failed[0]))


def _again(graph: Graph, request: GraphRequest, reply: Reply) -> bool:
    failure = failure_of(reply.status, _pause(reply)) if reply.status >= 300 else None
    return failure is not None and DECISIONS[failure, graph.repeatable(request)] is Verdict.AGAIN


def outcome(graph: Graph, request: GraphRequest, reply: Reply) -> Outcome:
    """What a part's last answer means, as it would for the call alone."""
    if 200 <= reply.status < 300:
        return reply
    failure, problem = failure_of(reply.status, _pause(reply)), error_of(reply)
    if failure is not None and DECISIONS[failure, graph.repeatable(request)] is Verdict.UNKNOWN:
        return unknown_outcome(request, problem)
    return problem
