"""What a connection's operations and triggers share: their checks, and the context that they run in."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

from .checks import check_cloud
from .config import Config
from .context import Context, chosen_mailbox
from .errors import InvalidInput
from .frozen import changed
from .manifest import Manifest, Operation, Trigger
from .plain import plain
from .schema import Schemas
from .telemetry import Unseen


class Connection(AbstractContextManager["Connection"]):
    """One connection: its manifest, its configuration and its means."""

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

    def __enter__(self) -> Self:
        return self

    def close(self) -> None:
        """Close the connections to the network and to the store."""
        self._close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

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
            return changed(self._context, graph=self._context.graph.bound(None, each_call, seen))
        mailbox = chosen_mailbox(self._context.graph, self._context.policy, raw.pop("mailbox", None))
        owner = self.config.owner(mailbox)
        seen.on(owner, self._context.cursor_keys)
        return changed(self._context, graph=self._context.graph.bound(mailbox, each_call, seen), owner=owner)


class Lookups:
    """What the kinds may ask for, from an invocation's context."""

    def __init__(self, context: Context) -> None:
        self.child_folder = context.graph.child_folder
        self.open_file = context.files.open
