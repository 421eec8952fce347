"""Processes of the command line without a start of Python for each: forked from one that has its modules already.

What is forked has its own arguments, environment, streams, exit code and end; only the reading of modules is saved.
What the interpreter itself reads of the environment as it starts asks for a process of the ordinary kind.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ORDINARY = ("PYTHON", "LC_", "LANG", "TZ", "SSL_")
"""How the names of such variables begin."""


def can_fork(extra: Mapping[str, str] | None) -> bool:
    return hasattr(os, "pidfd_open") and not any(name.startswith(ORDINARY) for name in extra or ())


class Forked:
    """One command under way, with as much of ``subprocess.Popen`` as its callers use."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], streams: Sequence[int]
    ) -> None:
        self.args = list(arguments)
        self._ours, theirs = socket.socketpair()
        order = json.dumps(
            {"arguments": self.args, "environment": dict(environment), "directory": str(Path.cwd())}
        )
        with theirs:
            socket.send_fds(_parent(os.getpid()), [order.encode()], [*streams, theirs.fileno()])
        self._told = self._ours.makefile("r")
        self.pid = int(self._told.readline())
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self._ours.settimeout(timeout)
            try:
                self.returncode = int(self._told.readline())
            except TimeoutError:
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
            self._told.close()
            self._ours.close()
        return self.returncode

    def kill(self) -> None:
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)


@functools.cache
def _parent(_process: int) -> socket.socket:
    """The process that forks for this one, which ends with it; a caller that has forked itself has its own."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)  # an order with its streams is one message
    program = [sys.executable, str(Path(__file__).with_name("forking.py")), str(theirs.fileno())]
    with theirs:
        process = subprocess.Popen(program, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])

    def end() -> None:
        ours.close()
        process.wait(10)

    atexit.register(end)
    return ours
