"""A host in a process of its own that watches a mailbox and may be killed at any moment.

``python -m tests.faults.watching CONFIG TRIGGER INPUT CURSOR TAKEN``: files, but for the trigger. Every event is
written to TAKEN and is on the disk before the cursor after it is.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from outlook_connector import ConnectorError, connect


def take(path: Path, events: list[dict[str, Any]]) -> None:
    with path.open("a", encoding="utf-8") as stream:
        for one in events:
            stream.write(json.dumps([one["id"], one["messageId"]]) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def keep(path: Path, cursor: str) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(cursor, encoding="utf-8")
    beside.replace(path)


def main(config: str, trigger: str, given: str, cursor: str, taken: str) -> None:
    place, asked = Path(cursor), json.loads(Path(given).read_text(encoding="utf-8"))
    with connect(config) as connector:
        while True:
            known = {"cursor": place.read_text(encoding="utf-8")} if place.exists() else {}
            try:
                answer = connector.poll(trigger, {**asked, **known})
            except ConnectorError as error:
                if not error.retryable:
                    raise
                continue
            take(Path(taken), answer["value"])
            keep(place, answer["cursor"])
            if not answer["more"]:
                time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
