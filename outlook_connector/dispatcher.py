"""``Connector``: an operation by its name. Checks, normalises, binds or hands over, and checks what comes back."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from threading import Lock
from types import TracebackType
from typing import Any

from .binding import bind, unsafe_segment
from .config import PERSONLESS, Config
from .consenting import consent_told
from .context import Context
from .errors import ConnectorError, InvalidInput, OperationDenied, UnexpectedResponse, UnknownOperation
from .graph.paging import DEFAULT_LIMIT, Listing, Place, collect, iterate, listing, page_size
from .manifest import Manifest, Operation
from .normalise import addresses, normalise, plan
from .plain import plain
from .progress import OnProgress, reporter
from .schema import Schemas

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
            return self._invoke(name, input, on_progress)
        except ConnectorError as error:
            raise _without_frames(error) from None

    def _invoke(
        self, name: str, given: Mapping[str, Any] | None, on_progress: OnProgress | None
    ) -> dict[str, Any]:
        prepared, context, values = self._begin(name, given)
        if on_progress:
            heard = replace(context.graph, progress=reporter(name, on_progress))
            context = replace(context, graph=heard)
        with consent_told(prepared.operation, context):
            result = self._run(prepared, context, values)
            if prepared.operation.result == "collection":
                limit = values.get("limit", DEFAULT_LIMIT)
                result = collect(result, self._place(name, context), values.get("cursor"), limit)
        answer: dict[str, Any] = result or {}
        self._check_output(prepared.operation, answer)
        return answer

    def iterate(self, name: str, input: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:  # noqa: A002
        """The items of a collection one by one, each page asked for when it is needed; all of them, or ``limit``
        of them where the input says so. The input is checked at once, before the first item is asked for."""
        try:
            return _bare(self._iterate(name, input))
        except ConnectorError as error:
            raise _without_frames(error) from None

    def _iterate(self, name: str, given: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
        prepared, context, values = self._begin(name, given, each_call=True)
        if prepared.operation.result != "collection":
            raise InvalidInput(
                f"{name} does not answer with a collection: use invoke.", code="notACollection"
            )
        with consent_told(prepared.operation, context):
            fetch = self._run(prepared, context, values)
        checked = self._checked_pages(prepared.operation, fetch)
        items = iterate(checked, self._place(name, context), values.get("cursor"), values.get("limit"))
        return _told(items, prepared.operation, context)

    def close(self) -> None:
        """Close the connections to the network and to the store."""
        self._close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(
        self, name: str, given: Mapping[str, Any] | None, each_call: bool = False
    ) -> tuple[_Prepared, Context, dict[str, Any]]:
        """Everything that is refused is refused here, before any request but a folder's look-up."""
        prepared = self._prepare(name)
        operation = prepared.operation
        self._context.policy.check_operation(name, operation.effect_on_mail)
        self._check_cloud(operation)
        raw = plain(given)
        problems = self._schemas.problems(operation.input_schema, raw)
        if problems:
            raise InvalidInput.of(problems, f"input of {name}")
        context = self._bound(operation, raw, each_call)
        values = normalise(raw, prepared.kinds, _Lookups(context))
        for one in RECIPIENTS if operation.effect != "read" else ():
            context.policy.check_recipients(addresses(values.get(one) or []))
        return prepared, context, values

    def _bound(self, operation: Operation, raw: dict[str, Any], each_call: bool) -> Context:
        """The context for this invocation's mailbox; ``mailbox`` is taken out of the input. The deadline is for
        the invocation, or for each call of an iteration, whose pace is the caller's."""
        if operation.root != "mailbox":
            return replace(self._context, graph=self._context.graph.bound(None, each_call))
        named = raw.pop("mailbox", None)
        mailbox = self.config.mailbox if named is None else None if named == "me" else named
        if mailbox is None and self.config.auth in PERSONLESS:
            raise InvalidInput.of([("/mailbox", "must name a mailbox: an application has none of its own")])
        if mailbox is not None and unsafe_segment(mailbox):
            raise InvalidInput.of([("/mailbox", "must be an address or an id")])
        self._context.policy.check_mailbox(mailbox)
        owner = mailbox or f"account:{self.config.account}"
        return replace(
            self._context, graph=self._context.graph.bound(mailbox, each_call), owner=owner.lower()
        )

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
            similar = difflib.get_close_matches(str(name)[:100], self.manifest.names, 3, 0.5)
            hint = f" Did you mean {' or '.join(similar)}?" if similar else ""
            raise UnknownOperation(
                f"There is no operation {str(name)[:100]!r}.{hint}", details={"similar": similar}
            )
        kinds = plan(self._schemas, operation.input_schema)
        handler = find_handler(operation.handler) if operation.handler else None
        with self._lock:
            return self._ready.setdefault(name, _Prepared(operation, kinds, handler))

    def _check_cloud(self, operation: Operation) -> None:
        if operation.clouds and self.config.cloud not in operation.clouds:
            clouds = ", ".join(operation.clouds)
            raise OperationDenied(
                f"{operation.name} is not offered in the cloud {self.config.cloud}, only in: {clouds}.",
                code="notInThisCloud",
                details={"cloud": self.config.cloud, "clouds": list(operation.clouds)},
            )

    def _check_output(self, operation: Operation, answer: Mapping[str, Any]) -> None:
        problems = self._schemas.problems(operation.output_schema, answer)
        if problems:
            told = "; ".join(f"{at or '(the whole answer)'} {message}" for at, message in problems[:5])
            raise UnexpectedResponse(
                f"Graph's answer to {operation.name} is not what its schema says: {told}.",
                details={"problems": [{"pointer": at, "message": message} for at, message in problems]},
            )

    def _checked_pages(self, operation: Operation, fetch: Listing) -> Listing:
        def checked(state: Any) -> Any:
            page = fetch(state)
            self._check_output(operation, {"value": page.items, "nextCursor": None})
            return page

        return checked

    def _place(self, name: str, context: Context) -> Place:
        return Place(name, context.owner, context.cursor_key)


def _told(
    items: Iterator[dict[str, Any]], operation: Operation, context: Context
) -> Iterator[dict[str, Any]]:
    with consent_told(operation, context):
        yield from items


def _bare(items: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    try:
        yield from items
    except ConnectorError as error:
        raise _without_frames(error) from None


def _without_frames(error: ConnectorError) -> ConnectorError:
    """An error that leads to no frame of ours: tools that show a frame's values would show tokens and mail."""
    error.__context__ = None
    return error.with_traceback(None)


class _Lookups:
    """What the kinds may ask for, from an invocation's context."""

    def __init__(self, context: Context) -> None:
        self.child_folder = context.graph.child_folder
        self.open_file = context.files.open


def find_handler(name: str) -> Handler:
    """``messages.send`` is the function ``send`` in ``outlook_connector.operations.messages``, and nothing else."""
    module, _, function = name.partition(".")
    found: Handler = getattr(import_module(f"outlook_connector.operations.{module}"), function)
    return found
