"""A schema complete in itself: what its references lead to stands under ``$defs``."""

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
        local = _rewritten(document, file, name, found)
        if file == name:
            top = local
        else:
            definitions[_key(file)] = local
        waiting += [one for one in found if one != name and _key(one) not in definitions]
    return {**top, "$defs": {**top.get("$defs", {}), **definitions}} if definitions else top


def _rewritten(node: Any, file: str, top: str, found: list[str]) -> Any:
    if isinstance(node, list):
        return [_rewritten(one, file, top, found) for one in node]
    if not isinstance(node, dict):
        return node
    rewritten = {key: _rewritten(value, file, top, found) for key, value in node.items()}
    reference = node.get("$ref")
    if isinstance(reference, str):
        other, _, fragment = reference.partition("#")
        target = str(PurePosixPath(file).parent / other) if other else file
        found.append(target)
        home = "" if target == top else f"/$defs/{_key(target)}"
        rewritten["$ref"] = f"#{home}{fragment}"
    return rewritten


def _key(file: str) -> str:
    return PurePosixPath(file).name.removesuffix(".json")
