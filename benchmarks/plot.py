"""The rows in which several clients do the same, as bars in one SVG; lengths are logarithmic."""

from collections.abc import Sequence
from html import escape
from math import log10

from .measures import spread
from .report import NAMES, shown
from .row import Row

WIDTH, LEFT, RIGHT = 860, 230, 130
BAR, GAP, TITLE = 16, 6, 40
OURS, OTHERS, FLOOR = "#0f6cbd", "#8a8886", "#d2d0ce"
STYLE = "text{font:13px system-ui,sans-serif;fill:#201f1e}.t{font-weight:600}rect.b{fill:#fff}"


def picture(rows: Sequence[Row]) -> str:
    drawn, top = [], 10
    for row in rows:
        if "bare" in row.samples and len(row.samples) > 3:
            part, top = _row(row, top)
            drawn.append(part)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}">'
    )
    return "\n".join([head, f"<style>{STYLE}</style>", f'<rect class="b" width="{WIDTH}" height="{top}"/>',
                      *drawn, "</svg>", ""])  # fmt: skip


def _row(row: Row, top: int) -> tuple[str, int]:
    """The row's part of the picture, and where the next one begins."""
    found = sorted(((spread(taken).middle, name) for name, taken in row.samples.items()))
    least, most = found[0][0] / 2, found[-1][0]
    lines = [f'<text class="t" x="12" y="{top + 20}">{escape(row.title.replace("`", ""))}</text>']
    for number, (middle, name) in enumerate(found):
        y = top + TITLE - 8 + number * (BAR + GAP)
        length = (WIDTH - LEFT - RIGHT) * log10(middle / least) / log10(most / least)
        colour = OURS if name.startswith("connector") else FLOOR if name == "sockets" else OTHERS
        told = escape(NAMES.get(name, name).strip("*"))
        lines += [
            f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{told}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{length:.0f}" height="{BAR}" fill="{colour}"/>',
            f'<text x="{LEFT + length + 6:.0f}" y="{y + 13}">{escape(shown(middle, row.unit))}</text>',
        ]
    return "\n".join(lines), top + TITLE + len(found) * (BAR + GAP) + 6
