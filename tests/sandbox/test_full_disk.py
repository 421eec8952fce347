"""A disk with no room left: what is written says so, and goes on once there is room."""

import base64
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from outlook_connector import Connector, ConnectorError, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

resource = pytest.importorskip("resource", reason="only POSIX limits the size of a process's files")
PROJECT = {"folder": "Inbox/Projects/2026"}


@pytest.fixture
def connector(outlook_sandbox: Sandbox, tmp_path: Path) -> Iterator[Connector]:
    with connect(outlook_sandbox.config(files={"allow": [str(tmp_path)]})) as connected:
        yield connected


@contextmanager
def room(size: int) -> Iterator[None]:
    """No file of this process grows beyond ``size`` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def refused(connector: Connector, name: str, given: dict[str, Any], size: int) -> ConnectorError:
    with room(size), pytest.raises(ConnectorError) as caught:
        connector.invoke(name, given)
    return caught.value


@pytest.mark.parametrize("form", ["eml", "jsonl"])
@pytest.mark.parametrize("size", [0, 700, 3_000])
def test_an_export_tells_of_a_full_disk_and_goes_on(
    connector: Connector, tmp_path: Path, form: str, size: int
) -> None:
    given = {**PROJECT, "saveTo": str(tmp_path / "export"), "format": form}
    told = refused(connector, "messages.export", given, size)
    assert (told.code, told.retryable) == ("storageFailed", True)
    answer = connector.invoke("messages.export", given)
    assert answer["complete"]
    assert answer["written"] + answer["writtenBefore"] == connector.invoke("messages.count", PROJECT)["count"]


def test_attachments_in_json_lines_need_room_twice(connector: Connector, tmp_path: Path) -> None:
    """An attachment's content stands in a temporary file on its way into the line."""
    file = {"name": "film.bin", "contentBytes": base64.b64encode(bytes(300_000)).decode()}
    connector.invoke("attachments.add", {"messageId": anchors.DRAFT, "attachment": file})
    given = {"folder": "drafts", "saveTo": str(tmp_path), "format": "jsonl", "attachmentContent": True}
    assert refused(connector, "messages.export", given, 200_000).code == "storageFailed"
    assert connector.invoke("messages.export", given)["complete"]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("messages.getMime", {}),
        ("attachments.download", {"attachmentId": anchors.QUARTERLY_REPORT_PDF}),
    ],
)
def test_a_download_tells_of_a_full_disk_and_leaves_nothing(
    connector: Connector, tmp_path: Path, name: str, given: dict[str, Any]
) -> None:
    save = {**given, "messageId": anchors.QUARTERLY_REPORT, "saveTo": str(tmp_path)}
    told = refused(connector, name, save, 100)
    assert (told.code, told.retryable) == ("storageFailed", True)
    assert not list(tmp_path.iterdir())
    assert connector.invoke(name, save)["size"] > 100
