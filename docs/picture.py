"""Draws docs/demo.svg: what `outlook-connector demo` shows in a terminal."""

import os
import pty
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS = 100


def run(command: list[str]) -> str:
    """What the command writes to a terminal of COLUMNS columns."""
    written: list[bytes] = []

    def keep(descriptor: int) -> bytes:
        data = os.read(descriptor, 4096)
        written.append(data)
        return data

    os.environ.update(COLUMNS=str(COLUMNS), TERM="xterm-256color")
    pty.spawn(command, keep)
    return b"".join(written).decode().replace("\r\n", "\n")


def main() -> None:
    shown = run([str(Path(sys.executable).parent / "outlook-connector"), "demo"])
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere)
        console.print(Text.from_ansi(shown.strip("\n")))
    console.save_svg(str(Path(__file__).with_name("demo.svg")), title="outlook-connector demo")


if __name__ == "__main__":
    main()
