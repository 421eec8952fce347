"""docs/performance.md: its measured part is replaced, and its picture is drawn anew."""

from collections.abc import Sequence

from . import plot, report
from .row import Row
from .running import TOP

PAGE = TOP / "docs/performance.md"
PICTURE = TOP / "docs/performance.svg"
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->"


def write(rows: Sequence[Row], command: str) -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + report.markdown(rows, command) + END + after, encoding="utf-8")
    PICTURE.write_text(plot.picture(rows), encoding="utf-8")
