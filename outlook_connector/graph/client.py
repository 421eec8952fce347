"""Calls to Microsoft Graph: address, token, retry, deadline, and what the answer means.

The bearer token goes to the scheme, host and port of the connection's Graph endpoint and nowhere else: links that
Graph hands out are checked before they are followed, and redirects are not followed.
"""

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

import requests

from ..auth import TokenSource
from ..binding import GraphRequest, get
from ..config import Config
from ..errors import ConnectorError, Throttled, TransportError, UnexpectedResponse
from ..frozen import changed, frozen
from ..progress import Moving, Report, silent
from ..reply import Reply, error_of, retry_after, text_of
from ..telemetry import UNSEEN, Unseen
from . import shaping
from .addresses import same_place
from .bearer import Bearer
from .budget import Budget
from .gate import Want
from .limits import Limits
from .outcome import already_gone, may_have_moved, unknown_outcome
from .retry import DECISIONS, Failure, Verdict, wait
from .retry import failure_of as failure_of_status
from .session import Sessions
from .wire import BROKEN, Body, failure_of, no_answer, read

log = logging.getLogger("outlook_connector.graph")

Taken = TypeVar("Taken")


@frozen
class Graph:
    """Graph, for one mailbox and one invocation. ``deadline`` is a reading of ``clock`` in seconds; where it is
    ``None``, each call has the configured time to itself. ``progress`` hears of bytes and messages moved, and
    ``moving`` puts the deadline off by the seconds for which a large file was on its way. ``seen`` hears of requests,
    waits and repetitions."""

    config: Config
    sessions: Sessions
    tokens: TokenSource
    limits: Limits
    budget: Budget
    mailbox: str | None = None
    deadline: float | None = None
    progress: Report = silent
    moving: Moving = field(default_factory=Moving)
    seen: Unseen = UNSEEN
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    dice: random.Random = random.Random()  # noqa: S311 - jitter, not a secret; sharing it does no harm

    def bound(self, mailbox: str | None, each_call: bool = False, seen: Unseen | None = None) -> "Graph":
        """For one invocation, which starts now, on ``mailbox`` (``None`` is the signed-in person's), looked at
        by ``seen``, or by whoever does already."""
        deadline = None if each_call else self.ends()
        return changed(self, mailbox=mailbox, deadline=deadline, moving=Moving(), seen=seen or self.seen)

    def ends(self) -> float:
        """The reading of the clock at which what is done now must be over."""
        if self.deadline is None:
            return self.clock() + self.config.http.deadline
        return self.deadline + self.moving.seconds

    def call(self, request: GraphRequest) -> Reply:
        """Send the request, again where that is right, and give the answer (status below 300).

        Raises a ``GraphError``, ``AuthError``, ``TransportError`` or ``OutcomeUnknown``.
        """

        def whole(response: requests.Response, until: float, under_way: ExitStack) -> Reply:
            with self.understood(request):
                return read(response, until, self.clock)

        reply = self._repeat(request, whole)
        gone = reply.status >= 300  # already, as was asked for
        return Reply(204, reply.headers, b"") if gone else reply

    def json(self, request: GraphRequest) -> dict[str, Any]:
        """The answer's object; ``{}`` where Graph answers with nothing."""
        reply = self.call(request)
        with self.understood(request):
            return reply.json()

    def made(self, request: GraphRequest) -> dict[str, Any]:
        """The answer's object, a new item, whose id Graph has to give."""
        answer = self.json(request)
        with self.understood(request):
            text_of(answer, "id")
        return answer

    @contextmanager
    def understood(self, request: GraphRequest) -> Iterator[None]:
        """The good answer to ``request`` is taken apart in the block, and nothing is asked in it. Where the answer is
        no good, and the request must not be repeated, the outcome is as unknown as if it had been lost: raises
        ``OutcomeUnknown``."""
        try:
            yield
        except UnexpectedResponse as problem:
            if self.repeatable(request):
                raise
            raise unknown_outcome(request, problem) from None

    @contextmanager
    def stream(self, request: GraphRequest) -> Iterator[Body]:
        """The answer's bytes as they come; the next ones always have the configured time to arrive. The call is under
        way until the block ends, so that no other one may be made in it. They are asked for uncompressed: where a
        compressed stream breaks off, nobody would notice."""
        request = replace(request, headers={**request.headers, "Accept-Encoding": "identity"})
        response, under_way = self._repeat(
            request, lambda response, until, under_way: (response, under_way.pop_all())
        )
        with under_way, response:
            yield Body(response)

    def follow(self, link: str, like: GraphRequest) -> GraphRequest:
        """A request for a link that Graph handed out, with the headers of the request that led to it.

        Raises ``UnexpectedResponse`` if it leads to another scheme, host, port or API.
        """
        if not same_place(self.config.graph_url, link):
            raise UnexpectedResponse(
                "Graph's answer links to a place that is not the connection's Graph endpoint: the link was not "
                "followed.",
            )
        return replace(like, path=link[len(self.config.graph_url) :], query={}, root="link")

    def child_folder(self, parent: str, name: str) -> str | None:
        """The id of the folder called ``name`` (case does not matter) directly in ``parent``."""
        quoted = name.replace("'", "''")
        query = {
            "$filter": f"displayName eq '{quoted}'",
            "$select": "id,displayName",
            "includeHiddenFolders": "true",
        }
        found = self.json(get("/mailFolders/{parent}/childFolders", query=query, parent=parent)).get("value")
        for one in found if isinstance(found, list) else []:
            if isinstance(one, dict) and str(one.get("displayName")).lower() == name.lower():
                return str(one.get("id"))
        return None

    def _repeat(
        self, request: GraphRequest, take: Callable[[requests.Response, float, ExitStack], Taken]
    ) -> Taken:
        """Send the request until ``take`` has what it wants of a good answer, or no repetition is right."""
        attempt, doubtful, until = 0, False, self.ends()
        content = shaping.content(request)
        bearer = Bearer(self.tokens)
        while True:
            attempt += 1
            if self.clock() > until:
                raise TransportError(
                    "The time of http.deadline was over before Graph had answered.", retryable=True
                )
            token = bearer.token(until - self.clock())
            pause: float | None = None
            problem: ConnectorError
            try:
                with ExitStack() as under_way:
                    self._pass(request, content, until, under_way)
                    response = self._send(request, content, token, (attempt, until, under_way))
                    status = response.status_code
                    if status < 300 or (doubtful and already_gone(request, status)):
                        taken = take(response, until, under_way)
                        self.budget.earn()
                        return taken
                    reply = read(response, until, self.clock)
            except BROKEN as error:
                failure, problem = failure_of(error), no_answer(error)
            else:
                if reply.status == 401 and bearer.replaced(token, reply.headers, until - self.clock()):
                    continue
                problem = error_of(reply)
                pause = retry_after(reply.headers, datetime.now(UTC))
                found = failure_of_status(reply.status, pause)
                if found is None:
                    lost = doubtful and may_have_moved(request, reply.status)
                    raise unknown_outcome(request, problem) if lost else problem
                failure = found
            doubtful = doubtful or failure in (Failure.LOST, Failure.UNAVAILABLE, Failure.BROKEN)
            self._pause_or_raise(request, failure, problem, (attempt, until, pause))

    def _pause_or_raise(
        self,
        request: GraphRequest,
        failure: Failure,
        problem: ConnectorError,
        progress: tuple[int, float, float | None],
    ) -> None:
        """Wait for the next attempt, or raise what the failure means when there is none."""
        attempt, until, pause = progress
        verdict = DECISIONS[failure, self.repeatable(request)]
        if verdict is Verdict.UNKNOWN:
            raise unknown_outcome(request, problem) from None
        seconds = wait(attempt, pause, self.dice)
        spent = attempt >= self.config.http.attempts or self.clock() + seconds > until
        if verdict is Verdict.FAIL or spent or not self.affords(problem):
            problem.details["attempts"] = attempt
            raise problem from None
        self.seen.retried(failure.name.lower(), seconds)
        told = {"attempt": attempt, "failure": failure.name.lower(), "wait": round(seconds, 3)}
        log.info("attempt %d failed (%s); again in %.2f s", attempt, failure.value, seconds, extra=told)
        self.sleep(seconds)

    def affords(self, problem: ConnectorError) -> bool:
        """Whether one more repetition is in the budget, after this problem. Where it is not, ``details`` say so."""
        if isinstance(problem, Throttled) or self.budget.spend():
            return True
        problem.details["retryBudget"] = "spent"
        log.info("a call was not repeated (%s): the retry budget is spent", problem.code)
        return False

    def _pass(self, request: GraphRequest, content: bytes | None, until: float, under_way: ExitStack) -> None:
        """Wait until the limits of the mailbox allow the call, which is then under way until the stack unwinds."""
        if request.root == "service" and request.path != BATCH:
            return
        sent = len(content or b"") + request.announced
        want = Want(min(request.parts, self.limits.concurrent), request.parts, sent)
        self.seen.waited("limits", under_way.enter_context(self.limits.passing(self.owner(), want, until)))

    def owner(self) -> str:
        """Whose mailbox it is, as the limits and locks name it."""
        return self.config.owner(self.mailbox)

    def repeatable(self, request: GraphRequest) -> bool:
        """An action such as a move finds its item again only by an id that stays."""
        by_id = request.method == "POST" and request.path.endswith(("/move", "/copy"))
        return request.repeatable and (self.config.immutable_ids or not by_id)

    def _send(
        self, request: GraphRequest, content: bytes | None, token: str, progress: tuple[int, float, ExitStack]
    ) -> requests.Response:
        attempt, until, under_way = progress
        left = max(until - self.clock(), 0.1)
        http, base, name = self.config.http, self.config.graph_url, shaping.guid()
        address = shaping.address(self.config, self.mailbox, request)
        exchange = under_way.enter_context(self.seen.request(request.method, base, address, (attempt, name)))
        own = {"Authorization": f"Bearer {token}", "client-request-id": name}
        response = self.sessions.send(
            request.method,
            f"{address}?{urlencode(request.query)}" if request.query else address,
            {**own, **shaping.headers(self.config, request)},
            content,
            min(http.timeout, left),
        )
        exchange.answered(response.status_code, response.headers)
        return response


BATCH = "/$batch"
