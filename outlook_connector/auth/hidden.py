"""Values that tools which show a frame's variables do not see: a mapping by its names only, and errors without frames.

pytest's ``--showlocals``, cgitb and rich's tracebacks call ``repr`` on every local variable of every frame.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ParamSpec, TypeVar

from ..errors import ConnectorError

Given = ParamSpec("Given")
Result = TypeVar("Result")


class Hidden(Mapping[str, Any]):
    """A read-only mapping whose ``repr`` names its keys alone. No ``dict``, whose values rich would show."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Hidden({', '.join(self)})"


def frameless(method: Callable[Given, Result]) -> Callable[Given, Result]:
    """The same method, whose ``ConnectorError`` leads to none of the frames in which it arose, nor to what it was
    called with: between them lie blobs on their way to the store, which no wrapper can cover."""

    @functools.wraps(method)
    def called(*given: Given.args, **named: Given.kwargs) -> Result:
        try:
            return method(*given, **named)
        except ConnectorError as error:
            failure = error.with_traceback(None)
            failure.__context__ = failure.__cause__ = None
            del given, named
        raise failure

    return called
