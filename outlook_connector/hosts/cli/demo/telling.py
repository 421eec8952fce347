"""Telling a person what the demo does, on stderr."""

from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.padding import Padding

from ..output import errors_console
from ..tables import table_of
from .steps import Step, Table


class Silent:
    """Says nothing: the steps are printed as JSON at the end."""

    def begins(self, number: int, step: Step) -> None:
        """A step begins."""

    def ends(self, done: dict[str, Any], table: Table) -> None:
        """A step has ended."""

    def closes(self, done: Sequence[dict[str, Any]]) -> None:
        """All is over."""


class Story(Silent):
    """Numbered steps with what happened, a table where it helps, and times."""

    def __init__(self) -> None:
        self._console = errors_console()
        self._console.print(
            "[bold]outlook-connector demo[/]  [dim]against a sandbox of Entra ID and Graph on this machine[/]\n"
        )

    def begins(self, number: int, step: Step) -> None:
        """The number and the title, before anything happens."""
        self._console.print(f"[bold cyan]{number:>2}[/]  [bold]{escape(step.title)}[/]")

    def ends(self, done: dict[str, Any], table: Table) -> None:
        """What happened and how long it took."""
        mark = "[green]✓[/]" if done["ok"] else "[red]✗[/]"
        said = f"{mark}  {escape(done['said'])} [dim]({done['seconds']:.2f} s)[/]"
        self._console.print(Padding(said, (0, 0, 0, 4)))
        shown = table_of(*table) if table else None
        if shown is not None:
            self._console.print(Padding(shown, (0, 0, 0, 7)))
        self._console.print()

    def closes(self, done: Sequence[dict[str, Any]]) -> None:
        """The sum of it."""
        seconds = sum(one["seconds"] for one in done)
        if all(one["ok"] for one in done):
            self._console.print(f"[bold green]All {len(done)} steps verified[/] in {seconds:.1f} s.")
        else:
            self._console.print(f"[bold red]Step {len(done)} failed[/]; the rest was not tried.")
