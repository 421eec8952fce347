"""Friendly values become Graph's, once, before anything is bound or handled: one function a kind.

A value's kind stands in its schema as ``x-kind``. A kind that needs a look-up gets it as an argument.
"""

import base64
import mimetypes
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO, Protocol

from .errors import InvalidInput
from .frozen import frozen
from .schema import Schemas

WELL_KNOWN = {
    name.lower(): name.lower()
    for name in (
        *("inbox", "drafts", "sentitems", "deleteditems", "junkemail", "archive", "outbox", "clutter"),
        *("conversationhistory", "msgfolderroot", "recoverableitemsdeletions", "scheduled", "searchfolders"),
        *("serverfailures", "localfailures", "conflicts", "syncissues"),
    )
} | {"sent items": "sentitems", "deleted items": "deleteditems", "junk email": "junkemail"}
"""Names that Graph takes in place of a folder's id, and the English ones of a mailbox's own folders.
https://learn.microsoft.com/graph/api/resources/mailfolder"""

_ID = r"[A-Za-z0-9+_=-]{60,}|A[AQ][Mk][A-Za-z0-9+/_=-]{57,}"
"""What is too long for a word; with slashes, as older ids have them, only where it begins as an id does."""
_SLASH = r"(?<!\\)/"
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_NO_TEXT = frozenset(("Cc", "Cs", "Zl", "Zp"))
_TWO_DOMAINS = frozenset("\u00df\u1e9e\u03c2\u200c\u200d")
"""Of these, older readers make another domain than newer ones: mail to one would go to the other's owner.
https://www.unicode.org/reports/tr46/#Deviations"""
_ADDRESS = r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,255}"


class Lookup(Protocol):
    """What a kind may ask for while it is normalised."""

    def child_folder(self, parent: str, name: str) -> str | None:
        """The id of the folder called ``name`` in ``parent``, if there is one."""

    def open_file(self, path: str) -> tuple[BinaryIO, int]:
        """The file's stream and size in bytes; ``OperationDenied`` outside the directories allowed."""


@frozen
class Attachment:
    """A file or item to attach: Graph's properties without the content, which is opened when it is needed."""

    properties: Mapping[str, Any]
    size: int
    open: Callable[[], BinaryIO] = field(repr=False)

    def resource(self) -> dict[str, Any]:
        """Graph's ``fileAttachment`` with its content in base64."""
        with self.open() as stream:
            content = base64.b64encode(stream.read()).decode("ascii")
        return {**self.properties, "contentBytes": content}


def plan(schemas: Schemas, schema_name: str) -> dict[str, tuple[str, bool]]:
    """Which input properties have a kind: ``{"to": ("recipient", True)}``; the flag says that it is a list."""
    found: dict[str, tuple[str, bool]] = {}
    for name, node in schemas.document(schema_name).get("properties", {}).items():
        resolved, file = schemas.resolve(node, schema_name)
        items, _ = schemas.resolve(resolved.get("items", {}), file) if "items" in resolved else ({}, "")
        if kind := resolved.get("x-kind"):
            found[name] = (kind, False)
        elif kind := items.get("x-kind"):
            found[name] = (kind, True)
    return found


def normalise(
    values: Mapping[str, Any], kinds: Mapping[str, tuple[str, bool]], lookup: Lookup
) -> dict[str, Any]:
    """The input with every value of a kind in Graph's form. Raises ``InvalidInput`` with all that is wrong."""
    problems: list[tuple[str, str]] = []
    result = dict(values)
    for name, (kind, many) in kinds.items():
        if values.get(name) is None:
            continue
        convert, value = KINDS[kind], values[name]
        listed = list(enumerate(value)) if many and isinstance(value, list) else [(None, value)]
        done = []
        for index, item in listed:
            try:
                done.append(convert(item, lookup))
            except ValueError as error:
                problems.append((f"/{name}" if index is None else f"/{name}/{index}", str(error)))
        result[name] = done if many else next(iter(done), None)
    if problems:
        raise InvalidInput.of(problems)
    return result


def recipient(value: Any, _: Lookup | None = None) -> dict[str, Any]:
    """``kim@example.com``, ``Kim <kim@example.com>`` or ``{name, address}`` as Graph's ``recipient``."""
    name, address = _split(value) if isinstance(value, str) else (value.get("name", ""), value["address"])
    name, address = name.strip(), _ascii_address(address.strip())
    if not is_one_line(name):
        raise ValueError("must have a name without line breaks or control characters")
    return {"emailAddress": {"address": address, **({"name": name} if name else {})}}


def _ascii_address(address: str) -> str:
    """The address with its domain in the form that goes over the wire (IDNA), so that what a policy allows is what
    is sent to: letters that merely look alike, or that fold to others, do not pass for them."""
    local, at, domain = address.rpartition("@")
    if not _TWO_DOMAINS.isdisjoint(domain):
        raise ValueError(
            "must have its domain as xn--…: its letters stand for two domains, by IDNA 2003 and 2008"
        )
    try:
        plain = local + at + (domain if domain.isascii() else domain.encode("idna").decode("ascii"))
    except UnicodeError:
        plain = ""
    if not re.fullmatch(_ADDRESS, plain) or not plain.isascii() or not plain.isprintable():
        raise ValueError("must be an address such as kim@example.com or Kim <kim@example.com>")
    return plain


def _split(text: str) -> tuple[str, str]:
    name, bracket, rest = text.strip().rpartition("<")
    if not bracket or not rest.endswith(">"):
        return "", text
    quoted = re.fullmatch(_QUOTED, name.strip())
    return (re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else name), rest[:-1]


def is_one_line(text: str) -> bool:
    """Whether a text has neither line breaks nor control characters. Joined emoji, marks of direction and every
    kind of space are text like any other."""
    return not any(unicodedata.category(char) in _NO_TEXT for char in text)


def time(value: str, _: Lookup | None = None) -> str:
    """A time with its zone, in UTC to the second: ``2026-11-24T10:00:00+01:00`` gives ``2026-11-24T09:00:00Z``."""
    try:
        moment = datetime.fromisoformat(value.upper())
        if moment.tzinfo is None:
            raise ValueError("must say its zone: end it with Z or an offset such as +01:00")
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    except (ValueError, OverflowError) as error:
        told = str(error) if str(error).startswith("must") else "must be a time such as 2026-11-24T10:00:00Z"
        raise ValueError(told) from None


def folder(value: str, lookup: Lookup) -> str:
    """A folder's id: an id or a well-known name as it is, a path such as ``Inbox/Projects/2026`` looked up; ``\\/`` is
    a slash in a name."""
    known = WELL_KNOWN.get(value.strip().lower())
    if known:
        return known
    if re.fullmatch(_ID, value):
        return value
    parts = [part.replace("\\/", "/") for part in re.split(_SLASH, value) if part]
    if not parts or not is_one_line(value):
        raise ValueError("must be a folder's id, a well-known name such as inbox, or a path")
    return _walk(parts, lookup)


def _walk(parts: list[str], lookup: Lookup) -> str:
    known = WELL_KNOWN.get(parts[0].lower())
    current, rest = (known, parts[1:]) if known else ("msgfolderroot", parts)
    walked = parts[: len(parts) - len(rest)]
    for name in rest:
        found = lookup.child_folder(current, name)
        if found is None:
            raise ValueError(f"names no folder: there is no {name!r} in {'/'.join(walked) or 'the mailbox'}")
        current, walked = found, [*walked, name]
    return current


_RULE_PEOPLE = ("fromAddresses", "sentToAddresses", "forwardTo", "forwardAsAttachmentTo", "redirectTo")
_RULE_FOLDERS = ("moveToFolder", "copyToFolder")


def rule_part(value: Mapping[str, Any], lookup: Lookup) -> dict[str, Any]:
    """A rule's conditions, exceptions or actions: recipients and folders in them are as friendly as elsewhere."""
    made = dict(value)
    for name in made.keys() & {*_RULE_PEOPLE, *_RULE_FOLDERS}:
        try:
            if name in _RULE_PEOPLE:
                made[name] = [recipient(one, lookup) for one in value[name]]
            else:
                made[name] = folder(value[name], lookup)
        except ValueError as error:
            raise ValueError(f"{name} {error}") from None
    return made


def attachment(value: Mapping[str, Any], lookup: Lookup) -> Attachment:
    """``{name, contentBytes}`` or ``{path}`` as an ``Attachment``; the type is guessed from the name."""
    if "path" in value:
        stream, size = lookup.open_file(value["path"])
        stream.close()
        name = value.get("name") or re.split(r"[/\\]", value["path"])[-1]
        return Attachment(_file(name, value), size, lambda: lookup.open_file(value["path"])[0])
    try:
        content = base64.b64decode(value["contentBytes"], validate=True)
    except ValueError:
        raise ValueError("must have contentBytes in base64") from None
    return Attachment(_file(value["name"], value), len(content), lambda: BytesIO(content))


def _file(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    if not is_one_line(name):
        raise ValueError("must have a name without line breaks or control characters")
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    content_id = value.get("contentId")
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": name,
        "contentType": value.get("contentType") or guessed,
        "isInline": value.get("isInline", content_id is not None),
        **({"contentId": content_id} if content_id else {}),
    }


KINDS: Mapping[str, Callable[[Any, Any], Any]] = {
    "recipient": recipient,
    "time": time,
    "folder": folder,
    "attachment": attachment,
    "rulePart": rule_part,
}


def addresses(value: Any) -> Iterator[str]:
    """Every address in a normalised value: a recipient, or a list of them."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping) and isinstance(item.get("emailAddress"), Mapping):
            yield str(item["emailAddress"].get("address", ""))
