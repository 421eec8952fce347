"""``operations``: what there is."""

import click

from .names import matching
from .options import debug_option, json_option
from .output import emit, for_people, show, tell

_COLOURS = {"read": "green", "write": "yellow", "send": "magenta", "delete": "red", "trigger": "cyan"}


@click.command(short_help="List the operations and triggers.")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@json_option
@debug_option
def operations(words: tuple[str, ...], as_json: bool) -> None:
    """List the operations and triggers, or those that hold every WORD."""
    from ...manifest import Operation, Trigger, load

    manifest = load()
    effects = {one.name: one.effect for one in manifest.operations.values()}
    everything: tuple[Operation | Trigger, ...] = (*manifest.operations.values(), *manifest.triggers.values())
    found = [one for one in everything if matching(one, words)]
    keys = ("name", "title", "description")
    rows = [
        {**{key: getattr(one, key) for key in keys}, "effect": effects.get(one.name, "trigger")}
        for one in found
    ]
    if not for_people(as_json):
        emit(rows)
        return
    if not rows:
        tell(f"No operation or trigger holds {' and '.join(words)}.")
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("operation", style="bold", no_wrap=True)
    table.add_column("effect", no_wrap=True)
    table.add_column("what it does", style="dim", overflow="fold")
    for row in rows:
        table.add_row(row["name"], f"[{_COLOURS[row['effect']]}]{row['effect']}[/]", row["title"])
    show(table)
