"""``watch``: the events of a trigger, one JSON value a line."""

import json
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ...errors import ConnectorError, InvalidInput
from .invoke import read_input
from .names import complete_trigger
from .options import config_option, connection
from .output import harmless, json_text, message_of, tell, write

ENDING = (signal.SIGINT, signal.SIGTERM)


@click.command(short_help="Write the events of a trigger as they come.")
@click.argument("trigger", metavar="TRIGGER", shell_complete=complete_trigger)
@click.argument("input", metavar="[JSON | @FILE | -]", default="{}")
@click.option(
    "--interval",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    help="Seconds between two polls.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the place in this file, and go on from there the next time.",
)
@click.option(
    "--push",
    metavar="URL",
    help="Have Graph notify this address, where `serve` listens with the same token store; polls then only catch up.",
)
@config_option
def watch(
    trigger: str,
    input: str,  # noqa: A002 - the contract's word
    interval: float,
    state: Path | None,
    push: str | None,
    config: str | None,
) -> None:
    """Write the events of a trigger, one JSON value a line, until Ctrl-C or SIGTERM.

    The input is JSON, or @FILE, or - for stdin; left out, it is {}. Without a state file it starts from now, or from
    "since" in the input. `outlook-connector describe TRIGGER` shows the inputs.
    """
    kept = _Kept(trigger, state)
    given = {**read_input(input), **kept.resumed()}
    how = "by push" if push else f"every {interval:g} s"
    with connection(config) as parts:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            events = parts.connector.watch(
                trigger,
                given,
                interval=interval,
                push={"notificationUrl": push} if push else None,
                on_cursor=_begun(f"Watching {trigger} {how}; Ctrl-C ends.", kept.move),
                on_problem=_later(interval),
            )
            for event in events:
                if kept.is_new(event):
                    with _whole():
                        write(json_text(event))
                        kept.told(event)
        except KeyboardInterrupt:
            tell("Stopped.")


@contextmanager
def _whole() -> Iterator[None]:
    """Lets Ctrl-C and SIGTERM wait for the block's end, so that what was written is also kept."""
    pressed: list[int] = []
    before = {one: signal.signal(one, lambda number, frame: pressed.append(number)) for one in ENDING}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    if pressed:
        raise KeyboardInterrupt


def _begun(told: str, move: Callable[[str], None]) -> Callable[[str], None]:
    """Says so once the first poll has been answered, and no sooner."""
    begun: list[str] = []

    def moved(cursor: str) -> None:
        move(cursor)
        if not begun:
            begun.append(cursor)
            tell(told)

    return moved


def _later(interval: float) -> Any:
    def say(error: ConnectorError) -> None:
        tell(f"{harmless(message_of(error))} Again in {interval:g} s.")

    return say


class _Kept:
    """Where a watch is: its cursor, and the events that were written since that cursor. It is in the file whenever
    a line has been written, so that a watch which ends in any way repeats one line at most."""

    def __init__(self, trigger: str, path: Path | None) -> None:
        self._trigger, self._path = trigger, path
        self._cursor: str | None = None
        self._told: list[str] = []

    def resumed(self) -> dict[str, str]:
        """The cursor to go on from, as a part of the input. Raises ``InvalidInput`` for a file of something else."""
        if self._path is None or not self._path.exists():
            return {}
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            trigger, self._cursor, self._told = found["trigger"], found["cursor"], list(found["told"])
        except (OSError, ValueError, KeyError, TypeError):
            raise InvalidInput(f"The state file {self._path} cannot be read, or is none.") from None
        if trigger != self._trigger:
            raise InvalidInput(f"The state file {self._path} belongs to {trigger}: name another one.")
        return {"cursor": self._cursor} if self._cursor else {}

    def is_new(self, event: dict[str, Any]) -> bool:
        return event["id"] not in self._told

    def told(self, event: dict[str, Any]) -> None:
        self._told.append(event["id"])
        self._save()

    def move(self, cursor: str) -> None:
        """Everything before this cursor has been written."""
        if cursor != self._cursor or self._told:
            self._cursor, self._told = cursor, []
            self._save()

    def _save(self) -> None:
        if self._path is None:
            return
        text = json.dumps({"trigger": self._trigger, "cursor": self._cursor, "told": self._told})
        try:
            descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
            Path(name).replace(self._path)
        except OSError as error:
            raise InvalidInput(f"The state file {self._path} cannot be written: {error.strerror}.") from None
