"""Exporting a folder's messages to files: streamed, and going on where a killed process left off.

https://learn.microsoft.com/graph/api/user-list-messages, https://learn.microsoft.com/graph/outlook-get-mime-message
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..binding import get
from ..context import Context
from ..errors import GraphError, InvalidInput, NotFound, TransportError
from ..files import safe_name, storing
from ..graph.client import Graph
from ..graph.paging import listing, walk
from ..reply import text_of
from . import query
from .archive import LOCK, MANIFEST, Archive
from .archived import LINES, JsonLines, MimeFiles

FORMS: Mapping[str, type[MimeFiles] | type[JsonLines]] = {"eml": MimeFiles, "jsonl": JsonLines}
PAGE = 500
"""Ids asked for at a time."""
PASSES = 5
"""How often the list is read again while there is something new in it: what is deleted while it is read moves others
to pages that were read already."""
PATIENCE = 3
"""Messages in a row that fail in passing before the export is given up for now."""
LONGEST_FOLDER = 80
OWN = {MANIFEST, LOCK, LINES}
FOLDER = "id,displayName,totalItemCount,childFolderCount"


@dataclass(frozen=True)
class Folder:
    """A folder, and its directory in the export (empty for the first)."""

    id: str
    place: str
    items: int


@dataclass
class Run:
    """One call's work and what came of it."""

    context: Context
    archive: Archive
    form: MimeFiles | JsonLines
    limit: float
    total: int | None
    written: int = 0
    bytes: int = 0
    gone: list[str] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    stopped: bool = False
    _in_a_row: int = 0
    _set_aside: set[str] = field(default_factory=set)

    def take(self, folder: Folder, message: Mapping[str, Any]) -> None:
        """Write one message, unless it stands there already. One that fails is noted and left out, but several in a
        row that fail in passing end the call with the last one's error."""
        wanted = text_of(message, "id")
        if wanted in self.archive or wanted in self._set_aside:
            return
        if self.written >= self.limit:
            self.stopped = True
            return
        try:
            row = self.form.write(message, folder.place)
        except NotFound:
            self._set_aside.add(wanted)
            self.gone.append(wanted)
            return
        except (GraphError, TransportError) as error:
            self._in_a_row = self._in_a_row + 1 if error.retryable else 0
            if self._in_a_row >= PATIENCE:
                raise
            self._set_aside.add(wanted)
            self.failed.append({"messageId": wanted, "problem": error.to_dict()})
            return
        self.archive.add({"id": wanted, "folder": folder.id, **row})
        self._in_a_row, self.written, self.bytes = 0, self.written + 1, self.bytes + row["bytes"]
        self.tell()

    def tell(self) -> None:
        total = None if self.total is None else max(self.total, len(self.archive))
        self.context.graph.progress("messages", len(self.archive), total)

    def answer(self) -> dict[str, Any]:
        return {
            "directory": str(self.archive.directory),
            "manifest": self.archive.manifest,
            "written": self.written,
            "bytes": self.bytes,
            "writtenBefore": len(self.archive) - self.written,
            "gone": self.gone,
            "failed": self.failed,
            "complete": not self.failed and not self.stopped,
        }


def messages(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Export a folder. Called again with the same input it writes what is missing, new messages included.

    Each request has ``http.deadline`` to itself. Raises ``OperationDenied`` outside ``files.allow``, ``InvalidInput``
    where the directory holds another export, and Graph's error where nothing goes on; what was written stays good.
    """
    _check(values)
    context = replace(context, graph=context.graph.bound(context.graph.mailbox, each_call=True))
    directory = context.files.directory(values["saveTo"])
    request = get("/mailFolders/{folder}", query={"$select": FOLDER}, folder=values["folder"])
    root = context.graph.json(request)
    header = _header(context, text_of(root, "id"), values)
    with (
        storing(directory),
        closing(Archive(context.files, directory, header)) as archive,
        closing(FORMS[header["format"]](context, Path(directory), values)) as form,
    ):
        archive.open(form)
        form.resume()
        return _export(context, archive, form, root, values)


def _export(
    context: Context,
    archive: Archive,
    form: MimeFiles | JsonLines,
    root: Mapping[str, Any],
    values: Mapping[str, Any],
) -> dict[str, Any]:
    folders = list(_folders(context.graph, root, bool(values.get("includeSubfolders"))))
    condition = query.conditions(values)
    total = None if condition else sum(one.items for one in folders)
    run = Run(context, archive, form, values.get("limit", float("inf")), total)
    run.tell()
    for _ in range(PASSES):
        before, pages = run.written, 0
        for folder in folders:
            pages += _read(run, folder, condition, is_root=folder is folders[0])
        if run.stopped or run.written == before or pages <= len(folders):
            break
    return run.answer()


def _read(run: Run, folder: Folder, condition: str | None, *, is_root: bool) -> int:
    """Take every message of one folder; gives how many pages its list had. A folder that is gone has none."""
    asked = {"$select": "id,receivedDateTime", "$top": PAGE, "$filter": condition}
    pages = 0
    try:
        request = get("/mailFolders/{id}/messages", query=asked, id=folder.id)
        for page in walk(listing(run.context.graph, request)):
            pages += 1
            for message in page.items:
                run.take(folder, message)
                if run.stopped:
                    return pages
    except NotFound:
        if is_root:
            raise
    return pages


def _folders(graph: Graph, root: Mapping[str, Any], deep: bool) -> Iterator[Folder]:
    """The folder, and where it is asked for those in it, parents first. Search folders show what lies in others."""
    waiting = [(root, "")]
    for one, place in waiting:
        yield Folder(text_of(one, "id"), place, int(one.get("totalItemCount") or 0))
        if deep and one.get("childFolderCount"):
            asked = {"$select": FOLDER, "$top": PAGE}
            request = get("/mailFolders/{id}/childFolders", query=asked, id=str(one["id"]))
            for page in walk(listing(graph, request)):
                below = [child for child in page.items if "SearchFolder" not in str(child.get("@odata.type"))]
                waiting += [(child, _place(place, text_of(child, "displayName"))) for child in below]


def _place(above: str, name: str) -> str:
    """A folder's directory. Where two get the same one nothing is lost: the files in it have names of their own."""
    safe = safe_name(re.sub(r"[/\\]", "_", name), "folder")[:LONGEST_FOLDER].strip(" .")
    safe = f"_{safe}" if safe.lower() in OWN else safe
    return f"{above}/{safe}" if above else safe


def _header(context: Context, folder_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What makes an export the same as an earlier one. Filters may hold names: of them, only a digest is kept."""
    condition = query.conditions(values)
    return {
        "export": 1,
        "mailbox": context.owner,
        "folder": folder_id,
        "includeSubfolders": bool(values.get("includeSubfolders")),
        "format": values.get("format", "eml"),
        "attachmentContent": bool(values.get("attachmentContent")),
        "bodyFormat": values.get("bodyFormat"),
        "immutableIds": context.graph.config.immutable_ids,
        "filters": hashlib.sha256(condition.encode()).hexdigest() if condition else None,
    }


def _check(values: Mapping[str, Any]) -> None:
    if values.get("format", "eml") == "eml":
        wrong = [name for name in ("attachmentContent", "bodyFormat") if name in values]
        if wrong:
            told = "is for the format jsonl: MIME holds the whole message"
            raise InvalidInput.of([(f"/{name}", told) for name in wrong])
