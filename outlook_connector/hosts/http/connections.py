"""Several connections by name."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ...assembly import Assembly, assemble
from ...config_source import read
from ...errors import ConfigError
from ..sharing import check_apart
from .refusals import RequestRefused
from .spool import Spool

DEFAULT = "default"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Connections:
    """The host's connections. A call names one; where there is one alone, or one called ``default``, it need not.

    ``spool`` is where files are on their way; a connection takes part in that if its ``files.allow`` has it.
    """

    def __init__(self, assemblies: Mapping[str, Assembly], spool: Spool) -> None:
        self._assemblies = dict(assemblies)
        self.spool = spool

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._assemblies)

    def __iter__(self) -> Iterator[tuple[str, Assembly]]:
        return iter(self._assemblies.items())

    def usual(self) -> str | None:
        """The connection that is meant where none is named."""
        if DEFAULT in self._assemblies:
            return DEFAULT
        return self.names[0] if len(self._assemblies) == 1 else None

    def find(self, name: str | None) -> Assembly:
        """Raises ``RequestRefused``: ``connectionNotNamed``, ``unknownConnection``. Neither tells the names."""
        chosen = self.usual() if name is None else name
        if chosen is None:
            message = "This host has several connections: name one in the header X-Connection."
            raise RequestRefused(message, code="connectionNotNamed")
        found = self._assemblies.get(chosen)
        if found is None:
            raise RequestRefused("This host has no connection of that name.", code="unknownConnection")
        return found

    def close(self) -> None:
        """Closes all of them, and takes away the spool."""
        with ExitStack() as stack:
            stack.callback(self.spool.close)
            for one in self._assemblies.values():
                stack.callback(one.connector.close)


def with_connect(advice: str, name: str) -> str:
    """An advice to sign in, with the way that this host has for it."""
    return f"{advice} At this host: open /connect/{name} in a browser."


def opened(files: Mapping[str, str | None]) -> Connections:
    """The connections of these configuration files; ``None`` stands for the environment. Makes no request.

    Raises ``ConfigError``, which names the connection, or two that would share one person's sign-in unawares.
    """
    made: dict[str, Assembly] = {}
    spool = Spool()
    try:
        for name, file in files.items():
            if not NAME.fullmatch(name):
                raise ConfigError(f"A connection is named with letters, digits, - and _, not {name!r}.")
            made[name] = assemble(_with_files_in(spool.directory, read(file, os.environ)))
    except ConfigError as error:
        Connections(made, spool).close()
        raise ConfigError(f"Connection {name}: {error.message}", details=error.details) from None
    hosted = Connections(made, spool)
    try:
        check_apart({name: one.connector.config for name, one in made.items()})
    except ConfigError:
        hosted.close()
        raise
    return hosted


def _with_files_in(directory: Path, raw: dict[str, Any]) -> dict[str, Any]:
    """The configuration with one directory more in ``files.allow``; one of another form is refused later."""
    files = raw.get("files") or {}
    allowed = files.get("allow") or [] if isinstance(files, Mapping) else None
    if not isinstance(allowed, list):
        return raw
    return {**raw, "files": {**files, "allow": [*allowed, str(directory)]}}
