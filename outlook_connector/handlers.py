"""Handlers by the names that the manifest gives them."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from .context import Context
from .errors import ManifestError

Handler = Callable[[Context, dict[str, Any]], Any]


def find_handler(name: str, part: str = "operations") -> Handler:
    """``messages.search`` is the function ``search`` in ``outlook_connector.operations.messages``, and nothing else.
    Raises ``ManifestError`` where there is none."""
    module, _, function = name.partition(".")
    place = f"outlook_connector.{part}.{module}"
    found: Handler | None = None
    try:
        found = getattr(import_module(place), function, None)
    except ModuleNotFoundError as missing:
        if missing.name != place:
            raise
    if not callable(found):
        raise ManifestError(f"The manifest names the handler {name}, and {place} has no function {function}.")
    return found
