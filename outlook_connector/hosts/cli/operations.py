"""``operations``: what there is."""

import click

from .names import matching
from .options import debug_option, json_option
from .output import emit, for_people, show

_COLOURS = {"read": "green", "write": "yellow", "send": "magenta", "delete": "red"}


@click.command()
@click.argument("words", nargs=-1, metavar="[WORD]...")
@json_option
@debug_option
def operations(words: tuple[str, ...], as_json: bool) -> None:
    """List the operations, or those that hold every WORD."""
    from ...manifest import load

    found = [one for one in load().operations.values() if matching(one, words)]
    if not for_people(as_json):
        keys = ("name", "title", "description", "effect")
        emit([{key: getattr(one, key) for key in keys} for one in found])
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("operation", style="bold", no_wrap=True)
    table.add_column("effect", no_wrap=True)
    table.add_column("what it does", style="dim")
    for one in found:
        table.add_row(one.name, f"[{_COLOURS[one.effect]}]{one.effect}[/]", one.title)
    show(table)
