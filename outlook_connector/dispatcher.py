"""``Connector``: an operation by its name. Checks, normalises, binds or hands over, and checks what comes back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from types import TracebackType
from typing import Any

from .binding import bind
from .checks import check_cloud, check_output, unknown
from .config import Config
from .consenting import consent_told
from .context import Context, chosen_mailbox
from .errors import ConnectorError, InvalidInput, ManifestError, OutcomeUnknown
from .frames import bare, readable, without_frames
from .graph.paging import DEFAULT_LIMIT, PACE, Listing, Place, collect, iterate, listing, page_size
from .manifest import Manifest, Operation, Trigger
from .normalise import addresses, normalise, plan
from .operations.reconciling import reconciled
from .plain import plain
from .progress import OnProgress, reporter
from .schema import Schemas
from .sent import digest
from .telemetry import Unseen, observed
from .triggers.polling import Poll, lasting
from .triggers.watching import watch

Handler = Callable[[Context, dict[str, Any]], Any]

RECIPIENTS = ("to", "cc", "bcc", "replyTo")
"""The input properties that mail, or the answer to it, goes to."""


@dataclass(frozen=True)
class _Prepared:
    """What is worked out once for each operation."""

    operation: Operation
    kinds: Mapping[str, tuple[str, bool]]
    handler: Handler | None


class Connector(AbstractContextManager["Connector"]):
    """One connection. Thread-safe, and usable in a child after a fork. Made by ``connect()``."""

    def __init__(
        self,
        manifest: Manifest,
        schemas: Schemas,
        config: Config,
        context: Context,
        close: Callable[[], None],
    ) -> None:
        self.manifest = manifest
        self.config = config
        self._schemas = schemas
        self._context = context
        self._close = close
        self._ready: dict[str, _Prepared] = {}
        self._lock = Lock()

    @cached_property
    def operations(self) -> tuple[str, ...]:
        """The names of the operations that this connection's policy allows."""
        allows = self._context.policy.allows
        return tuple(
            one.name for one in self.manifest.operations.values() if allows(one.name, one.effect_on_mail)
        )

    @cached_property
    def triggers(self) -> tuple[str, ...]:
        """The names of the triggers that this connection's policy allows."""
        allows = self._context.policy.allows
        return tuple(name for name, one in self.manifest.triggers.items() if allows(name, one.effect_on_mail))

    def invoke(
        self,
        name: str,
        input: Mapping[str, Any] | None = None,  # noqa: A002 - the contract's word
        *,
        on_progress: OnProgress | None = None,
    ) -> dict[str, Any]:
        """Run the operation ``name``. Takes and returns plain JSON values; raises only ``ConnectorError``.

        A collection answers ``{"value": [...], "nextCursor": str | None}`` with at most ``limit`` items.
        ``on_progress`` hears in this thread how far an upload, a download or an export is (``Progress``).
        """
        try:
            with self._observed(name) as seen:
                return self._invoke(name, input, on_progress, seen)
        except ConnectorError as error:
            raise without_frames(error) from None

    def _invoke(
        self, name: str, given: Mapping[str, Any] | None, on_progress: OnProgress | None, seen: Unseen
    ) -> dict[str, Any]:
        prepared, context, values = self._begin(name, given, seen)
        if on_progress:
            heard = replace(context.graph, progress=reporter(name, on_progress))
            context = replace(context, graph=heard)
        with readable(name), consent_told(prepared.operation, context):
            try:
                result = self._run(prepared, context, values)
            except OutcomeUnknown as lost:
                result = reconciled(prepared.operation.name, values, context, lost)
            if prepared.operation.result == "collection":
                limit = values.get("limit", DEFAULT_LIMIT)
                result = collect(result, self._place(name, context, values), values.get("cursor"), limit)
        answer: dict[str, Any] = result or {}
        check_output(self._schemas, prepared.operation, answer)
        return answer

    def iterate(self, name: str, input: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:  # noqa: A002
        """The items of a collection one by one, each page asked for when it is needed; all of them, or ``limit``
        of them where the input says so. The input is checked at once, before the first item is asked for."""
        try:
            return bare(self._iterate(name, input))
        except ConnectorError as error:
            raise without_frames(error) from None

    def _iterate(self, name: str, given: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
        seen = self._observed(name)
        with seen.beginning():
            prepared, context, values = self._begin(name, given, seen, each_call=True)
            if prepared.operation.result != "collection":
                raise InvalidInput(
                    f"{name} does not answer with a collection: use invoke.", code="notACollection"
                )
            with readable(name), consent_told(prepared.operation, context):
                fetch = self._run(prepared, context, values)
        checked = self._checked_pages(prepared.operation, fetch)
        items = iterate(
            checked, self._place(name, context, values), values.get("cursor"), values.get("limit")
        )
        return seen.items(_told(items, prepared.operation, context))

    def poll(self, trigger: str, input: Mapping[str, Any] | None = None) -> dict[str, Any]:  # noqa: A002
        """The events of ``trigger`` since the input's ``cursor``: ``{"value": [event, ...], "cursor", "more"}``.

        Without a cursor it starts from ``since``, else from now, with no events. Giving the answer's cursor back takes
        its events over; giving the old one again gives the same events with the same ids. ``more`` says that others
        can be had at once.
        """
        try:
            with observed(self.manifest.triggers.get(trigger) if isinstance(trigger, str) else None) as seen:
                return self._poll(trigger, input, seen)
        except ConnectorError as error:
            raise without_frames(error) from None

    def _poll(self, name: str, given: Mapping[str, Any] | None, seen: Unseen) -> dict[str, Any]:
        trigger = self._trigger(name)
        raw = self._checked(trigger, given)
        context = lasting(self._bound(trigger, raw, seen))
        kinds = plan(self._schemas, trigger.input_schema)
        make = find_handler(trigger.handler, "triggers")
        with readable(name), consent_told(trigger, context):
            answer = Poll(name, context, make, raw, lambda: normalise(raw, kinds, _Lookups(context))).run()
        for event in answer["value"]:
            check_output(self._schemas, trigger, event)
        seen.happened(len(answer["value"]))
        return answer

    def watch(
        self,
        trigger: str,
        input: Mapping[str, Any] | None = None,  # noqa: A002
        *,
        interval: float = 30.0,
        on_cursor: Callable[[str], object] = lambda cursor: None,
        on_problem: Callable[[ConnectorError], object] = lambda error: None,
    ) -> Iterator[dict[str, Any]]:
        """The events of ``trigger`` as they come, without end; ``interval`` seconds lie between two polls.

        Asking for the next event takes over the one before. ``on_cursor`` hears each cursor when all events before it
        were taken over: who keeps it can go on from there, with ``cursor`` in the input. ``on_problem`` hears errors
        that pass by themselves; others are raised, and a wrong input at once.
        """
        try:
            given = self._checked(self._trigger(trigger), input)
        except ConnectorError as error:
            raise without_frames(error) from None
        pause = partial(self._context.graph.sleep, interval)
        return bare(watch(partial(self.poll, trigger), given, pause, on_cursor, on_problem))

    def _observed(self, name: str) -> Unseen:
        return observed(self.manifest.operations.get(name) if isinstance(name, str) else None)

    def _trigger(self, name: str) -> Trigger:
        found = self.manifest.triggers.get(name) if isinstance(name, str) else None
        if found is None:
            raise unknown("trigger", name, self.manifest.triggers, self.manifest.names)
        return found

    def close(self) -> None:
        """Close the connections to the network and to the store."""
        self._close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(
        self, name: str, given: Mapping[str, Any] | None, seen: Unseen, each_call: bool = False
    ) -> tuple[_Prepared, Context, dict[str, Any]]:
        """Everything that is refused is refused here, before any request but a folder's look-up."""
        prepared = self._prepare(name)
        operation = prepared.operation
        raw = self._checked(operation, given)
        context = self._bound(operation, raw, seen, each_call)
        values = normalise(raw, prepared.kinds, _Lookups(context))
        for one in RECIPIENTS if operation.effect != "read" else ():
            context.policy.check_recipients(addresses(values.get(one) or []))
        return prepared, context, values

    def _checked(self, entry: Operation | Trigger, given: Mapping[str, Any] | None) -> dict[str, Any]:
        """The input as plain JSON values, once the policy and the schema have nothing against it."""
        self._context.policy.check_operation(entry.name, entry.effect_on_mail)
        check_cloud(entry, self.config.cloud)
        raw = plain(given)
        problems = self._schemas.problems(entry.input_schema, raw)
        if problems:
            raise InvalidInput.of(problems, f"input of {entry.name}")
        return raw

    def _bound(
        self, operation: Operation | Trigger, raw: dict[str, Any], seen: Unseen, each_call: bool = False
    ) -> Context:
        """The context for this invocation's mailbox; ``mailbox`` is taken out of the input. The deadline is for
        the invocation, or for each call of an iteration, whose pace is the caller's."""
        if operation.root != "mailbox":
            return replace(self._context, graph=self._context.graph.bound(None, each_call, seen))
        mailbox = chosen_mailbox(self._context.graph, self._context.policy, raw.pop("mailbox", None))
        owner = self.config.owner(mailbox)
        seen.on(owner, self._context.cursor_key)
        return replace(self._context, graph=self._context.graph.bound(mailbox, each_call, seen), owner=owner)

    def _run(self, prepared: _Prepared, context: Context, values: dict[str, Any]) -> Any:
        operation = prepared.operation
        if prepared.handler:
            return prepared.handler(context, values)
        request = bind(operation, values)
        if operation.result == "collection":
            return listing(context.graph, request.with_query(top=page_size(values)))
        return context.graph.json(request)

    def _prepare(self, name: str) -> _Prepared:
        name = name if isinstance(name, str) else repr(name)
        found = self._ready.get(name)
        if found:
            return found
        operation = self.manifest.operations.get(name)
        if operation is None:
            raise unknown("operation", name, self.manifest.names, self.manifest.triggers)
        kinds = plan(self._schemas, operation.input_schema)
        handler = find_handler(operation.handler) if operation.handler else None
        with self._lock:
            return self._ready.setdefault(name, _Prepared(operation, kinds, handler))

    def _checked_pages(self, operation: Operation, fetch: Listing) -> Listing:
        def checked(state: Any) -> Any:
            page = fetch(state)
            check_output(self._schemas, operation, {"value": page.items, "nextCursor": None})
            return page

        return checked

    def _place(self, name: str, context: Context, values: Mapping[str, Any]) -> Place:
        asked = {key: value for key, value in values.items() if key not in PACE}
        return Place(name, context.owner, context.cursor_key, digest(asked)[:16])


def _told(
    items: Iterator[dict[str, Any]], operation: Operation, context: Context
) -> Iterator[dict[str, Any]]:
    with readable(operation.name), consent_told(operation, context):
        yield from items


class _Lookups:
    """What the kinds may ask for, from an invocation's context."""

    def __init__(self, context: Context) -> None:
        self.child_folder = context.graph.child_folder
        self.open_file = context.files.open


def find_handler(name: str, part: str = "operations") -> Handler:
    """``messages.send`` is the function ``send`` in ``outlook_connector.operations.messages``, and nothing else.
    Raises ``ManifestError`` where there is none."""
    module, _, function = name.partition(".")
    place = f"outlook_connector.{part}.{module}"
    found: Handler | None = getattr(import_module(place), function, None) if find_spec(place) else None
    if not callable(found):
        raise ManifestError(f"The manifest names the handler {name}, and {place} has no function {function}.")
    return found
