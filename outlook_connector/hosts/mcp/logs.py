"""What the protocol's libraries may log: never what a call carried."""

import logging
import sys

from ...redaction import Redaction

CALM = ("mcp", "sse_starlette")
"""At their lowest level these log whole messages, mail bodies included."""


def calm() -> None:
    """From now on they log nothing finer than what happened. Where nobody listens yet, warnings go to stderr, without
    tracebacks."""
    for name in CALM:
        logging.getLogger(name).setLevel(logging.INFO)
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.addFilter(Redaction())
        handler.setLevel(logging.WARNING)
        root.addHandler(handler)
