"""``Connector``: an operation by its name. Checks, normalises, binds or hands over, and checks what comes back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from threading import Lock
from typing import Any

from .binding import bind, check_names
from .checks import check_output, unknown
from .config import Config
from .connection import Lookups
from .consenting import consent_told
from .context import Context
from .errors import ConnectorError, InvalidInput, OutcomeUnknown, UnexpectedResponse
from .frames import bare, readable, without_frames
from .frozen import frozen
from .graph.outcome import WHERE_TO_LOOK
from .graph.paging import DEFAULT_LIMIT, PACE, Listing, Place, collect, iterate, listing, page_size
from .handlers import Handler, find_handler
from .manifest import Manifest, Operation
from .normalise import addresses, normalise, plan
from .progress import OnProgress, reporter
from .schema import Schemas
from .sent import digest
from .telemetry import Unseen, observed
from .triggering import Triggering

RECIPIENTS = ("to", "cc", "bcc", "replyTo")
"""The input properties that mail, or the answer to it, goes to."""


@frozen
class _Prepared:
    """What is worked out once for each operation."""

    operation: Operation
    kinds: Mapping[str, tuple[str, bool]]
    handler: Handler | None


class Connector(Triggering):
    """One connection. Thread-safe, and usable in a child after a fork. Made by ``connect()``."""

    def __init__(
        self,
        manifest: Manifest,
        schemas: Schemas,
        config: Config,
        context: Context,
        close: Callable[[], None],
    ) -> None:
        super().__init__(manifest, schemas, config, context, close)
        self._ready: dict[str, _Prepared] = {}
        self._lock = Lock()

    @cached_property
    def operations(self) -> tuple[str, ...]:
        """The names of the operations that this connection's policy allows."""
        allows = self._context.policy.allows
        return tuple(
            one.name for one in self.manifest.operations.values() if allows(one.name, one.effect_on_mail)
        )

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
                self._check_done(prepared.operation, result)
            except OutcomeUnknown as lost:
                from .operations.reconciling import reconciled  # late: seldom needed

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

    def _observed(self, name: str) -> Unseen:
        return observed(self.manifest.operations.get(name) if isinstance(name, str) else None)

    def _begin(
        self, name: str, given: Mapping[str, Any] | None, seen: Unseen, each_call: bool = False
    ) -> tuple[_Prepared, Context, dict[str, Any]]:
        """Everything that is refused is refused here, before any request but a folder's look-up."""
        prepared = self._prepare(name)
        operation = prepared.operation
        raw = self._checked(operation, given)
        context = self._bound(operation, raw, seen, each_call)
        values = normalise(raw, prepared.kinds, Lookups(context))
        for one in RECIPIENTS if operation.effect != "read" else ():
            context.policy.check_recipients(addresses(values.get(one) or []))
        return prepared, context, values

    def _run(self, prepared: _Prepared, context: Context, values: dict[str, Any]) -> Any:
        operation = prepared.operation
        if prepared.handler:
            return prepared.handler(context, values)
        request = bind(operation, values)
        if operation.result == "collection":
            return listing(context.graph, request.with_query(top=page_size(values)))
        return context.graph.json(request)

    def _check_done(self, operation: Operation, result: Any) -> None:
        """What must not be done twice was done; where its answer is not what the schema says, nobody knows how it
        ended: raises ``OutcomeUnknown``."""
        if operation.idempotent or operation.root == "none":
            return
        try:
            check_output(self._schemas, operation, result or {})
        except UnexpectedResponse as problem:
            raise OutcomeUnknown.after(problem, operation.name, WHERE_TO_LOOK) from None

    def _prepare(self, name: str) -> _Prepared:
        name = name if isinstance(name, str) else repr(name)
        found = self._ready.get(name)
        if found:
            return found
        operation = self.manifest.operations.get(name)
        if operation is None:
            raise unknown("operation", name, self.manifest.names, self.manifest.triggers)
        check_names(operation, self._schemas.document(operation.input_schema).get("properties", {}))
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
