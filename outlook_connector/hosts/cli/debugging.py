"""``--debug``: everything that the parts log, on stderr."""

import logging
import re
import sys

FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_QUERY = re.compile(r"\?[^\s\"']+")


class WithoutQueries(logging.Filter):
    """Takes the query out of the addresses that the HTTP library logs: an upload's address carries its own token
    there, and a search its words. https://learn.microsoft.com/graph/outlook-large-attachments"""

    def filter(self, record: logging.LogRecord) -> bool:
        """Changes the record where it has to, and lets every record pass."""
        if record.name.partition(".")[0] in ("urllib3", "requests"):
            record.msg, record.args = _QUERY.sub("?…", record.getMessage()), ()
        return True


def start() -> None:
    """Logs everything to stderr from now on, and nowhere else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(WithoutQueries())
    logging.basicConfig(level=logging.DEBUG, handlers=[handler], format=FORM, force=True)
