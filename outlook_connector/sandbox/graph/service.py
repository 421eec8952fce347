"""The Graph half of the sandbox: one call in, one answer out, under one lock."""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.clouds import origin
from outlook_connector.sandbox.directory import Directory
from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.graph import batch, gate
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.world import Ledger, World
from outlook_connector.sandbox.graph.odata import query as queries
from outlook_connector.sandbox.graph.post.delivery import arrive
from outlook_connector.sandbox.graph.post_office import PostOffice
from outlook_connector.sandbox.graph.prefer import parse as parse_preferences
from outlook_connector.sandbox.graph.problem import Problem, invalid_user, problem, unknown_segment
from outlook_connector.sandbox.graph.request import Outside, Request
from outlook_connector.sandbox.graph.resources import ROUTES, uploads
from outlook_connector.sandbox.graph.routing import Router
from outlook_connector.sandbox.graph.switches import Switches
from outlook_connector.sandbox.graph.throttle import AT_ONCE, Place, Throttle, Ticket
from outlook_connector.sandbox.graph.times import to_second
from outlook_connector.sandbox.seed import build
from outlook_connector.sandbox.tokens import Caller

_PREFIX = "/v1.0"
_LARGEST = 4 * 1024 * 1024
Seed = Callable[[Directory, datetime], World]


@dataclass
class _Shared:
    """What the parts of a batch have in common: who asks, and what counts them."""

    authorization: str = field(repr=False)
    caller: Caller
    tickets: dict[Place, Ticket] = field(default_factory=dict)


class GraphService:
    """Microsoft Graph's mail for the users of a directory.

    `base_url_getter` returns the server's address without `/v1.0`, for links in answers. `seed` builds the
    first state, once: every `reset()` begins again from a copy of it. Safe to call from many threads.

    `switches` are what tests can order, and `throttle` counts what each app asks of each mailbox; `throttling`
    says whether its limits hold at the start. `intercept`, where it is set, sees every part of a batch first and may
    answer in its place, so that faults ordered for a request hit it inside a batch as well.
    """

    def __init__(
        self,
        clock: Clock,
        directory: Directory,
        tokens: gate.Verifier,
        base_url_getter: Callable[[], str],
        seed: Seed = build,
        *,
        throttling: bool = False,
    ) -> None:
        self._clock = clock
        self._directory = directory
        self._tokens = tokens
        self._base_url = base_url_getter
        self._throttling = throttling
        self.switches = Switches(throttling=throttling)
        self.throttle = Throttle()
        self.intercept: Callable[[Call], Answer | None] | None = None
        self._post = PostOffice(clock, directory, tokens, base_url_getter)
        self._router = Router(ROUTES)
        self._lock = threading.RLock()
        self._seeded = _with_mailboxes(seed(directory, to_second(clock.now())), directory)
        self._world = self._seeded.copy()

    @property
    def ledger(self) -> Ledger:
        """What was submitted and what was delivered since the last reset."""
        return self._world.ledger

    def reset(self) -> None:
        """Back to the seed, with every switch as at the start."""
        with self._lock:
            self.switches = Switches(throttling=self._throttling)
            self.throttle.reset()
            self._world = self._seeded.copy()
            self._post.courier.drop_all()

    def forget_sync_states(self) -> None:
        """Loses what delta tokens stand for: the next use of each is answered 410, and clients begin again."""
        with self._lock:
            self._world.sync.forget()

    def lifecycle(self, event: str, subscription_id: str | None = None) -> int:
        """Sends a lifecycle event for one subscription, or for all that have a lifecycle URL; returns how many.

        `event` is `reauthorizationRequired`, `subscriptionRemoved` (which ends them) or `missed`.
        """
        with self._lock:
            return self._post.lifecycle(self._world, event, subscription_id)

    @property
    def notifications(self) -> list[dict[str, Any]]:
        """What arrived at the sandbox's own receiver since the last reset, oldest first."""
        return self._post.courier.receiver.all()

    def wait_for_notifications(self, seconds: float = 10.0) -> bool:
        """Waits until all notifications are sent or given up; false where that took longer."""
        return self._post.courier.wait(seconds)

    def deliver(self, user_address: str, message: dict[str, Any]) -> str:
        """A mail from outside arrives in a user's inbox; returns its immutable id.

        `message` is a Graph message; `from` may be left out. Raises Problem for an unknown user or property.
        """
        with self._lock:
            user = self._directory.user(user_address)
            if user is None or user.id not in self._world.mailboxes:
                raise invalid_user(user_address)
            mailbox = self._world.mailboxes[user.id]
            arrived = arrive(self._world, mailbox, message, to_second(self._clock.now()))
            self._post.announce(self._world, self.switches)
            return mailbox.immutable_id(arrived)

    def handle(self, call: Call) -> Answer:
        """Answers one call under `/v1.0`; never raises for what a client did."""
        return self._handled(call, lambda: self._batch(call) if batch.is_batch(call) else self._single(call))

    def _handled(self, call: Call, work: Callable[[], Answer]) -> Answer:
        ids = {
            "request-id": str(uuid.uuid4()),
            "client-request-id": call.headers.get("client-request-id") or str(uuid.uuid4()),
        }
        try:
            answer = work()
        except Problem as refusal:
            answer = _error(refusal, ids, self._clock.now())
        return Answer(answer.status, answer.body, {**ids, **answer.headers})

    def _batch(self, call: Call) -> Answer:
        caller = gate.caller_of(call.headers, self._tokens, call.host)
        if len(call.body) > _LARGEST:
            raise problem("too_large")
        parts = batch.parts_of(call)
        shared = _Shared(call.headers["authorization"], caller)
        places = Counter(place for part in parts if (place := self._place(part.call, shared)))
        with ExitStack() as stack:
            for place, number in places.items():
                slots = min(AT_ONCE, number)
                shared.tickets[place] = stack.enter_context(self.throttle.running(place, slots))
            return batch.run(parts, lambda part: self._part(part, shared))

    def _place(self, call: Call, shared: _Shared) -> Place | None:
        try:
            return self._asked(call, shared).place
        except Problem:
            return None

    def _part(self, call: Call, shared: _Shared) -> Answer:
        """One part of a batch, unless a fault that was ordered for it answers in its place."""
        ordered = self.intercept(call) if self.intercept else None
        return ordered or self._handled(call, lambda: self._single(call, shared))

    def _single(self, call: Call, shared: _Shared | None = None) -> Answer:
        tickets = shared.tickets if shared else {}
        if uploads.is_upload(call.path):
            with self._counted(uploads.place_of(call, self._world), call, tickets), self._lock:
                return uploads.receive(call, self._world, to_second(self._clock.now()))
        asked = self._asked(call, shared)
        with self._counted(asked.place, call, tickets), self._lock:
            answer, outside = self._answer(call, asked, to_second(self._clock.now()))
            self._post.announce(self._world, self.switches)
        if outside is None:
            return answer
        result = outside.work()
        with self._lock:
            return outside.then(result)

    @contextmanager
    def _counted(self, place: Place | None, call: Call, tickets: Mapping[Place, Ticket]) -> Iterator[None]:
        """Under way until the block ends, for a batch's part under the batch's ticket. Raises 429."""
        with ExitStack() as stack:
            if place is not None:
                ticket = tickets.get(place) or stack.enter_context(self.throttle.running(place))
                size, refuse = len(call.body), self.switches.throttling
                self.throttle.count(ticket, call.method, size, self._clock.now(), refuse=refuse)
                time.sleep(self.switches.service_seconds / ticket.slots)
            yield

    def _asked(self, call: Call, shared: _Shared | None = None) -> gate.Asked:
        if shared is not None and call.headers.get("authorization") == shared.authorization:
            caller = shared.caller
        else:
            caller = gate.caller_of(call.headers, self._tokens, call.host)
        if len(call.body) > _LARGEST:
            raise problem("too_large")
        if not call.path.startswith(_PREFIX):
            raise unknown_segment(call.path.split("/")[1])
        match = self._router.match(call.method, call.path.removeprefix(_PREFIX))
        return gate.Asked(caller, match, gate.owner_of(match, caller, self._directory))

    def _answer(self, call: Call, asked: gate.Asked, now: datetime) -> tuple[Answer, Outside | None]:
        request = Request(
            call=call,
            caller=asked.caller,
            owner=asked.owner,
            world=self._world,
            directory=self._directory,
            now=now,
            base_url=origin(call, self._base_url()),
            params=asked.match.params,
            query=queries.parse(call.query),
            prefer=parse_preferences(call.headers.get("prefer", "")),
            switches=self.switches,
            courier=self._post.courier,
        )
        answer = asked.match.route.handler(request)
        applied = {"Preference-Applied": request.prefer.applied} if request.prefer.applied else {}
        return Answer(answer.status, answer.body, {**applied, **answer.headers}), request.outside


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
