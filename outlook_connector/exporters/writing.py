"""Files that come out the same, byte for byte, however often they are made."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Files = Mapping[str, str | bytes]
"""Contents by their path within a directory or an archive, with ``/``; text is written as UTF-8."""

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: the first that a zip can tell."""


def as_json(value: Any) -> str:
    """JSON for people: indented, in the order given, ending with a line break."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def write(out: Path, files: Files) -> list[Path]:
    """Write ``files`` below ``out``, making directories as needed, and give their paths."""
    written = []
    for name, content in files.items():
        file = out / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_bytes(content))
        written.append(file)
    return written


def zipped(path: Path, files: Files) -> Path:
    """Write ``files`` into a zip archive at ``path`` and give the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # else it names the machine's own, and the bytes differ
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, _bytes(content))
    return path


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
