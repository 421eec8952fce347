"""What goes over the wire while an operation's examples run against the sandbox: whole exchanges, bodies included."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.response import HTTPResponse

from outlook_connector import connect
from outlook_connector.manifest import Operation
from outlook_connector.sandbox import Sandbox

from .catalogue import ALLOWED, MANIFEST, prepared

THREE_MEGABYTES = "QUFB" * (1 << 20)
"""In base64: an attachment that goes through an upload session."""
LARGE = {"name": "large.bin", "contentBytes": THREE_MEGABYTES}

MORE: Mapping[str, Sequence[dict[str, Any]]] = {
    "attachments.add": [{"attachment": LARGE}],
    "messages.send": [{"attachments": [LARGE]}],
    "messages.reply": [{"attachments": [LARGE]}],
    "messages.list": [
        {"to": "adele@contoso.example"},
        {
            **{"from": "kim@contoso.example", "subject": "Quarterly", "unread": True, "hasAttachments": True},
            **{"importance": "high", "category": "Red category", "receivedAfter": "2020-01-01T00:00:00Z"},
            **{"receivedBefore": "2040-01-01T00:00:00Z"},
        },
    ],
}
"""What examples do not show and makes other requests, put over the operation's first example."""


@dataclass(frozen=True)
class Exchange:
    """One call to Graph and its answer, or one part of a batch. `path` begins with `/me` or the like; `followed`
    says that the address is a link which Graph had handed out."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    answer: Any
    followed: bool = False


class Recorder:
    """Exchanges with one Graph endpoint, in their order; those with other hosts are left alone."""

    def __init__(self, graph_url: str) -> None:
        self.graph_url = graph_url
        self.exchanges: list[Exchange] = []
        self._links: set[str] = set()

    def add(self, sent: requests.PreparedRequest, answer: bytes) -> None:
        address = str(sent.url)
        if not address.startswith(self.graph_url + "/"):
            return
        body, told = _json(sent.body), _json(answer)
        self._add(str(sent.method), address[len(self.graph_url) :], body, told)
        if isinstance(body, dict) and isinstance(told, dict) and address.endswith("/$batch"):
            answers = {one["id"]: one.get("body") for one in told.get("responses", [])}
            for part in body["requests"]:
                self._add(part["method"], part["url"], part.get("body"), answers.get(part["id"]))

    def _add(self, method: str, relative: str, body: Any, answer: Any) -> None:
        parts = urlsplit(relative)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        followed = self.graph_url + relative in self._links
        self.exchanges.append(Exchange(method, parts.path, query, body, answer, followed))
        if isinstance(answer, dict):
            self._links |= {str(value) for name, value in answer.items() if name.endswith("Link")}


def _json(data: Any) -> Any:
    """The bytes as JSON where they are, else as they are."""
    try:
        return json.loads(data) if data else None
    except ValueError:
        return data


@contextmanager
def listening(recorder: Recorder) -> Iterator[None]:
    """Every exchange of the process is told to the recorder, and nothing about it is changed."""
    send = HTTPAdapter.send

    def spy(adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = send(adapter, request, **options)
        raw = response.raw.read(decode_content=False)
        response.raw.release_conn()
        response.raw = HTTPResponse(
            BytesIO(raw), headers=response.raw.headers, status=response.raw.status, preload_content=False
        )
        recorder.add(request, raw)
        return response

    with mock.patch.object(HTTPAdapter, "send", spy):
        yield


def recorded(sandbox: Sandbox, operation: Operation) -> list[Exchange]:
    """All that the operation says to Graph while its examples, and `MORE`, run in a sandbox that is new for each."""
    found: list[Exchange] = []
    for index, more in uses(operation.name):
        sandbox.reset()
        with connect(sandbox.config(**ALLOWED)) as connector:
            given = {**prepared(sandbox, connector, operation.name, index), **more}
            recorder = Recorder(connector.config.graph_url)
            with listening(recorder):
                connector.invoke(operation.name, given)
        found += recorder.exchanges
    return found


def uses(name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The number of an example, and what is put over it."""
    for index in range(len(MANIFEST.input_schema(name)["examples"])):
        yield index, {}
    for more in MORE.get(name, ()):
        yield 0, more
