"""A file that one process at a time holds; the system lets go of it when the process ends, however it ends."""

import sys
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt

    def lock(stream: BinaryIO) -> None:
        """Hold the file until it is closed. Raises ``OSError`` where another holds it."""
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def lock(stream: BinaryIO) -> None:
        """Hold the file until it is closed. Raises ``OSError`` where another holds it."""
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
