"""Calls to Microsoft Graph: address, token, retry, deadline, and what the answer means.

The bearer token goes to the scheme, host and port of the connection's Graph endpoint and nowhere else: links that
Graph hands out are checked before they are followed, and redirects are not followed.
"""

import logging
import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import requests

from ..binding import GraphRequest, get
from ..config import Config
from ..errors import ConnectorError, GraphError, OutcomeUnknown, TransportError, UnexpectedResponse
from ..reply import Reply, error_of, retry_after
from .challenge import claims_of
from .retry import DECISIONS, Failure, Verdict, failure_of, wait
from .session import Sessions

log = logging.getLogger("outlook_connector.graph")


class Tokens(Protocol):
    """Where access tokens come from."""

    def token(self, *, rejected: str | None = None, claims: str | None = None) -> str:
        """A token to use now. ``rejected`` is one that Graph has just refused, ``claims`` what it demanded."""


@dataclass(frozen=True)
class Graph:
    """Graph, for one mailbox and one invocation. ``deadline`` is a reading of ``clock`` in seconds; where it is
    ``None``, each call has the configured time to itself."""

    config: Config
    sessions: Sessions
    tokens: Tokens
    mailbox: str | None = None
    deadline: float | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    dice: random.Random = random.Random()  # noqa: S311, RUF009 - jitter, not a secret; sharing it does no harm

    def bound(self, mailbox: str | None, each_call: bool = False) -> "Graph":
        """For one invocation, which starts now, on ``mailbox`` (``None`` is the signed-in person's)."""
        return replace(self, mailbox=mailbox, deadline=None if each_call else self.ends())

    def ends(self) -> float:
        """The reading of the clock at which what is done now must be over."""
        return self.clock() + self.config.http.deadline if self.deadline is None else self.deadline

    def call(self, request: GraphRequest) -> Reply:
        """Send the request, again where that is right, and give the answer (status below 300).

        Raises a ``GraphError``, ``AuthError``, ``TransportError`` or ``OutcomeUnknown``.
        """
        with self._answered(request, stream=False) as response:
            return reply_from(response)

    def json(self, request: GraphRequest) -> dict[str, Any]:
        """The answer's object; ``{}`` where Graph answers with nothing."""
        return self.call(request).json()

    @contextmanager
    def stream(self, request: GraphRequest, chunk: int = 1 << 16) -> Iterator[Iterator[bytes]]:
        """The answer's bytes as they come, in pieces of at most ``chunk`` bytes."""
        with self._answered(request, stream=True) as response:
            yield _pieces(response, chunk)

    def follow(self, link: str, like: GraphRequest) -> GraphRequest:
        """A request for a link that Graph handed out, with the headers of the request that led to it.

        Raises ``UnexpectedResponse`` if it leads to another scheme, host, port or API.
        """
        here, there = urlsplit(self.config.graph_url), urlsplit(link)
        if not _same_place(here, there):
            raise UnexpectedResponse(
                f"Graph's answer links to {there.hostname or 'nowhere'}, which is not the connection's Graph "
                "endpoint: the link was not followed.",
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
        found = self.json(get("/mailFolders/{parent}/childFolders", query=query, parent=parent)).get(
            "value", []
        )
        return next((str(one["id"]) for one in found if one["displayName"].lower() == name.lower()), None)

    @contextmanager
    def _answered(self, request: GraphRequest, stream: bool) -> Iterator[requests.Response]:
        attempt, doubtful, until = 0, False, self.ends()
        rejected: str | None = None
        claims: str | None = None
        while True:
            attempt += 1
            token = self.tokens.token(rejected=rejected, claims=claims)
            pause: float | None = None
            problem: ConnectorError
            try:
                response = self._send(request, token, until, stream)
            except requests.RequestException as error:
                failure, problem = _failure_of(error), _no_answer(error)
            else:
                if response.status_code < 300 or (doubtful and _already_gone(request, response)):
                    with response:
                        yield response
                    return
                reply = reply_from(response)
                if reply.status == 401 and rejected is None:
                    rejected, claims = token, claims_of(reply.headers)
                    continue
                problem = error_of(reply)
                pause = retry_after(reply.headers, _now())
                found = failure_of(reply.status, pause)
                if found is None:
                    raise problem
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
        verdict = DECISIONS[failure, request.repeatable]
        if verdict is Verdict.UNKNOWN:
            raise unknown_outcome(request, problem) from None
        seconds = wait(attempt, pause, self.dice)
        spent = attempt >= self.config.http.attempts or self.clock() + seconds > until
        if verdict is Verdict.FAIL or spent:
            problem.details["attempts"] = attempt
            raise problem from None
        log.info("attempt %d failed (%s); again in %.2f s", attempt, failure.value, seconds)
        self.sleep(seconds)

    def _send(self, request: GraphRequest, token: str, until: float, stream: bool) -> requests.Response:
        body: dict[str, Any] = {}
        if request.content is not None:
            body["data"] = request.content
        elif request.body is not None:
            body["json"] = request.body
        left = max(until - self.clock(), 0.1)
        http = self.config.http
        return self.sessions.current().request(
            request.method,
            self._address(request),
            params=dict(request.query) or None,
            headers=self._headers(request, token),
            stream=stream,
            allow_redirects=False,
            timeout=(min(http.connect_timeout, left), min(http.timeout, left)),
            **body,
        )

    def _address(self, request: GraphRequest) -> str:
        if request.root == "mailbox":
            owner = f"/users/{quote(self.mailbox, safe='')}" if self.mailbox else "/me"
            return self.config.graph_url + owner + request.path.rstrip("/")
        return self.config.graph_url + request.path

    def _headers(self, request: GraphRequest, token: str) -> dict[str, str]:
        immutable = {"IdType": "ImmutableId"} if self.config.immutable_ids else {}
        preferences = [f'{name}="{value}"' for name, value in {**immutable, **request.prefer}.items()]
        headers = {
            "Authorization": f"Bearer {token}",
            "client-request-id": str(uuid.uuid4()),
            **request.headers,
        }
        if preferences:
            headers["Prefer"] = ", ".join(preferences)
        if request.content is not None:
            headers["Content-Type"] = request.content_type
        return headers


WHERE_TO_LOOK = "Sent Items and Drafts for a mail, else the folder that the new item belongs in"


def unknown_outcome(request: GraphRequest, problem: ConnectorError) -> OutcomeUnknown:
    """The error for a request that must not be repeated blindly and whose answer is missing."""
    action = request.path.rsplit("/", 1)[-1] if request.root != "link" else "request"
    return OutcomeUnknown(
        f"The answer to {request.method} …/{action[:40]} was lost ({problem.code}), and it may have been carried "
        "out. Look before it is repeated.",
        details={
            **problem.details,
            "cause": problem.code,
            "check": "Deleted Items" if request.method == "DELETE" else WHERE_TO_LOOK,
        },
    )


def _same_place(here: Any, there: Any) -> bool:
    try:
        same = (here.scheme, here.hostname, here.port or 443) == (
            there.scheme,
            there.hostname,
            there.port or 443,
        )
    except ValueError:
        return False
    return same and here.netloc == there.netloc and there.path.startswith(here.path.rstrip("/") + "/")


def _already_gone(request: GraphRequest, response: requests.Response) -> bool:
    """A DELETE whose first answer was lost finds nothing the second time: it has been done."""
    return request.method == "DELETE" and response.status_code == 404


def _failure_of(error: requests.RequestException) -> Failure:
    return Failure.UNREACHED if _never_sent(error) else Failure.LOST


_BEFORE_SENDING = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "NameResolutionError",
    "SSLError",
    "ProxyError",
)


def _never_sent(error: BaseException) -> bool:
    """Whether the connection itself failed, by urllib3's reason; anything else may have reached the server."""
    if isinstance(error, (requests.ConnectTimeout, requests.exceptions.InvalidURL)):
        return True
    reason: Any = error.args[0] if error.args else None
    inner = getattr(reason, "reason", reason)
    return type(inner).__name__ in _BEFORE_SENDING


def _no_answer(error: requests.RequestException) -> TransportError:
    request = error.request
    host = urlsplit(str(request.url)).netloc if request is not None else "Graph"
    kind = type(getattr(error.args[0], "reason", error.args[0]) if error.args else error).__name__
    advice = _HINTS.get(kind, "Check the network, `http.proxy` and `http.timeout`.")
    return TransportError(
        f"No answer from {host} ({kind}). {advice}",
        retryable=True,
        details={"host": host, "cause": kind, "advice": advice},
    )


_HINTS: Mapping[str, str] = {
    "SSLError": "The server's certificate is not trusted: set `http.caBundle` to the authority that signed it, such "
    "as your proxy's.",
    "NameResolutionError": "The name was not found: check the network, `cloud` and `graphUrl`.",
    "ProxyError": "The proxy refused: check `http.proxy`.",
}


def reply_from(response: requests.Response) -> Reply:
    """The whole answer, read to its end."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, response.content)


def _pieces(response: requests.Response, chunk: int) -> Iterator[bytes]:
    try:
        yield from response.iter_content(chunk)
    except requests.RequestException as error:
        raise _no_answer(error) from None


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def is_missing(error: GraphError) -> bool:
    """Whether Graph says that what was asked for is not there."""
    return error.status in (404, 410)
