"""What stands in the package's manifest, kept as JSON, so that YAML is read only once it has changed.

As Python keeps compiled modules: in ``__pycache__`` or under ``sys.pycache_prefix``, unless
``sys.dont_write_bytecode``, and with a hash of the file's own bytes. Whatever is wrong with it, or with writing it,
means that YAML is read. Its values are checked as those of YAML are.
https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.util import cache_from_source, source_hash
from pathlib import Path
from typing import Any

FORM = 1
"""Raised when the same YAML is to be read in another way."""


def values(file: Path, read: Callable[[str], Any]) -> Any:
    """What ``read`` makes of the file's text. Raises ``OSError`` and ``UnicodeDecodeError``, and what it raises."""
    content = file.read_bytes()
    stamp = [FORM, source_hash(content).hex()]
    place = _place(file)
    kept = _kept(place)
    if isinstance(kept, dict) and kept.get("of") == stamp:
        return kept.get("values")
    found = read(content.decode("utf-8"))
    if place and not sys.dont_write_bytecode:
        _keep(place, {"of": stamp, "values": found})
    return found


def _place(file: Path) -> Path | None:
    try:
        return Path(cache_from_source(str(file))).with_suffix(".json")
    except NotImplementedError:  # an interpreter that keeps nothing
        return None


def _kept(place: Path | None) -> Any:
    try:
        return json.loads(place.read_bytes()) if place else None
    except (OSError, ValueError, RecursionError):
        return None


def _keep(place: Path, document: dict[str, Any]) -> None:
    """In one step, whoever else does the same; not at all where JSON would be something else than YAML was."""
    own = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        text = json.dumps(document, allow_nan=False)
        if json.loads(text) != document:
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(text, encoding="utf-8")
        own.replace(place)
    except (OSError, TypeError, ValueError):
        with suppress(OSError):
            own.unlink(missing_ok=True)
