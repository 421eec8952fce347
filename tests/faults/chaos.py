"""Every weather on the wire, for every kind of call: ``python -m tests.faults.chaos --full`` (or ``--small``).

Each weather hits the first answer of a call, or all of them until it clears. By a table, the call then succeeds or
fails with the right error; it ends within its deadline; a mail goes out at most once, and under a key exactly once when
the call is repeated; a file is whole or absent; no thread is left. Prints a Markdown table.
"""

from __future__ import annotations

import base64
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outlook_connector import Connector, ConnectorError, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

from .proxy import Certificates, Proxy
from .running import sized
from .storm import WEATHERS, Sky, Weather

KIM = "kim@contoso.example"
DEADLINE, TIMEOUT, GRACE = 4.0, 1.0, 1.0
"""Seconds. The grace is for a machine that is busy."""
LARGE = 4 << 20
"""Bytes of the file that is uploaded: two pieces."""
OK, NO_ANSWER, UNKNOWN, WRONG = "ok", "noAnswer", "outcomeUnknown", "unexpectedResponse"

Json = dict[str, Any]


@dataclass
class World:
    """One sandbox behind the proxy, and a directory for files."""

    sandbox: Sandbox
    sky: Sky
    proxy: Proxy
    bundle: str
    directory: Path

    @contextmanager
    def connector(self) -> Iterator[Connector]:
        http = {"caBundle": self.bundle, "proxy": self.proxy.url, "attempts": 4}
        config = self.sandbox.config(
            http={**http, "timeout": TIMEOUT, "deadline": DEADLINE}, files={"allow": [str(self.directory)]}
        )
        with connect(config) as made:
            yield made


@dataclass(frozen=True)
class Call:
    """A kind of call: ``run`` it on what ``prepare`` made, and then ``check`` what has come of it, which gives what is
    wrong. ``once`` and ``lasting`` are what may come out, by the kind of weather."""

    run: Callable[[Connector, World, Any], Any]
    once: Table
    lasting: Table
    prepare: Callable[[Connector, World], Any] = lambda connector, world: None
    check: Callable[[Connector, World, Any, str], str] = lambda connector, world, made, code: ""


Table = Mapping[str, tuple[str, ...]]


def _lasting(once: Table) -> Table:
    """No answer gets through, ever."""
    return {**once, "lost": (UNKNOWN, NO_ANSWER), "unsent": (UNKNOWN, NO_ANSWER)}


REPEATED: Table = {"fair": (OK,), "lost": (OK,), "unsent": (OK,), "garbled": (WRONG,)}
"""What may be done twice is repeated, unless an answer comes and is wrong."""
REPEATED_LASTING: Table = {**REPEATED, "lost": (NO_ANSWER,), "unsent": (NO_ANSWER,)}
SEND: Table = {"fair": (OK,), "lost": (UNKNOWN,), "unsent": (UNKNOWN,), "garbled": (OK,)}
"""The answer to a mail that was taken is empty: nothing of it can be garbled."""
SEND_KEYED: Table = {**SEND, "lost": (OK, UNKNOWN), "unsent": (OK, UNKNOWN), "garbled": (WRONG, UNKNOWN)}
CREATE: Table = {**SEND, "garbled": (UNKNOWN,)}
"""What is made once, and whose answer cannot be read, was perhaps made."""
UPLOAD: Table = {**SEND_KEYED, "garbled": (WRONG,)}


def _mails(world: World, subject: str) -> int:
    return sum(one["subject"] == subject for one in world.sandbox.ledger["submissions"])


def _subject(_: Connector, world: World) -> str:
    return f"Storm {len(world.sandbox.requests)}"


def _send(connector: Connector, _: World, subject: str) -> Any:
    return connector.invoke(
        "messages.send", {"to": [KIM], "subject": subject, "body": "x", "delivery": "direct"}
    )


def _send_keyed(connector: Connector, _: World, subject: str) -> Any:
    given = {"to": [KIM], "subject": subject, "body": "x", "idempotencyKey": subject}
    return connector.invoke("messages.send", given)


def _sent_at_most_once(connector: Connector, world: World, subject: str, code: str) -> str:
    count, least = _mails(world, subject), 1 if code == OK else 0
    return "" if least <= count <= 1 else f"{count} mails"


def _sent_once_when_repeated(connector: Connector, world: World, subject: str, code: str) -> str:
    wrong = _sent_at_most_once(connector, world, subject, code)
    until = time.monotonic() + 20
    while not wrong:
        try:
            _send_keyed(connector, world, subject)
            break
        except ConnectorError as error:
            wrong = f"{error.code} after the storm" if time.monotonic() > until else ""
            time.sleep(0.5)
    count = _mails(world, subject)
    return wrong or ("" if count == 1 else f"{count} mails in the end")


def _create(connector: Connector, _: World, subject: str) -> Any:
    return connector.invoke("drafts.create", {"subject": subject})


def _created_at_most_once(connector: Connector, _: World, subject: str, code: str) -> str:
    listed = connector.invoke("messages.list", {"folder": "drafts", "filter": f"subject eq '{subject}'"})
    count = len(listed["value"])
    return "" if int(code == OK) <= count <= 1 else f"{count} drafts"


def _draft(connector: Connector, _: World) -> str:
    return str(connector.invoke("drafts.create", {"subject": "x"})["id"])


def _upload(connector: Connector, _: World, draft: str) -> Any:
    file = {"name": "large.bin", "contentBytes": base64.b64encode(b"x" * LARGE).decode()}
    return connector.invoke("attachments.add", {"messageId": draft, "attachment": file})


def _attached_whole(connector: Connector, world: World, draft: str, code: str) -> str:
    listed = connector.invoke("attachments.list", {"messageId": draft})["value"]
    count, whole = len(listed), all(one["size"] >= LARGE for one in listed)
    return "" if whole and count <= 1 and (count == 1 or code != OK) else f"{count} attachments"


def _download(connector: Connector, world: World, _: Any) -> Any:
    ids = {"messageId": anchors.QUARTERLY_REPORT, "attachmentId": anchors.QUARTERLY_REPORT_PDF}
    return connector.invoke("attachments.download", {**ids, "saveTo": str(world.directory)})


def _file_whole(connector: Connector, world: World, _: Any, code: str) -> str:
    found = list(world.directory.iterdir())
    good = [one for one in found if one.read_bytes() == _content(connector)]
    for one in found:
        one.unlink()
    return "" if found == good and len(good) == (code == OK) else f"files: {[one.name for one in found]}"


def _content(connector: Connector) -> bytes:
    ids = {"messageId": anchors.QUARTERLY_REPORT, "attachmentId": anchors.QUARTERLY_REPORT_PDF}
    return base64.b64decode(connector.invoke("attachments.download", ids)["contentBytes"])


def _read(connector: Connector, *_: Any) -> Any:
    return connector.invoke("messages.list", {"limit": 5})


def _write(connector: Connector, *_: Any) -> Any:
    return connector.invoke("messages.update", {"messageId": anchors.QUARTERLY_REPORT, "isRead": True})


def _delta(connector: Connector, *_: Any) -> Any:
    return connector.invoke("messages.changes", {"folder": "inbox", "limit": 5})


CALLS: Mapping[str, Call] = {
    "read": Call(_read, REPEATED, REPEATED_LASTING),
    "idempotent write": Call(_write, REPEATED, REPEATED_LASTING),
    "send": Call(_send, SEND, _lasting(SEND), _subject, _sent_at_most_once),
    "send with a key": Call(
        _send_keyed, SEND_KEYED, _lasting(SEND_KEYED), _subject, _sent_once_when_repeated
    ),
    "create": Call(_create, CREATE, _lasting(CREATE), _subject, _created_at_most_once),
    "upload": Call(_upload, UPLOAD, _lasting(UPLOAD), _draft, _attached_whole),
    "download": Call(_download, REPEATED, REPEATED_LASTING, check=_file_whole),
    "delta": Call(_delta, REPEATED, REPEATED_LASTING),
}


@dataclass(frozen=True)
class Case:
    """One call in one weather."""

    weather: str
    call: str
    times: int | None

    def run(self, world: World) -> tuple[str, float, str]:
        """What came out, after how many seconds, and what is wrong with it."""
        call, weather = CALLS[self.call], WEATHERS[self.weather]
        world.sky.speaks = weather.spoil is not None
        before = {one.ident for one in threading.enumerate()}
        with world.connector() as connector:
            made = call.prepare(connector, world)
            connector.invoke("messages.list", {"limit": 1})
            world.sky.set(weather, self.times)
            began = time.monotonic()
            try:
                call.run(connector, world, made)
                code = OK
            except ConnectorError as error:
                code = error.code
            seconds = time.monotonic() - began
            world.sky.set(None)
            wrong = [self._wrong_outcome(call, weather, code), call.check(connector, world, made, code)]
        if seconds > DEADLINE + GRACE:
            wrong.append(f"{seconds:.1f} s")
        wrong.append(_threads_left(before))
        return code, seconds, "; ".join(filter(None, wrong))

    def _wrong_outcome(self, call: Call, weather: Weather, code: str) -> str:
        allowed = (call.lasting if self.times is None else call.once)[weather.kind]
        return "" if code in allowed else f"{code} instead of {' or '.join(allowed)}"


def _threads_left(before: set[int | None]) -> str:
    """The connector's own; those of the proxy and the sandbox are not looked at."""
    until = time.monotonic() + 2
    while True:
        left = [
            one.name
            for one in threading.enumerate()
            if one.name.startswith("outlook") and one.ident not in before
        ]
        if not left or time.monotonic() > until:
            return f"threads left: {left}" if left else ""
        time.sleep(0.02)


def cases(*, full: bool) -> list[Case]:
    """All of them; or each weather for two calls that it hits once, and each call in two weathers that last."""
    every = [
        Case(weather, call, times)
        for times in (1, None)
        for weather, one in WEATHERS.items()
        for call in CALLS
        if times is None or one.kind != "fair"
    ]
    if full:
        return every
    calls, weathers = list(CALLS), list(WEATHERS)
    return [
        one
        for one in every
        if (calls.index(one.call) - weathers.index(one.weather) * (3 if one.times else 1)) % len(calls)
        in ((0, 1) if one.times else (2,))
    ]


@contextmanager
def world_of() -> Iterator[World]:
    with Sandbox() as sandbox, tempfile.TemporaryDirectory(prefix="outlook-chaos-") as folder:
        certificates, directory = Certificates(), Path(folder, "files")
        directory.mkdir()
        own = Path(certificates.write(Path(folder, "own.pem"))).read_bytes()
        bundle = Path(folder, "ca.pem")
        bundle.write_bytes(own + Path(sandbox.ca_file).read_bytes())
        host, port = sandbox.base_url.removeprefix("https://").split(":")
        sky = Sky((host, int(port)), sandbox.ca_file, certificates)
        with Proxy(sky.tunnel) as proxy:
            yield World(sandbox, sky, proxy, str(bundle), directory)


@dataclass(frozen=True)
class Row:
    """What became of all calls in one weather."""

    weather: str
    outcomes: Counter[str]
    longest: float
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        told = ", ".join(f"{count} {code}" for code, count in sorted(self.outcomes.items()))
        return f"| {self.weather} | {told} | {self.longest:.1f} | {len(self.wrong)} |"


HEADER = f"| weather | what came out | longest call (deadline {DEADLINE:g} s) | not as expected |\n|---|---|---|---|"


def run(*, full: bool) -> Iterator[Row]:
    with world_of() as world:
        for weather in WEATHERS:
            outcomes: Counter[str] = Counter()
            longest, wrong = 0.0, []
            for case in [one for one in cases(full=full) if one.weather == weather]:
                code, seconds, found = case.run(world)
                outcomes[code] += 1
                longest = max(longest, seconds)
                wrong += [f"{case}: {found}"] if found else []
            yield Row(weather, outcomes, longest, tuple(wrong))


def main() -> int:
    options = sized("chaos", __doc__).parse_args()
    began, rows = time.monotonic(), []
    print(HEADER, flush=True)
    for row in run(full=options.full):
        rows.append(row)
        print(row, flush=True)
        for told in row.wrong:
            print("  WRONG", told, file=sys.stderr, flush=True)
    calls = sum(sum(row.outcomes.values()) for row in rows)
    print(f"\n{calls} calls in {time.monotonic() - began:.0f} s.")
    return 1 if any(row.wrong for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
