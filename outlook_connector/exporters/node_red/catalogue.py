"""What the nodes are: of each its type, where it stands in the palette, what it calls and what it asks for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ...manifest import Manifest, Trigger
from ..calls import COMMON, Call, calls
from ..inputs import Input, inputs

KEPT_BY_THE_NODE = ("cursor",)
"""A trigger's inputs that its node sees to."""


@dataclass(frozen=True)
class Node:
    """One node. ``poll`` tells a trigger's, which has no way in; ``reads`` what may be asked twice. An input's kind is
    a key of the editor's ``OWN``."""

    type: str
    name: str
    title: str
    description: str
    category: str
    path: str
    poll: bool
    reads: bool
    documentation: str
    inputs: tuple[Input, ...]

    def for_editor(self) -> dict[str, Any]:
        """What the editor needs of it to draw the node."""
        kept = ("name", "kind", "required", "choices")
        found = [{key: getattr(one, key) for key in kept} for one in self.inputs]
        return {key: getattr(self, key) for key in ("type", "category", "title", "poll")} | {"inputs": found}

    def for_runtime(self) -> dict[str, Any]:
        """What it needs to make its call."""
        found = [{"name": one.name, "kind": one.kind} for one in self.inputs]
        return {key: getattr(self, key) for key in ("type", "name", "path", "poll", "reads")} | {
            "inputs": found
        }


def nodes(manifest: Manifest) -> Iterator[Node]:
    """A node for every operation and trigger, in the manifest's order."""
    for call in calls(manifest):
        yield _node(call)


def _node(call: Call) -> Node:
    entry = call.entry
    poll = isinstance(entry, Trigger)
    return Node(
        type=f"outlook-{entry.name.replace('.', '-')}",
        name=entry.name,
        title=entry.title,
        description=entry.description,
        category=f"outlook {call.noun}",
        path=call.path,
        poll=poll,
        reads=isinstance(entry, Trigger) or entry.effect == "read",
        documentation=entry.documentation or "",
        inputs=tuple(_inputs(call, KEPT_BY_THE_NODE if poll else ())),
    )


def _inputs(call: Call, without: tuple[str, ...]) -> list[Input]:
    """The required ones first; last those that few people set. One of a few texts is the editor's ``choice``."""
    found = [
        replace(one, kind="choice") if one.choices else one for one in inputs(call) if one.name not in without
    ]
    return sorted(found, key=lambda one: (not one.required, not one.required and one.name in COMMON))
