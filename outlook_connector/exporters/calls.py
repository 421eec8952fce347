"""What a platform can call at the HTTP host: every operation, and a poll of every trigger."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..manifest import Manifest, Operation, Trigger
from .bundling import bundled

API_KEY = "X-API-Key"
CONNECTION = "X-Connection"
"""The HTTP host's headers: who calls, and for which of its connections."""

COMMON = ("mailbox", "limit", "pageSize", "cursor", "select", "expand", "filter", "orderBy")
"""Inputs that many operations share and few people set: designers show them last."""


@dataclass(frozen=True)
class Call:
    """One call: ``POST {host}{path}`` with the input as a JSON object.

    ``id`` is the name where a platform forbids a dot: ``messages_send``, ``poll_message_received``.
    """

    id: str
    entry: Operation | Trigger
    title: str
    description: str
    path: str
    input: dict[str, Any]
    output: dict[str, Any]

    @property
    def noun(self) -> str:
        return "triggers" if isinstance(self.entry, Trigger) else self.entry.name.partition(".")[0]


def calls(manifest: Manifest) -> Iterator[Call]:
    """The operations in the manifest's order, then the triggers. Input and output are JSON Schemas that are complete
    in themselves, in draft 2020-12."""
    schemas = manifest.schemas
    for one in manifest.operations.values():
        given, answer = bundled(schemas, one.input_schema), bundled(schemas, one.output_schema)
        path = f"/operations/{one.name}"
        yield Call(one.name.replace(".", "_"), one, one.title, one.description, path, given, answer)
    for event in manifest.triggers.values():
        given, answer = bundled(schemas, event.input_schema), _polled(bundled(schemas, event.output_schema))
        path = f"/triggers/{event.name}/poll"
        title, told = f"Poll for {event.title.lower()}", f"{event.description} {POLLED}"
        yield Call(f"poll_{event.name.replace('.', '_')}", event, title, told, path, given, answer)


POLLED = "Gives the events since the cursor of the answer before; the first poll starts from now."


def _polled(event: dict[str, Any]) -> dict[str, Any]:
    """The answer of a poll, which holds events of this schema."""
    definitions = event.pop("$defs", {})
    return {
        "$schema": event.pop("$schema"),
        "title": event["title"],
        "description": "The events since the cursor.",
        "type": "object",
        "required": ["value", "cursor", "more"],
        "properties": {
            "value": {"description": "The events, the oldest first.", "type": "array", "items": event},
            "cursor": {"description": "Give it to the next poll.", "type": "string"},
            "more": {"description": "Whether other events can be had at once.", "type": "boolean"},
        },
        **({"$defs": definitions} if definitions else {}),
    }


def resolved(node: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    """``node`` with its ``$ref`` into ``top`` followed; what stands beside the ``$ref`` wins."""
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return node
    target: Any = top
    for part in reference.removeprefix("#").strip("/").split("/") if reference != "#" else ():
        target = target[part.replace("~1", "/").replace("~0", "~")]
    return {**resolved(target, top), **{key: value for key, value in node.items() if key != "$ref"}}


def icon(name: str) -> bytes:
    """A picture of ``icons/``."""
    return (Path(__file__).parent / "icons" / name).read_bytes()
