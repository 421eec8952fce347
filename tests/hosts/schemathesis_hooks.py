"""Loaded by schemathesis: of the many ways to put an operation's examples together, a few are enough."""

from typing import Any

import schemathesis

MOST = 2


@schemathesis.hook
def before_add_examples(context: Any, examples: list[Any]) -> None:
    """Keeps the first; the schema's own examples come before those put together from its properties."""
    del examples[MOST:]
