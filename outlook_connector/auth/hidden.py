"""Values that tools which show a frame's variables do not see: a mapping by its names only, and errors without frames.

pytest's ``--showlocals``, cgitb and rich's tracebacks call ``repr`` on every local variable of every frame.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, ParamSpec, TypeVar

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
    """The same method, of which nothing that is raised leads to the frames in which it arose: among them are msal's,
    with the secret that is being posted, and a store's, with blobs on their way to it. That holds for what a host
    raises into it as well, such as the end of a task's time. No error leads to what the method was called with."""

    @functools.wraps(method)
    def called(*given: Given.args, **named: Given.kwargs) -> Result:
        call = _Call(method, given, named)
        del given, named
        try:
            return call.made()
        except BaseException as error:  # noqa: BLE001 - raised again at once, with no frame behind it
            failure = error.with_traceback(None)
            failure.__context__ = failure.__cause__ = None
        raise failure

    return called


class _Call(Generic[Result]):
    """A call that shows nothing of itself."""

    def __init__(self, method: Callable[..., Result], given: Sequence[Any], named: Mapping[str, Any]) -> None:
        self._method, self._given, self._named = method, given, named

    def made(self) -> Result:
        return self._method(*self._given, **self._named)
