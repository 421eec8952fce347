"""``operations.md``: every operation and trigger of the manifest, for people to read.

    python -m outlook_connector.exporters.reference [DIRECTORY]

writes it into ``docs`` where no directory is named.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..manifest import Manifest, Operation, Trigger, load
from ..schema import Schemas
from .shapes import Row, inputs, outputs, properties

Entry = Operation | Trigger

FILE = "operations.md"
COMMON = ("mailbox", "limit", "pageSize", "cursor")
"""Inputs that are described once, at the top."""
LONGEST = 120
"""Letters of a text in an example, so that ids and files do not fill the page."""

HEAD = """\
# Operations

Made from `connector.yaml` and `schemas/` by `python -m outlook_connector.exporters.reference`: change those, not this.

Call one with `connector.invoke(name, input)`, or `outlook-connector invoke NAME JSON`. Inputs in **bold** are required.
An *effect* is what an operation does to the mailbox: `read`, `write`, `send` or `delete`; *repeatable* says that a
second call changes nothing more. Of permissions joined by "or", any one is enough, and the first is the least
privileged. Outputs are Graph's own resources, in Graph's words; those that several operations share are under
[Resources](#resources), and of them only what was selected is there. Ids in examples are of the sandbox's mailbox.

Inputs that many operations share:
"""

KINDS_OF_VALUES = "Values that are written as people write them:\n"
KINDS = ("recipient", "folder", "time", "newAttachment")
"""The shared schemas of such values."""


def export(manifest: Manifest, out: Path) -> list[Path]:
    """Write ``operations.md`` into ``out``, which is made where it is missing, and give its path."""
    out.mkdir(parents=True, exist_ok=True)
    file = out / FILE
    file.write_text(render(manifest), encoding="utf-8")
    return [file]


def render(manifest: Manifest) -> str:
    """The whole page as Markdown."""
    schemas = manifest.schemas
    operations, triggers = list(manifest.operations.values()), list(manifest.triggers.values())
    used: dict[str, None] = {}
    parts = [HEAD, *_table(_common(schemas, operations)), KINDS_OF_VALUES, *_table(_kinds(schemas))]
    parts += _contents(operations, triggers)
    for noun, found in by_noun(operations).items():
        parts += [f"## {noun}", ""]
        for one in found:
            parts += _entry(schemas, one, used)
    if triggers:
        parts += ["## Triggers", ""]
        for event in triggers:
            parts += _entry(schemas, event, used)
    return "\n".join([*parts, *_resources(schemas, used)]).rstrip() + "\n"


def by_noun(entries: Iterable[Operation]) -> dict[str, list[Operation]]:
    """The operations of each noun, nouns and operations in the manifest's order."""
    found: dict[str, list[Operation]] = {}
    for one in entries:
        found.setdefault(one.name.partition(".")[0], []).append(one)
    return found


def _contents(operations: Sequence[Operation], triggers: Sequence[Trigger]) -> Iterator[str]:
    for noun, found in by_noun(operations).items():
        links = " · ".join(f"[{one.name.partition('.')[2]}](#{_anchor(one.name)})" for one in found)
        yield f"- [{noun}](#{noun.lower()}): {links}"
    if triggers:
        links = " · ".join(f"[{one.name}](#{_anchor(one.name)})" for one in triggers)
        yield f"- [Triggers](#triggers): {links}"
    yield "- [Resources](#resources)"
    yield ""


def _anchor(name: str) -> str:
    """What GitHub makes of a heading."""
    return name.lower().replace(".", "")


def _common(schemas: Schemas, operations: Sequence[Operation]) -> list[Row]:
    """The common inputs, as the first operation that has each of them describes it."""
    found: dict[str, Row] = {}
    for one in operations:
        for row in inputs(schemas, one.input_schema):
            found.setdefault(row[0], row)
    return [found[name] for name in COMMON if name in found]


def _kinds(schemas: Schemas) -> Iterator[Row]:
    for kind in KINDS:
        schema = schemas.document(f"common/{kind}.json")
        examples = " or ".join(
            f"`{json.dumps(one, ensure_ascii=False)}`" for one in schema.get("examples", [])
        )
        yield str(schema["x-kind"]), examples, str(schema.get("description", ""))


def _entry(schemas: Schemas, one: Entry, used: dict[str, None]) -> Iterator[str]:
    repeatable = ", repeatable" if one.idempotent and one.effect != "read" else ""
    page = f" · [Microsoft's page]({one.documentation})" if one.documentation else ""
    yield from (f"### {one.name}", "", f"**{one.title}.** {one.description}", "")
    if one.deprecated:
        yield from (f"Deprecated: {one.deprecated}", "")
    effect = "" if isinstance(one, Trigger) else f"Effect: {one.effect}{repeatable}. "
    clouds = f" In the clouds {', '.join(one.clouds)} only." if one.clouds else ""
    yield from (f"{effect}{_permissions(one)}{clouds}{page}", "")
    yield from _input(schemas, one)
    yield from _output(schemas, one, used)
    yield from _example(schemas, one)


def _input(schemas: Schemas, one: Entry) -> Iterator[str]:
    rows = inputs(schemas, one.input_schema)
    yield from _table(row for row in rows if row[0] and row[0] not in COMMON)
    conditions = [meaning for name, _, meaning in rows if not name]
    yield from (line for condition in conditions for line in (f"The input {condition}.", ""))
    shared = [f"`{row[0]}`" for row in rows if row[0] in COMMON]
    if shared:
        yield from (f"{'Also takes' if len(rows) > len(shared) else 'Takes'} {', '.join(shared)}.", "")
    elif not rows:
        yield from ("Takes no input.", "")


def _permissions(one: Entry) -> str:
    if one.root == "none":
        return "Makes no call to Graph."
    kinds = {"delegated": one.permissions.delegated, "application": one.permissions.application}
    told = [f"{kind}: {_needs(needs) if needs else 'not offered'}" for kind, needs in kinds.items()]
    extra = [f"with {use}: also {_needs(more.delegated)}" for use, more in one.permissions_for.items()]
    return f"Permissions: {'; '.join([*told, *extra])}."


def _needs(needs: Sequence[Sequence[str]]) -> str:
    return " and ".join(" or ".join(need) for need in needs)


def _output(schemas: Schemas, one: Entry, used: dict[str, None]) -> Iterator[str]:
    """A link to a resource, a list of them, or the output's own properties."""
    rows = outputs(schemas, one)
    node = schemas.document(one.output_schema)
    if shared := _shared(node.get("$ref")):
        used[shared] = None
        article = "an" if _title(shared)[0] in "aeio" else "a"
        yield from (f"Gives {article} [{_title(shared)}](#{_title(shared).lower()}).", "")
    elif one.result == "collection" and (item := _shared(node["properties"]["value"]["items"].get("$ref"))):
        used[item] = None
        yield from (
            f"Gives a list, `value`, of [{_title(item)}](#{_title(item).lower()}), and `nextCursor`.",
            "",
        )
    elif rows:
        yield from ("Gives:", "")
        yield from _table(rows)
    else:
        yield from ("Gives an empty object: it is done.", "")


def _shared(reference: str | None) -> str | None:
    return reference if reference and reference.startswith("common/") else None


def _title(file: str) -> str:
    return file.removeprefix("common/").removesuffix(".json")


def _resources(schemas: Schemas, used: Mapping[str, None]) -> Iterator[str]:
    yield from ("## Resources", "")
    for file in sorted(used, key=_title):
        schema = schemas.document(file)
        yield from (f"### {_title(file)}", "", str(schema.get("description", "")), "")
        yield from _table(properties(schemas, file))


def _example(schemas: Schemas, one: Entry) -> Iterator[str]:
    examples = schemas.document(one.input_schema).get("examples", [])
    if examples and examples[0]:
        yield from ("```json", json.dumps(_shortened(examples[0]), ensure_ascii=False), "```", "")


def _shortened(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
    if isinstance(value, dict):
        return {key: _shortened(inner) for key, inner in value.items()}
    return [_shortened(inner) for inner in value] if isinstance(value, list) else value


def _table(rows: Iterable[Row]) -> Iterator[str]:
    """Rows of name, type and meaning; the star of a required one becomes bold."""
    listed = list(rows)
    if not listed:
        return
    yield from ("| | | |", "|---|---|---|")
    for name, kind, meaning in listed:
        plain = name.strip().removesuffix(" *")
        shown = f"**`{plain}`**" if name.endswith(" *") else f"`{plain}`" if plain else ""
        yield f"| {shown} | {_cell(kind)} | {_cell(meaning)} |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    for written in export(load(), Path(sys.argv[1] if len(sys.argv) > 1 else "docs")):
        print(written)
