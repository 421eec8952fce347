"""The Graph half of the sandbox: one call in, one answer out, under one lock."""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.clouds import origin
from outlook_connector.sandbox.directory import Directory
from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.graph import gate
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.world import Ledger, World
from outlook_connector.sandbox.graph.odata import query as queries
from outlook_connector.sandbox.graph.post.delivery import arrive
from outlook_connector.sandbox.graph.prefer import parse as parse_preferences
from outlook_connector.sandbox.graph.problem import Problem, invalid_user, problem, unknown_segment
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.resources import ROUTES, uploads
from outlook_connector.sandbox.graph.routing import Router
from outlook_connector.sandbox.graph.times import to_second
from outlook_connector.sandbox.seed import build

_PREFIX = "/v1.0"
_LARGEST = 4 * 1024 * 1024
Seed = Callable[[Directory, datetime], World]


class GraphService:
    """Microsoft Graph's mail for the users of a directory.

    `base_url_getter` returns the server's address without `/v1.0`, for links in answers. `seed` builds the
    first state, once: every `reset()` begins again from a copy of it. Safe to call from many threads.
    """

    def __init__(
        self,
        clock: Clock,
        directory: Directory,
        tokens: gate.Verifier,
        base_url_getter: Callable[[], str],
        seed: Seed = build,
    ) -> None:
        self._clock = clock
        self._directory = directory
        self._tokens = tokens
        self._base_url = base_url_getter
        self._router = Router(ROUTES)
        self._lock = threading.RLock()
        self._seeded = _with_mailboxes(seed(directory, to_second(clock.now())), directory)
        self._world = self._seeded.copy()

    @property
    def ledger(self) -> Ledger:
        """What was submitted and what was delivered since the last reset."""
        return self._world.ledger

    def reset(self) -> None:
        """Back to the seed."""
        with self._lock:
            self._world = self._seeded.copy()

    def deliver(self, user_address: str, message: dict[str, Any]) -> str:
        """A mail from outside arrives in a user's inbox; returns its immutable id.

        `message` is a Graph message; `from` may be left out. Raises Problem for an unknown user or property.
        """
        with self._lock:
            user = self._directory.user(user_address)
            if user is None or user.id not in self._world.mailboxes:
                raise invalid_user(user_address)
            mailbox = self._world.mailboxes[user.id]
            return mailbox.immutable_id(arrive(self._world, mailbox, message, to_second(self._clock.now())))

    def handle(self, call: Call) -> Answer:
        """Answers one call under `/v1.0`; never raises for what a client did."""
        ids = {
            "request-id": str(uuid.uuid4()),
            "client-request-id": call.headers.get("client-request-id") or str(uuid.uuid4()),
        }
        with self._lock:
            now = self._clock.now()
            try:
                answer = self._answer(call, to_second(now))
            except Problem as refusal:
                answer = _error(refusal, ids, now)
        return Answer(answer.status, answer.body, {**ids, **answer.headers})

    def _answer(self, call: Call, now: datetime) -> Answer:
        if uploads.is_upload(call.path):
            return uploads.receive(call, self._world, now)
        caller = gate.caller_of(call.headers, self._tokens, call.host)
        if len(call.body) > _LARGEST:
            raise problem("too_large")
        if not call.path.startswith(_PREFIX):
            raise unknown_segment(call.path.split("/")[1])
        match = self._router.match(call.method, call.path.removeprefix(_PREFIX))
        request = Request(
            call=call,
            caller=caller,
            owner=gate.owner_of(match, caller, self._directory),
            world=self._world,
            directory=self._directory,
            now=now,
            base_url=origin(call, self._base_url()),
            params=match.params,
            query=queries.parse(call.query),
            prefer=parse_preferences(call.headers.get("prefer", "")),
        )
        answer = match.route.handler(request)
        applied = {"Preference-Applied": request.prefer.applied} if request.prefer.applied else {}
        return Answer(answer.status, answer.body, {**applied, **answer.headers})


def _with_mailboxes(world: World, directory: Directory) -> World:
    world.domain = directory.domain
    for user in directory.users:
        if user.has_mailbox and user.id not in world.mailboxes:
            world.mailboxes[user.id] = Mailbox.fresh(user.id, user.address, user.name)
    return world


def _error(refusal: Problem, ids: dict[str, str], now: datetime) -> Answer:
    inner = {"date": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"), **ids}
    error = {"code": refusal.code, "message": refusal.message, "innerError": inner}
    return Answer.json(refusal.status, {"error": error}, refusal.headers)
