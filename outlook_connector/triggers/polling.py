"""``poll``: the events since a cursor, and the cursor after them.

Giving the new cursor back says that its events were taken over; giving the old one again gives the same events again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ..context import Context
from ..errors import InvalidInput
from ..graph.paging import DEFAULT_LIMIT, Place
from ..sent import digest
from .events import Event, bare, event, restored
from .source import Happening, Source, State, Subject, seconds
from .states import Kept, Row, States, taken_over

PAGES = 20
"""Pages that one poll reads at most: what is left over is told by ``more``."""
TRIES = 5
FREE = ("cursor", "limit", "since", "mailbox")
"""Inputs that may be others at the next poll: they do not change what is watched."""
Make = Callable[[Context, dict[str, Any]], Source]


def lasting(context: Context) -> Context:
    """The context with ids that do not change when a message moves, whatever the connection uses elsewhere: Graph takes
    them everywhere. https://learn.microsoft.com/graph/outlook-immutable-id"""
    graph = context.graph
    return replace(context, graph=replace(graph, config=replace(graph.config, immutable_ids=True)))


class Answer(NamedTuple):
    """``told`` is ``{"value": [event, ...], "cursor", "more"}``. ``looked``: the ids that notifications named were
    looked at, and what came of it is kept. ``subject`` is what the trigger can be notified of."""

    told: dict[str, Any]
    looked: bool
    subject: Subject | None


class _Read(NamedTuple):
    state: State
    events: list[Event]
    more: bool
    looked: bool


@dataclass(frozen=True)
class Poll:
    """One poll of a trigger. ``given`` is the checked input as the host wrote it, without its mailbox; ``values`` gives
    it in Graph's form, which may need look-ups and is asked for once, when there is no cursor. ``ids`` are of messages
    that notifications named."""

    trigger: str
    context: Context
    make: Make
    given: Mapping[str, Any]
    values: Callable[[], dict[str, Any]]
    ids: tuple[str, ...] = ()

    def run(self) -> Answer:
        """The events and the cursor after them. Raises ``InvalidInput`` for a cursor of something else."""
        if "cursor" not in self.given:
            return self._first()
        for _ in range(TRIES):
            answer = self._next(self._states.find(self.given["cursor"]))
            if answer is not None:
                return answer
        raise taken_over()

    def _first(self) -> Answer:
        values = {name: one for name, one in self.values().items() if name not in FREE}
        source = self._source(values)
        since = seconds(self.given, "since") if "since" in self.given else None
        read = self._read(source, source.begin(since))
        row = Row(self._inputs, values, read.state, self._day)
        return self._answer(self._states.add(row), read.events, read.more, source, looked=read.looked)

    def _next(self, kept: Kept) -> Answer | None:
        """The answer; ``None`` where another worker has gone on from the same state meanwhile."""
        row = kept.row
        if row.inputs != self._inputs:
            told = "belongs to another input: give the filters and the folder as they were"
            raise InvalidInput.of([("/cursor", told)])
        source = self._source(row.values)
        if row.answer is not None:
            events = restored(self.context, row.answer["events"])
            return self._answer(row.answer["next"], events, row.answer["more"], source)
        read = self._read(source, row.state)
        if not read.events:
            kept_up = (read.state == row.state and row.day == self._day) or self._states.replace(
                kept, replace(row, state=read.state, day=self._day)
            )
            return self._answer(kept.name, [], read.more, source, looked=read.looked) if kept_up else None
        after = self._states.add(Row(row.inputs, row.values, read.state, self._day, parent=kept.name))
        answer = {"events": [bare(one) for one in read.events], "next": after, "more": read.more}
        if not self._states.replace(kept, replace(row, state={}, answer=answer, parent=None)):
            self._states.drop(after)
            return None
        if row.parent is not None:
            self._states.drop(row.parent)
        return self._answer(after, read.events, read.more, source, looked=read.looked)

    def _read(self, source: Source, state: State) -> _Read:
        """Pages until ``limit`` events are there or Graph has told everything; half of the time for one invocation is
        left for what its last page needs."""
        events: dict[str, Event] = {}
        graph, limit = self.context.graph, self.given.get("limit", DEFAULT_LIMIT)
        until = (graph.clock() + graph.ends()) / 2
        for _ in range(PAGES):
            step = source.step(state)
            unchanged = state.get("settled") and step.done and step.idle and not step.happenings
            self._add(events, step.happenings)
            state = state if unchanged else {**step.state, "settled": step.done}
            if step.done or len(events) >= limit or graph.clock() > until:
                break
        looked = not state["quiet"]
        state = self._look(source, state, events) if looked and self.ids else state
        state = {**state, "quiet": False} if step.done or state.get("met") else state
        return _Read(state, list(events.values()), not step.done, looked)

    def _look(self, source: Source, state: State, events: dict[str, Event]) -> State:
        """The state after a look at what notifications named; as it was where that brought nothing. It does not wait
        for the last page: where there are many, more would be named meanwhile than are kept."""
        step = source.look(state, self.ids)
        self._add(events, step.happenings)
        return {**step.state, "settled": state["settled"]} if step.happenings else state

    def _add(self, events: dict[str, Event], happenings: Iterable[Happening]) -> None:
        for one in happenings:
            made = event(self.trigger, self.context, one)
            events[made["id"]] = made

    def _answer(
        self, name: str, events: list[Event], more: bool, source: Source, *, looked: bool = False
    ) -> Answer:
        told = {"value": events, "cursor": self._states.cursor(name, self._day), "more": more}
        return Answer(told, looked, source.subject)

    def _source(self, values: Mapping[str, Any]) -> Source:
        limit = {"limit": self.given["limit"]} if "limit" in self.given else {}
        return self.make(self.context, {**values, **limit})

    @property
    def _states(self) -> States:
        return States(self.context.store, Place(self.trigger, self.context.owner, self.context.cursor_key))

    @property
    def _inputs(self) -> str:
        watched = {name: one for name, one in self.given.items() if name not in FREE}
        return digest(watched)[:16]

    @property
    def _day(self) -> int:
        return int(self.context.clock() // 86_400)
