"""What is told when nobody listens: the same calls, which do nothing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Any, Self

Kind = type[BaseException] | None
Nothing = AbstractContextManager[None]


class Unwatched:
    """One HTTP request, under way while the block lasts. Until its answer begins, no other instrumentation looks at
    it: that of an HTTP library would tell every id and address of the URL, and send ``traceparent`` to Graph."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Kind, error: BaseException | None, trace: TracebackType | None) -> None:
        """The answer was read to its end, or ``error`` broke it off."""

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """The answer has begun; ``headers`` may be asked in any case of letters."""


class Unseen:
    """One invocation, under way while the block lasts."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: Kind, error: BaseException | None, trace: TracebackType | None) -> None:
        """The invocation has ended, with ``error`` or without."""

    def on(self, owner: str, keys: Callable[[], bytes]) -> None:
        """Whose mailbox it is. It is told as a hash under what ``keys`` gives, which only the connection's workers
        know."""

    def request(self, method: str, base: str, address: str, told: tuple[int, str | None]) -> Unwatched:
        """A request below Graph's ``base``, or to an upload session where that is empty. ``told`` are the number of
        the attempt, from 1, and the client request id."""
        return UNWATCHED

    def waited(self, reason: str, seconds: float) -> None:
        """It has waited, or is about to."""

    def retried(self, reason: str, seconds: float) -> None:
        """A request is sent again, ``seconds`` from now."""

    def happened(self, events: int) -> None:
        """A poll has so many events to tell of."""

    def beginning(self) -> Nothing:
        """A block which ends the invocation only where it fails: the rest comes with ``items``."""
        return ALONE

    def items(self, source: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The same items, with whose end the invocation ends."""
        return source


ALONE: Nothing = nullcontext()
UNWATCHED = Unwatched()
UNSEEN = Unseen()
