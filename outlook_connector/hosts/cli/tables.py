"""Collections of messages, folders and attachments as tables for people."""

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from .output import harmless

if TYPE_CHECKING:
    from rich.console import JustifyMethod

WRAPPING = frozenset({"subject", "folder", "name"})
"""Columns that give way on a narrow terminal; the others keep their width as long as they can."""

NARROW = 80
"""Columns of a terminal under which the columns of ``MOST`` give way as well."""

MOST: Mapping[str, int] = {"received": 11, "from": 14, "": 8}
"""Heading → the width that it keeps on a narrow terminal: a date above its time, one mark a line."""

Cell = Callable[[Mapping[str, Any]], str]


def table_of(name: str, result: Mapping[str, Any]) -> Table | None:
    """A table for the collection that the operation ``name`` answered with; ``None`` for anything else."""
    columns = _COLUMNS.get(name.partition(".")[0])
    items = result.get("value")
    if columns is None or not isinstance(items, list):
        return None
    table = Table(box=None, pad_edge=False, header_style="dim")
    shown = [one for one in columns if any(one[2](item) for item in items)] or columns[:1]
    kept = MOST if shutil.get_terminal_size().columns < NARROW else {}
    for heading, justify, _ in shown:
        wraps = heading in WRAPPING or heading in kept
        table.add_column(
            heading,
            justify=justify,
            overflow="fold" if wraps else "ellipsis",
            no_wrap=not wraps,
            max_width=kept.get(heading),
        )
    for item in items:
        style = "bold" if item.get("isRead") is False else ""
        table.add_row(*(escape(harmless(cell(item)).replace("\n", " ")) for _, _, cell in shown), style=style)
    table.caption = None if items else "nothing found"
    return table


def time_of(text: Any) -> str:
    """``2026-11-24 09:30+01:00``: in the local zone, which stands behind it."""
    try:
        return datetime.fromisoformat(str(text)).astimezone().isoformat(" ", "minutes")
    except ValueError:
        return ""


def size_of(number: Any) -> str:
    """``12 KB``; decimal units, as mail programs show them."""
    if not isinstance(number, int):
        return ""
    for unit, scale in (("MB", 1_000_000), ("KB", 1_000)):
        if number >= scale:
            return f"{number / scale:.1f} {unit}"
    return f"{number} B"


def _text(key: str) -> Cell:
    return lambda item: "" if item.get(key) is None else str(item[key])


def _from(item: Mapping[str, Any]) -> str:
    address = (item.get("from") or {}).get("emailAddress") or {}
    return str(address.get("name") or address.get("address") or "")


def _marks(item: Mapping[str, Any]) -> str:
    flagged = (item.get("flag") or {}).get("flagStatus") == "flagged"
    important = item.get("importance") == "high"
    marks = (("new", item.get("isRead") is False), ("file", item.get("hasAttachments")), ("flag", flagged))
    more = (("high", important), ("draft", item.get("isDraft")))
    return " ".join(name for name, holds in (*marks, *more) if holds)


_COLUMNS: Mapping[str, tuple[tuple[str, "JustifyMethod", Cell], ...]] = {
    "messages": (
        ("received", "left", lambda item: time_of(item.get("receivedDateTime"))),
        ("from", "left", _from),
        ("subject", "left", _text("subject")),
        ("", "left", _marks),
    ),
    "folders": (
        ("folder", "left", lambda item: str(item.get("path") or item.get("displayName") or "")),
        ("messages", "right", _text("totalItemCount")),
        ("unread", "right", _text("unreadItemCount")),
        ("folders", "right", _text("childFolderCount")),
    ),
    "attachments": (
        ("name", "left", _text("name")),
        ("type", "left", _text("contentType")),
        ("size", "right", lambda item: size_of(item.get("size"))),
        ("", "left", lambda item: "inline" if item.get("isInline") else ""),
    ),
}
