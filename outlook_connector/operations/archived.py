"""The two forms of an export: a file of MIME for each message, or one file with a JSON line for each."""

import base64
import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..binding import GraphRequest, get
from ..context import Context
from ..graph.paging import Page, page_of, walk
from .archive import UNFINISHED, Row, to_disk
from .content import copied
from .messages import with_body_format
from .writing import Written

LINES = "messages.jsonl"
LISTED = (
    "attachments($select=id,name,contentType,size,isInline,lastModifiedDateTime,"
    "microsoft.graph.fileAttachment/contentId)"
)
MORE = "@odata.nextLink"
PIECE = 3 << 14
"""Bytes that become base64 at a time: a multiple of three."""


class MimeFiles:
    """Exactly Graph's MIME of each message in a file of its own.
    https://learn.microsoft.com/graph/outlook-get-mime-message"""

    def __init__(self, context: Context, directory: Path, values: Mapping[str, Any]) -> None:
        self._context, self._directory = context, directory
        self._ready: set[str] = set()

    def is_empty(self) -> bool:
        """Each file has a name that only its message gets."""
        return True

    def begin(self) -> None:
        """Each row stands for itself."""

    def keeps(self, row: Row) -> bool:
        file = self._directory / str(row["file"])
        return file.is_file() and file.stat().st_size == int(row["bytes"])

    def resume(self) -> None:
        """A file has its name only once it is whole."""

    def write(self, message: Mapping[str, Any], place: str) -> dict[str, Any]:
        """The message's row. Raises what Graph answers."""
        name = _file_name(message)
        file = f"{place}/{name}" if place else name
        self._prepare(place)
        request = get("/messages/{id}/$value", id=message["id"])
        with self._context.files.replacing(str(self._directory / file), UNFINISHED) as stream:
            size, digest = copied(self._context.graph, request, stream, lasting=True)
        return {"file": file, "bytes": size, "sha256": digest}

    def close(self) -> None:
        """Every file is closed once it is written."""

    def _prepare(self, place: str) -> None:
        """The folder's own directory, without what a killed process left there."""
        if place in self._ready:
            return
        made = Path(self._context.files.directory(str(self._directory / place)))
        for left in made.glob(UNFINISHED + "*"):
            left.unlink(missing_ok=True)
        self._ready.add(place)


class JsonLines:
    """Each message as Graph gives it, in a line of one file, with its attachments listed or with their content in
    base64 (``contentBytes``; of an attached item its MIME)."""

    def __init__(self, context: Context, directory: Path, values: Mapping[str, Any]) -> None:
        self._context, self._values = context, values
        self._file = directory / LINES
        self._size = self._file.stat().st_size if self._file.exists() else 0
        self._end = 0
        self._opened = ExitStack()

    def is_empty(self) -> bool:
        return not self._size

    def begin(self) -> None:
        self._end = 0

    def keeps(self, row: Row) -> bool:
        """Lines stand one behind the other, from the first."""
        whole = row.get("offset") == self._end and self._end + row["bytes"] <= self._size
        self._end += row["bytes"] if whole else 0
        return whole

    def resume(self) -> None:
        """What no row names was not finished."""
        self._stream = self._opened.enter_context(self._context.files.appending(str(self._file)))
        self._stream.truncate(self._end)

    def write(self, message: Mapping[str, Any], place: str) -> dict[str, Any]:
        """The message's row. Raises what Graph answers; of the message, nothing is left then."""
        asked = get("/messages/{id}", query={"$expand": LISTED}, id=message["id"])
        request = with_body_format(asked, self._values)
        found = self._context.graph.json(request)
        line = Written(self._stream)
        try:
            self._write(line, found, self._attachments(found, request))
            to_disk(self._stream)
        except BaseException:
            self._stream.flush()
            self._stream.truncate(self._end)
            raise
        row = {"file": LINES, "offset": self._end, "bytes": line.size, "sha256": line.digest.hexdigest()}
        self._end += line.size
        return row

    def close(self) -> None:
        self._opened.close()

    def _attachments(self, found: dict[str, Any], request: GraphRequest) -> Iterator[dict[str, Any]]:
        """All of them, taken out of the message: what is expanded may end with a link to more.
        https://learn.microsoft.com/graph/paging"""
        graph, link = self._context.graph, found.pop(f"attachments{MORE}", None)
        first = page_of({"value": found.pop("attachments", []), MORE: link})

        def fetch(state: Any) -> Page:
            return first if state is None else page_of(graph.json(graph.follow(str(state), request)))

        return (one for page in walk(fetch) for one in page.items)

    def _write(self, line: Written, found: dict[str, Any], attachments: Iterator[dict[str, Any]]) -> None:
        shown = {name: value for name, value in found.items() if not name.startswith("@odata.context")}
        line.add(json.dumps(shown)[:-1].encode() + b', "attachments": [')
        for number, one in enumerate(attachments):
            line.add((b", " if number else b"") + json.dumps(one)[:-1].encode())
            if self._values.get("attachmentContent") and not _is_reference(one):
                line.add(b', "contentBytes": "')
                self._add_content(line, str(found["id"]), str(one["id"]))
                line.add(b'"')
            line.add(b"}")
        line.add(b"]}\n")

    def _add_content(self, line: Written, message_id: str, attachment_id: str) -> None:
        """By way of a temporary file, so that a large attachment is never in memory whole."""
        request = get("/messages/{message}/attachments/{one}/$value", message=message_id, one=attachment_id)
        with tempfile.TemporaryFile(dir=self._file.parent) as content:
            copied(self._context.graph, request, content)
            content.seek(0)
            while piece := content.read(PIECE):
                line.add(base64.b64encode(piece))


def _is_reference(attachment: Mapping[str, Any]) -> bool:
    """A link to a file in the cloud has no content. https://learn.microsoft.com/graph/api/attachment-get"""
    return str(attachment.get("@odata.type", "")).endswith("referenceAttachment")


def _file_name(message: Mapping[str, Any]) -> str:
    """When it came and a digest of its id: short, the same each time, no other message's on any file system, and
    nothing that a person wrote."""
    came = re.sub(r"[^0-9TZ]", "", str(message.get("receivedDateTime") or ""))[:16] or "undated"
    return f"{came}-{hashlib.sha256(message['id'].encode()).hexdigest()[:24]}.eml"
