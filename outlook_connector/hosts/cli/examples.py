"""An example of an operation as command lines that run as they are printed.

The schemas' examples name messages of the sandbox as ``{{QUARTERLY_REPORT}}``: such an id is looked up first, by
another operation, into a shell variable.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...manifest import Operation
    from ...schema import Schemas

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_UNKNOWN = re.compile(r"\{(state|code)\}")


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


_A_DRAFT = _Source("drafts.create", {"to": ["kim@contoso.example"], "subject": "A draft"}, "/id")
_A_MESSAGE = _Source("messages.list", {"folder": "inbox", "limit": 1}, "/value/0/id")
_WITH_ATTACHMENT = _Source("messages.list", {"hasAttachments": True, "limit": 1}, "/value/0/id")
_AN_ATTACHMENT = _Source("attachments.list", {"messageId": "{{ANY}}", "limit": 1}, "/value/0/id")

_SOURCES: Mapping[tuple[str, str], _Source] = {
    ("attachments", "messageId"): _WITH_ATTACHMENT,
    ("attachments", "attachmentId"): _AN_ATTACHMENT,
    ("drafts", "draftId"): _A_DRAFT,
    ("drafts", "messageId"): _A_DRAFT,
}
"""By the operation's noun and the property; any other id is that of a message."""


def example_of(operation: "Operation", schemas: "Schemas") -> Example:
    """The schema's first example, with the look-ups that it needs before it."""
    examples = schemas.document(operation.input_schema).get("examples") or [{}]
    values = examples[0]
    lookups = tuple(_lookups(operation.name, values))
    note = "with what the browser brought back in place of the words in braces; login does it all"
    needs_browser = bool(_UNKNOWN.search(json.dumps(values)))
    return Example((*lookups, command(operation.name, values)), note if needs_browser else "")


def command(name: str, values: Mapping[str, Any], pick: str = "") -> str:
    """``outlook-connector invoke …`` with the input quoted for a POSIX shell; placeholders become variables."""
    named = {key: _variable(key, value) for key, value in values.items()}
    text = json.dumps(named, ensure_ascii=False).replace("'", "'\\''")
    quoted = _PLACEHOLDER.sub(lambda found: f"'${found[1]}'", text)
    return " ".join(
        [
            "outlook-connector invoke",
            name,
            *([f"'{quoted}'"] if values else []),
            *([f"--pick {pick}"] if pick else []),
        ]
    )


def _lookups(name: str, values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        marked = isinstance(value, str) and _PLACEHOLDER.fullmatch(value)
        if marked:
            noun = "drafts" if marked[1] == "DRAFT" else name.partition(".")[0]
            source = _SOURCES.get((noun, key), _A_MESSAGE)
            yield f"{key}=$({command(source.operation, source.input, source.pointer)})"


def _variable(key: str, value: Any) -> Any:
    """A placeholder is named by its property, which is also the variable's name."""
    return f"{{{{{key}}}}}" if isinstance(value, str) and _PLACEHOLDER.fullmatch(value) else value
