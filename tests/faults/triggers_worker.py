"""A host in a process of its own that watches a mailbox by push, and may be killed at any moment.

``python -m tests.faults.triggers_worker CONFIG INPUT PUSH TAKEN``: files. Every event is written to TAKEN, and is on
the disk, before the next one is asked for, which takes it over.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from outlook_connector import ConnectorError, connect


def told(error: ConnectorError) -> None:
    print(f"worker {os.getpid()}: {error.code}", file=sys.stderr, flush=True)


def main(config: str, given: str, push: str, taken: str) -> None:
    read = [json.loads(Path(one).read_text(encoding="utf-8")) for one in (given, push)]
    with connect(config) as connector, Path(taken).open("a", encoding="utf-8") as stream:
        events = connector.watch("message.received", read[0], interval=1.0, push=read[1], on_problem=told)
        for event in events:
            line = [event["id"], event["messageId"], os.getpid(), time.time()]
            stream.write(json.dumps(line) + "\n")
            stream.flush()
            os.fsync(stream.fileno())


if __name__ == "__main__":
    main(*sys.argv[1:])
