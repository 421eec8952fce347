"""The command line ``outlook-connector``. Results go to stdout, everything for people to stderr."""

import sys
from collections.abc import Sequence
from typing import NoReturn

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The entry point of the console script; ends the process with the command's exit code."""
    try:
        from .program import run

        code = run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)
