"""``messages.updateMany`` of 2,000 messages, 50 ms latency: in one mailbox, and in each of 8 side by side."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import perf_counter
from typing import Any

import orjson
import requests

from outlook_connector import connect

from ..place import TOKEN, Place
from ..row import Row, against
from ..running import Samples
from . import Stage

LATENCY, MESSAGES, PARTS, MAILBOXES = 50, 2_000, 20, 8
IDS = [f"AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A{number:066d}" for number in range(MESSAGES)]


def run(stage: Stage) -> Row:
    """One mailbox, and eight."""
    one, eight = _row(stage, 1, "one mailbox"), _row(stage, MAILBOXES, f"{MAILBOXES} mailboxes")
    samples = {
        f"{name}, {kind}": taken
        for row, kind in ((one, "1"), (eight, "8"))
        for name, taken in row.samples.items()
    }
    figures = [
        replace(figure, told=f"{figure.told}, {row.title}") for row in (one, eight) for figure in row.figures
    ]
    return Row(
        "many", "`updateMany` of 2,000, 50 ms latency", "s", samples, figures, compared_with="the floor, 1"
    )


def _row(stage: Stage, mailboxes: int, title: str) -> Row:
    place = replace(stage.place, delay=LATENCY)
    names = [f"person{number}@contoso.example" for number in range(mailboxes)]
    samples: Samples = {"the floor": [], "connector": []}
    with connect(place.config()) as connector, ThreadPoolExecutor(mailboxes) as pool:
        works: dict[str, Callable[[str], Any]] = {
            "the floor": _floor(place),
            "connector": lambda mailbox: connector.invoke(
                "messages.updateMany", {"messageIds": IDS, "isRead": True, "mailbox": mailbox}
            ),
        }
        connector.invoke("messages.updateMany", {"messageIds": IDS[:20], "isRead": True})
        for _ in range(stage.times(2, 1)):
            for name, work in works.items():
                begun = perf_counter()
                list(pool.map(work, names))
                samples[name].append(perf_counter() - begun)
                stage.tell(f"updateMany, {title}: {name} {samples[name][-1]:.2f} s")
    return Row("many", title, "s", samples, against(samples, {"the floor": 1.15}))


def _floor(place: Place) -> Callable[[str], None]:
    """Batches of 20 by tuned requests, one after another, the answers read."""
    session = requests.Session()
    session.trust_env, session.verify = False, place.authority_file
    session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=MAILBOXES))
    session.headers.update({"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"})

    def work(mailbox: str) -> None:
        for at in range(0, MESSAGES, PARTS):
            parts = [
                {"id": str(number), "method": "PATCH", "url": f"/users/{mailbox}/messages/{one}",
                 "headers": {"Content-Type": "application/json"}, "body": {"isRead": True}}
                for number, one in enumerate(IDS[at : at + PARTS])
            ]  # fmt: skip
            answer = session.post(f"{place.graph}/$batch", data=orjson.dumps({"requests": parts}))
            found = orjson.loads(answer.content)["responses"]
            if len(found) != PARTS or any(one["status"] != 200 for one in found):
                raise RuntimeError("a part failed")

    return work
