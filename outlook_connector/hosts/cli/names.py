"""Names of operations and triggers: finding them, and completing them in a shell."""

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ...errors import UnknownOperation

if TYPE_CHECKING:
    from ...manifest import Manifest, Operation, Trigger


def matching(operation: "Operation | Trigger", words: Sequence[str]) -> bool:
    """Whether name, title, description or effect hold every word, whatever their case."""
    text = " ".join((operation.name, operation.title, operation.description, operation.effect)).lower()
    return all(word.lower() in text for word in words)


def find(manifest: "Manifest", name: str) -> "Operation | Trigger":
    """The operation or trigger called ``name``; raises ``UnknownOperation`` with names that come near."""
    found = manifest.operations.get(name) or manifest.triggers.get(name)
    if found:
        return found
    known = [*manifest.names, *manifest.triggers]
    similar = difflib.get_close_matches(name[:100], known, 3, 0.5)
    hint = f"Did you mean {' or '.join(similar)}?" if similar else "outlook-connector operations lists them."
    raise UnknownOperation(f"There is no operation {name[:100]!r}. {hint}", details={"similar": similar})


def complete_name(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """For the shell: the operations whose names begin like this."""
    from ...manifest import load

    return [name for name in load().names if name.startswith(incomplete)]


def complete_trigger(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """For the shell: the triggers whose names begin like this."""
    from ...manifest import load

    return [name for name in load().triggers if name.startswith(incomplete)]


def complete_any(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """For the shell: operations and triggers."""
    both = (complete_name, complete_trigger)
    return [name for complete in both for name in complete(context, parameter, incomplete)]
