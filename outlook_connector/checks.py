"""What the dispatcher checks of an operation or a trigger, on the way in and on the way out."""

from collections.abc import Collection, Mapping
from typing import Any

from .errors import OperationDenied, UnexpectedResponse, UnknownOperation
from .manifest import Operation, Trigger
from .schema import Schemas

CALLED = {"operation": "it is a trigger, for poll and watch", "trigger": "it is an operation, for invoke"}
"""Wanted → what a name is that stands with the others."""


def unknown(kind: str, name: object, known: Collection[str], others: Collection[str]) -> UnknownOperation:
    """The error for a name that the manifest does not have as an operation or as a trigger, with those that come
    near, or the word that it is one of the ``others``."""
    if str(name) in others:
        return UnknownOperation(f"{name} is no {kind}: {CALLED[kind]}.", details={"similar": []})
    import difflib

    similar = difflib.get_close_matches(str(name)[:100], known, 3, 0.5)
    hint = f" Did you mean {' or '.join(similar)}?" if similar else ""
    return UnknownOperation(f"There is no {kind} {str(name)[:100]!r}.{hint}", details={"similar": similar})


def check_cloud(entry: Operation | Trigger, cloud: str) -> None:
    """Raises ``OperationDenied`` (``notInThisCloud``) where the connection's cloud does not offer it."""
    if entry.clouds and cloud not in entry.clouds:
        raise OperationDenied(
            f"{entry.name} is not offered in the cloud {cloud}, only in: {', '.join(entry.clouds)}.",
            code="notInThisCloud",
            details={"cloud": cloud, "clouds": list(entry.clouds)},
        )


def check_output(schemas: Schemas, entry: Operation | Trigger, answer: Mapping[str, Any]) -> None:
    """Raises ``UnexpectedResponse`` where the answer, or an event, is not what its schema says."""
    problems = schemas.problems(entry.output_schema, answer)
    if problems:
        told = "; ".join(f"{at or '(the whole answer)'} {message}" for at, message in problems[:5])
        raise UnexpectedResponse(
            f"Graph's answer to {entry.name} is not what its schema says: {told}.",
            details={"problems": [{"pointer": at, "message": message} for at, message in problems]},
        )
