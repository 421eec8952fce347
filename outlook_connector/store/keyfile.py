"""The key file beside a SQLite store, for those who configure no key."""

import contextlib
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet

from ..errors import ConfigError


def read_or_create(path: Path, in_use: Callable[[], bool] = lambda: False) -> str:
    """The key in ``path``; where the file is missing, a new one, created with mode 0600 in one step.

    ``in_use`` tells whether the store holds rows: then they were sealed with the key that is missing, and no new one
    is made. Of several processes that start at once one creates the file, and all return its key. Raises
    ``ConfigError`` where the file is missing in that way, cannot be read or written, or where others than its owner
    may read it.
    """
    try:
        if not path.exists():
            if in_use() and not path.exists():  # another process may have made it, and a row, in between
                raise _missing(path)
            _create(path)
        _check(path)
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not a key"
        raise _refusal(path, f"cannot be used ({reason}). Set storeKey instead, or mend the file") from None


def _create(path: Path) -> None:
    """Writes aside, then links: the name appears with its whole content, and only if nobody was faster."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was faster: its key is the key
            os.link(aside, path)
    finally:
        aside.unlink()


def _check(path: Path) -> None:
    if path.is_dir():
        raise _refusal(path, "is a directory. Set storeKey instead, or move the directory away")
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise _refusal(path, f"can be read by others than its owner. Run: chmod 600 {path}")


def _missing(path: Path) -> ConfigError:
    advice = (
        "Restore it from a backup; or set storeKey, if that is what the store was encrypted with; or move the "
        "store's file away and sign in anew: outlook-connector login."
    )
    return ConfigError(
        f"The token store's key file {path} is missing, and the store holds rows that nobody can read without it. "
        f"{advice}",
        code="storeKeyMissing",
        details={
            "problems": [{"pointer": "/storeKey", "message": "the key file is missing"}],
            "advice": advice,
        },
    )


def _refusal(path: Path, what: str) -> ConfigError:
    return ConfigError(
        f"The token store's key file {path} {what}.",
        code="storeKeyWrong",
        details={"problems": [{"pointer": "/storeKey", "message": "the key file cannot be used"}]},
    )
