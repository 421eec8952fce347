"""A process that moves one large file and measures itself: an order on its first line of input, figures on the last of
its output.

The order: ``config``, ``steps`` (operation and input each), ``admin`` and ``caFile`` of the sandbox, and ``faults``:
which to order once a third and two thirds of the bytes have gone.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import requests

from outlook_connector import connect
from outlook_connector.progress import Progress

Json = dict[str, Any]


def memory(name: str) -> int:
    """``VmRSS`` (now) or ``VmHWM`` (the most since `forget_the_most`), in bytes."""
    line = next(
        one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith(name + ":")
    )
    return int(line.split()[1]) * 1024


def forget_the_most() -> None:
    """https://www.kernel.org/doc/html/latest/filesystems/proc.html (clear_refs)"""
    Path("/proc/self/clear_refs").write_text("5")


class Saboteur:
    """Orders the next fault whenever another third of the bytes has gone."""

    def __init__(self, order: Json) -> None:
        self._faults = list(order.get("faults", []))
        self._ordered = 0
        self._post = requests.Session()
        self._post.verify, self._post.trust_env = order["caFile"], False
        self._address = f"{order['admin']}/faults"

    def hear(self, progress: Progress) -> None:
        third = (progress.total or 0) * (self._ordered + 1) / 3
        if self._ordered < len(self._faults) and progress.done >= third:
            self._post.post(self._address, json=self._faults[self._ordered]).raise_for_status()
            self._ordered += 1


def main() -> None:
    order: Json = json.loads(sys.stdin.readline())
    saboteur = Saboteur(order)
    results: list[Json] = []
    with connect(order["config"]) as connector:
        connector.invoke("messages.list", {"limit": 1})
        forget_the_most()
        before, began = memory("VmRSS"), time.monotonic()
        for name, given in order["steps"]:
            results.append(connector.invoke(name, given, on_progress=saboteur.hear))
        seconds = time.monotonic() - began
        growth = memory("VmHWM") - before
    print(json.dumps({"growth": growth, "before": before, "seconds": seconds, "results": results}))


if __name__ == "__main__":
    main()
