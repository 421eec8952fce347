"""An example of an operation as command lines that run as they are printed, whatever the mailbox.

An id in a schema's example belongs to one mailbox; here it is looked up first, by another operation, into a shell
variable.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...manifest import Operation, Trigger
    from ...schema import Schemas

_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
_FROM_BROWSER = ("state", "code")


@dataclass(frozen=True)
class Example:
    """Lines for a shell, and a remark where they cannot simply be run."""

    lines: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class _Source:
    """Where an id comes from: an operation, its input, and a JSON pointer into its output."""

    operation: str
    input: Mapping[str, Any]
    pointer: str


_A_MESSAGE = _Source("messages.list", {"folder": "inbox", "limit": 1}, "/value/0/id")
_WITH_ATTACHMENT = _Source("messages.list", {"hasAttachments": True, "limit": 1}, "/value/0/id")
_A_DRAFT = _Source("drafts.create", {"to": ["kim@contoso.example"], "subject": "A draft"}, "/id")
_AN_ATTACHMENT = _Source("attachments.list", {"messageId": "{{messageId}}", "limit": 1}, "/value/0/id")

_SOURCES: Mapping[str, _Source] = {
    "attachments.add/messageId": _A_DRAFT,
    "attachments/messageId": _WITH_ATTACHMENT,
    "messageId": _A_MESSAGE,
    "draftId": _A_DRAFT,
    "attachmentId": _AN_ATTACHMENT,
    "subscriptionId": _Source("subscriptions.list", {"limit": 1}, "/value/0/id"),
    "deviceSession": _Source("auth.beginDevice", {}, "/deviceSession"),
}
"""By property; where its operation or noun stands before it, only for that."""


def example_of(operation: "Operation | Trigger", schemas: "Schemas") -> Example:
    """The schema's first example, with the look-ups that it needs before it."""
    from ...manifest import Trigger

    examples = schemas.document(operation.input_schema).get("examples") or [{}]
    sources = {key: source for key in examples[0] if (source := _source(operation.name, key))}
    values = {key: f"{{{{{key}}}}}" if key in sources else value for key, value in examples[0].items()}
    verb = "watch" if isinstance(operation, Trigger) else "invoke"
    lines = (*_lookups(sources), command(operation.name, values, verb=verb))
    by_browser = any(key in values for key in _FROM_BROWSER)
    return Example(lines, "with what the browser brought back; login does it all" if by_browser else "")


def command(name: str, values: Mapping[str, Any], pick: str = "", verb: str = "invoke") -> str:
    """``outlook-connector invoke …``, or another verb, with the input quoted for a POSIX shell; ``{{name}}`` is a
    variable there."""
    text = json.dumps(values, ensure_ascii=False).replace("'", "'\\''")
    quoted = "'" + _VARIABLE.sub(lambda found: f"'${found[1]}'", text) + "'"
    words = [
        f"outlook-connector {verb}",
        name,
        *([quoted] if values else []),
        *(["--pick", pick] if pick else []),
    ]
    return " ".join(words)


def _source(name: str, key: str) -> _Source | None:
    noun = name.partition(".")[0]
    return _SOURCES.get(f"{name}/{key}") or _SOURCES.get(f"{noun}/{key}") or _SOURCES.get(key)


def _lookups(sources: Mapping[str, _Source]) -> Iterator[str]:
    for key, source in sources.items():
        yield f"{key}=$({command(source.operation, source.input, source.pointer)})"
