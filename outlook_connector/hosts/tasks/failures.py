"""How a failed operation travels: the one error form, as the only argument of an exception that any JSON reader gets.

A result of Celery's that failed holds ``exc_type``, ``exc_message`` (the exception's arguments) and ``exc_module``:
https://docs.celeryq.dev/en/stable/internals/protocol.html and celery.backends.base.Backend.prepare_exception.
"""

from typing import Any

from ...errors import ConnectorError


class OperationFailed(Exception):
    """An operation ended with an error. ``args[0]`` is ``{"error": ConnectorError.to_dict()}``, as every host shows it;
    a caller without this package gets an exception of the same name and arguments."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__(told)

    @classmethod
    def of(cls, error: ConnectorError) -> "OperationFailed":
        return cls({"error": error.to_dict()})

    def __str__(self) -> str:
        error = self.args[0].get("error", {})
        return f"{error.get('message')} ({error.get('code')})"

    def __repr__(self) -> str:
        return f"OperationFailed({self.args[0].get('error', {}).get('code')!r})"


def unexpected(error: Exception) -> OperationFailed:
    """A fault of the connector's own. Its message may hold anything, so only its kind is told."""
    message = f"The connector failed unexpectedly: {type(error).__name__}. Please report it."
    facts = {"error": "Unexpected", "code": "unexpected", "message": message, "retryable": False}
    return OperationFailed({"error": {**facts, "details": {}}})
