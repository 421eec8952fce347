"""``--debug``: everything that the parts log, on stderr."""

import logging
import sys

from ...redaction import Redaction

FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def start() -> None:
    """Logs everything to stderr from now on, and nowhere else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Redaction())
    logging.basicConfig(level=logging.DEBUG, handlers=[handler], format=FORM, force=True)
