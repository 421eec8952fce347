"""``describe``: one operation or trigger, so that it can be used at once."""

from typing import TYPE_CHECKING, Any

import click

from .names import complete_any, find
from .options import debug_option, json_option
from .output import emit, for_people, show

if TYPE_CHECKING:
    from ...manifest import Manifest, Operation, Permissions, Trigger
    from ...schema import Schemas


@click.command(short_help="Show an operation or a trigger, with an example.")
@click.argument("name", metavar="NAME", shell_complete=complete_any)
@json_option
@debug_option
def describe(name: str, as_json: bool) -> None:
    """Show an operation or a trigger: inputs, permissions, output, and an example to run.

    Piped or with --json: the manifest's entry with both schemas, complete in themselves.
    """
    from ...manifest import load

    manifest = load()
    operation = find(manifest, name)
    schemas = manifest.schemas
    if for_people(as_json):
        _show(operation, schemas)
    else:
        emit(entry(manifest, operation, schemas))


def entry(manifest: "Manifest", operation: "Operation | Trigger", schemas: "Schemas") -> dict[str, Any]:
    """The whole entry as JSON: what the manifest says, ``input`` and ``output`` as schemas, ``example``."""
    from dataclasses import asdict

    from ...exporters.bundling import bundled
    from .examples import example_of
    from .scopes import words

    told = {key: getattr(operation, key) for key in _TOLD}
    return {
        **{key: value for key, value in told.items() if value not in (None, ())},
        "permissions": words(operation.permissions),
        "permissionsFor": {use: words(more) for use, more in operation.permissions_for.items()},
        **({"request": asdict(operation.request)} if operation.request else {}),
        "input": bundled(schemas, operation.input_schema),
        "output": bundled(schemas, operation.output_schema),
        "example": list(example_of(operation, schemas).lines),
    }


_TOLD = (
    *("name", "title", "description", "effect", "idempotent", "result", "root"),
    *("handler", "clouds", "deprecated", "documentation"),
)


def _show(operation: "Operation | Trigger", schemas: "Schemas") -> None:
    from rich.markup import escape

    from ...exporters.shapes import inputs, outputs
    from ...manifest import Trigger
    from .examples import example_of

    repeat = (
        "; a second call changes nothing more" if operation.idempotent and operation.effect != "read" else ""
    )
    show(
        f"[bold]{operation.name}[/]  {escape(operation.title)}",
        escape(operation.description),
        f"[dim]effect:[/] {operation.effect}{repeat}",
        *([f"[red]deprecated:[/] {escape(operation.deprecated)}"] if operation.deprecated else []),
        *([f"[dim]clouds:[/] {', '.join(operation.clouds)}"] if operation.clouds else []),
        "",
        _table("Input", inputs(schemas, operation.input_schema), "takes no input"),
        "",
        _permissions(operation),
        "",
        _table(
            "Event" if isinstance(operation, Trigger) else "Output",
            outputs(schemas, operation),
            "an empty object: it is done",
        ),
    )
    example = example_of(operation, schemas)
    show("", "[bold]Example[/]" + (f"  [dim]{escape(example.note)}[/]" if example.note else ""))
    for line in example.lines:
        click.echo(f"  {line}")
    if operation.documentation:
        show("", f"[dim]Documentation: {operation.documentation}[/]")


def _table(title: str, rows: list[tuple[str, str, str]], otherwise: str) -> Any:
    from rich.markup import escape
    from rich.table import Table

    if not rows:
        return f"[bold]{title}[/]  [dim]{otherwise}[/]"
    table = Table(box=None, pad_edge=False, title=f"[bold]{title}[/]", title_justify="left", title_style="")
    for name, style in (("", "bold"), ("", "cyan"), ("", "")):
        table.add_column(name, style=style, overflow="fold")
    table.show_header = False
    if any(name.endswith(" *") for name, _, _ in rows):
        table.title = f"{table.title}  [dim]* must be given[/]"
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table


def _permissions(operation: "Operation | Trigger") -> Any:
    from rich.table import Table

    table = Table(
        box=None, pad_edge=False, title="[bold]Permissions[/]", title_justify="left", title_style=""
    )
    for heading in ("", "delegated", "application"):
        table.add_column(heading, header_style="dim")
    table.add_row("", *_needs(operation.permissions))
    for use, more in operation.permissions_for.items():
        table.add_row(f"and for {use}", *_needs(more))
    return table


def _needs(permissions: "Permissions") -> tuple[str, str]:
    told = [
        "\n".join(" or ".join(need) for need in permissions.of(kind)) or "none"
        for kind in ("delegated", "application")
    ]
    return told[0], told[1]
