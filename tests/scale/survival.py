"""The tables of docs/survival.md, their rules, and how each field is read in each place."""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

Json = dict[str, Any]
DOCUMENT = Path(__file__).parents[2] / "docs" / "survival.md"
PLACES = ("Sent Items", "messages.get", "messages.getMime", "messages.importMime", "messages.export")
NOWHERE = "—"


def table(first: str) -> list[list[str]]:
    """The rows of the document's table whose first column has that head, the head left out."""
    lines = iter(DOCUMENT.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line.startswith(f"| {first} |"):
            next(lines)
            break
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


# -- rules


def _spaced(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, dict):
        return {key: _spaced(inner) for key, inner in value.items()}
    return [_spaced(inner) for inner in value]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


class _Markup(HTMLParser):
    """What stands inside the body element, or everything where there is none."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Any] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "head")
        if tag == "body":
            self.found = []
        elif not self._silent and tag != "html":
            self.found.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "head")
        if tag not in ("body", "html", "head", "script"):
            self.found.append(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def _markup(text: str) -> list[Any]:
    reader = _Markup()
    reader.feed(text.replace("\r\n", "\n").rstrip("\n"))
    reader.close()
    joined: list[Any] = []
    for item in reader.found:
        # Texts may come in several pieces, and what was taken out between two of them leaves no trace.
        if isinstance(item, str) and joined and isinstance(joined[-1], str):
            joined[-1] += item
        else:
            joined.append(item)
    return joined


def _same(given: Any, found: Any) -> bool:
    return bool(given == found)


def _if_given(given: list[str | None], found: list[str]) -> bool:
    pairs = zip(given, found, strict=True)
    return all(not name or _spaced(name) == _spaced(there) for name, there in pairs)


def _media_type(given: list[str], found: list[str]) -> bool:
    parts = ("multipart/", "message/")
    return found == ["application/octet-stream" if kind.startswith(parts) else kind for kind in given]


RULES: Mapping[str, Callable[[Any, Any], bool]] = {
    "same": _same,
    "white space": lambda given, found: bool(_spaced(given) == _spaced(found)),
    "line ends": lambda given, found: _lines(given) == _lines(found),
    "markup": lambda given, found: _markup(given) == _markup(found),
    "if given": _if_given,
    "media type": _media_type,
    "gone": lambda _given, found: not found,
}

# -- what Graph's JSON holds


def _addresses(people: list[Json]) -> list[str]:
    return [one["emailAddress"]["address"] for one in people]


def _names(people: list[Json]) -> list[str | None]:
    return [one["emailAddress"].get("name") for one in people]


def _own(headers: Any) -> dict[str, str]:
    mine = [one for one in headers or [] if re.match("x-(?!ms-)", one["name"], re.IGNORECASE)]
    return {one["name"].lower(): one["value"] for one in mine}


def of_message(message: Json) -> Json:
    """The fields of a message as Graph gives it, attachments expanded."""
    files = message["attachments"]
    kind, content = message["body"]["contentType"].lower(), message["body"]["content"]
    return {
        "subject": message["subject"],
        "body kind": kind,
        f"{kind} body": content,
        "from address": message["from"]["emailAddress"]["address"],
        **_people(message),
        "importance": message["importance"],
        "read receipt": bool(message["isReadReceiptRequested"]),
        "delivery receipt": bool(message["isDeliveryReceiptRequested"]),
        "categories": message["categories"],
        "own headers": _own(message.get("internetMessageHeaders")),
        "internet message id": message["internetMessageId"],
        "attachment names": [one["name"] for one in files],
        "attachment types": [one["contentType"] for one in files],
        "attachment bytes": [base64.b64decode(one["contentBytes"]) for one in files],
        "attachments inline": [one["isInline"] for one in files],
        "attachment content ids": [one.get("contentId") for one in files],
        "has attachments": message["hasAttachments"],
    }


def _people(message: Json) -> Json:
    lists = (
        ("to", "toRecipients"),
        ("cc", "ccRecipients"),
        ("bcc", "bccRecipients"),
        ("reply-to", "replyTo"),
    )
    found: Json = {}
    for field, name in lists:
        found[f"{field} addresses"] = _addresses(message.get(name) or [])
        found[f"{field} names"] = _names(message.get(name) or [])
    return found


# -- what MIME holds


def of_mime(mail: EmailMessage) -> Json:
    """The fields of a mail that Python's email package has parsed."""
    files = [part for part in mail.walk() if part.get_filename() is not None]
    kinds = [part for part in _bodies(mail) if part not in files]
    best = next((part for part in kinds if part.get_content_type() == "text/html"), kinds[0])
    kind = best.get_content_subtype().replace("plain", "text")
    return {
        "subject": mail["Subject"] or "",
        "body kind": kind,
        f"{kind} body": best.get_content(),
        "from address": mail["From"].addresses[0].addr_spec,
        **_written_people(mail),
        "importance": str(mail.get("Importance", "normal")).lower(),
        "read receipt": "Disposition-Notification-To" in mail,
        "own headers": _own([{"name": name, "value": value} for name, value in mail.items()]),
        "internet message id": mail["Message-ID"],
        "attachment names": [part.get_filename() for part in files],
        "attachment types": [part.get_content_type() for part in files],
        "attachment bytes": [part.get_payload(decode=True) for part in files],
        "attachments inline": [part.get_content_disposition() == "inline" for part in files],
        "attachment content ids": [_bare(part["Content-ID"]) for part in files],
    }


def _bodies(mail: EmailMessage) -> Iterator[EmailMessage]:
    return (part for part in mail.walk() if part.get_content_maintype() == "text")


def _written_people(mail: EmailMessage) -> Json:
    found: Json = {}
    for field, name in (("to", "To"), ("cc", "Cc"), ("bcc", "Bcc"), ("reply-to", "Reply-To")):
        raw = [str(value) for header, value in mail.raw_items() if header.lower() == name.lower()]
        people = getaddresses([re.sub(r"\r\n(?=[ \t])", "", value) for value in raw])
        found[f"{field} addresses"] = [address for _, address in people]
        # RFC 2047, 6.2: white space between two encoded words is none.
        found[f"{field} names"] = [str(make_header(decode_header(named))) for named, _ in people]
    return found


def _bare(content_id: Any) -> str | None:
    return str(content_id).strip().strip("<>") if content_id else None
