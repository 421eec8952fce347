"""The command line as its user meets it: a process of its own, a configuration file, what it wrote and returned."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from forked import Forked, can_fork

COMMAND = [sys.executable, "-m", "outlook_connector.hosts.cli"]
JWT = re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}")


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str
    page: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without any connection, and with English, unwrapped help."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OUTLOOK_CONNECTOR_")}
    return {**kept, "COLUMNS": "200", "PYTHONIOENCODING": "utf-8", **(extra or {})}


def run(
    *arguments: str, stdin: str = "", extra: Mapping[str, str] | None = None, timeout: float = 60
) -> Result:
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(stdin.encode())
        given.seek(0)
        process = _begun(arguments, environment(extra), extra, (given.fileno(), out.fileno(), err.fileno()))
        try:
            code = process.wait(timeout)
        finally:
            process.kill()
        return Result(code, _written(out), _written(err))


def _written(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode().replace("\r\n", "\n")


def _begun(
    arguments: Sequence[str],
    everything: Mapping[str, str],
    extra: Mapping[str, str] | None,
    streams: tuple[int, int, int],
) -> Forked | subprocess.Popen[bytes]:
    """The command with these streams, as a process that is forked if nothing speaks against it."""
    if can_fork(extra):
        return Forked(arguments, everything, streams)
    given, out, err = streams
    return subprocess.Popen([*COMMAND, *arguments], stdin=given, stdout=out, stderr=err, env=everything)


def config_file(directory: Path, config: Mapping[str, Any], name: str = "connection.json") -> str:
    path = directory / name
    path.write_text(json.dumps(config), encoding="utf-8")
    return str(path)


class Running:
    """A command that is still at work; its stderr is read as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: list[str] = []
        self._more = threading.Condition()
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def said(self, pattern: str, timeout: float = 20) -> str:
        """The first match in stderr, as soon as it is there."""
        expression = re.compile(pattern)
        with self._more:
            found = lambda: expression.search("".join(self._lines))  # noqa: E731
            self._more.wait_for(lambda: found() or self._ended, timeout)
            match = found()
        assert match, "".join(self._lines)
        return match[0]

    def result(self, timeout: float = 30) -> Result:
        out = self.process.stdout.read()
        code = self.process.wait(timeout)
        self._reader.join(timeout)
        return Result(code, out, "".join(self._lines))

    def _read(self) -> None:
        for line in self.process.stderr:
            with self._more:
                self._lines.append(line)
                self._more.notify_all()
        with self._more:
            self._ended = True
            self._more.notify_all()


def _interruptible() -> None:
    """A shell starts what runs in the background with Ctrl-C ignored, which children inherit."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def started(*arguments: str, extra: Mapping[str, str] | None = None) -> Iterator[Running]:
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(extra),
        preexec_fn=_interruptible if os.name == "posix" else None,  # noqa: PLW1509 - it only sets a signal
    )
    try:
        yield Running(process)
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def on_terminal(*arguments: str, extra: Mapping[str, str] | None = None, timeout: float = 30) -> Result:
    """The command with a terminal for stdout and stderr, whose text comes back as ``out``, without colours."""
    import pty

    ours, theirs = pty.openpty()
    everything = {**environment(), "TERM": "dumb", "NO_COLOR": "1", **(extra or {})}
    process = _begun(arguments, everything, extra, (theirs, theirs, theirs))
    os.close(theirs)
    pieces: list[bytes] = []
    while piece := _read_terminal(ours):
        pieces.append(piece)
    os.close(ours)
    text = b"".join(pieces).decode().replace("\r\n", "\n")
    return Result(process.wait(timeout), text, "")


def _read_terminal(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the other side has closed it
        return b""


@contextmanager
def with_few_files(*arguments: str) -> Iterator[str]:
    """A server that may have 128 files open at once; gives its address. It has to end without a word."""
    command = ["sh", "-c", 'ulimit -n 128; exec "$@"', "sh", *COMMAND, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()
            told = process.communicate(timeout=40)[1]
    assert told == ""
