"""Whether a file is still the one that was read."""

import os
from pathlib import Path

Stamp = tuple[int, int, int]


def stamp(path: Path | str) -> Stamp:
    """Another one when the file has changed, or a directory's list of files; the same for whatever is not there."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a text as well as a Path
    except OSError:
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino
