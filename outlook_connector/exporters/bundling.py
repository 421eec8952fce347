"""A schema complete in itself: what its references lead to stands under ``$defs``."""

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..schema import Schemas


def bundled(schemas: "Schemas", name: str) -> dict[str, Any]:
    """The schema ``name`` with its references to other files turned into ``#/$defs/…``. Cycles do no harm."""
    definitions: dict[str, Any] = {}
    waiting = [name]
    top: dict[str, Any] = {}
    while waiting:
        file = waiting.pop()
        document = {
            key: value for key, value in schemas.document(file).items() if file == name or key != "$schema"
        }
        found: list[str] = []
        local = rewritten(document, file, lambda to: "" if to == name else f"/$defs/{key_of(to)}", found)
        if file == name:
            top = local
        else:
            definitions[key_of(file)] = local
        waiting += [one for one in found if one != name and key_of(one) not in definitions]
    return {**top, "$defs": {**top.get("$defs", {}), **definitions}} if definitions else top


def rewritten(node: Any, file: str, home: Callable[[str], str], found: list[str]) -> Any:
    """The part ``node`` of the schema ``file`` with every reference led to where ``home`` says that a file stands in
    the document, as a JSON pointer. The files referred to are added to ``found``."""
    if isinstance(node, list):
        return [rewritten(one, file, home, found) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: rewritten(value, file, home, found) for key, value in node.items()}
    reference = node.get("$ref")
    if isinstance(reference, str):
        other, _, fragment = reference.partition("#")
        target = str(PurePosixPath(file).parent / other) if other else file
        found.append(target)
        made["$ref"] = f"#{home(target)}{fragment}"
    return made


def key_of(file: str) -> str:
    """``common/message.json`` is called ``message``."""
    return PurePosixPath(file).name.removesuffix(".json")
