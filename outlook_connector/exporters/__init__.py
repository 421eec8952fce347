"""The manifest and its schemas as files for others: one module a kind, each with ``export(manifest, out)``.

An exporter reads the manifest and the schemas and nothing else: no configuration, no network. ``export`` writes into
the directory ``out`` and gives the files that it has written; what it writes is the same for the same manifest.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from ..manifest import Manifest

KINDS = ("reference", "openapi", "wso2", "power-platform", "node-red")
"""The kinds there are, each the name of a module here, with ``-`` for ``_``."""

Export: TypeAlias = "Callable[[Manifest, Path], list[Path]]"


def exporter(kind: str) -> Export:
    """The ``export`` of a kind. Raises ``KeyError`` for one that there is not."""
    if kind not in KINDS:
        raise KeyError(kind)
    found: Export = import_module(f"{__name__}.{kind.replace('-', '_')}").export
    return found
