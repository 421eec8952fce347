"""Operation names: finding them, and completing them in a shell."""

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ...errors import UnknownOperation

if TYPE_CHECKING:
    from ...manifest import Manifest, Operation


def matching(operation: "Operation", words: Sequence[str]) -> bool:
    """Whether name, title, description or effect hold every word, whatever their case."""
    text = " ".join((operation.name, operation.title, operation.description, operation.effect)).lower()
    return all(word.lower() in text for word in words)


def find(manifest: "Manifest", name: str) -> "Operation":
    """The operation called ``name``; raises ``UnknownOperation`` with names that come near."""
    found = manifest.operations.get(name)
    if found:
        return found
    similar = difflib.get_close_matches(name[:100], manifest.names, 3, 0.5)
    hint = f"Did you mean {' or '.join(similar)}?" if similar else "outlook-connector operations lists them."
    raise UnknownOperation(f"There is no operation {name[:100]!r}. {hint}", details={"similar": similar})


def complete_name(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """For the shell: the operations whose names begin like this."""
    from ...manifest import load

    return [name for name in load().names if name.startswith(incomplete)]
