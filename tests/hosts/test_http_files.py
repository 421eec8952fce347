"""Files go through the host as bytes, whatever their size."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from http_world import Client, error, serving

from outlook_connector import connect
from outlook_connector.hosts.http.spool import LIFE, MOST, Spool
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed.anchors import DRAFT, QUARTERLY_REPORT, QUARTERLY_REPORT_PDF

PDF = {"messageId": QUARTERLY_REPORT, "attachmentId": QUARTERLY_REPORT_PDF}
AS_BYTES = {"Accept": "application/octet-stream"}
LARGE = bytes(range(256)) * 4096 * 8


@pytest.fixture
def spools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the host makes its directory."""
    made = tmp_path / "spools"
    made.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(made))
    return made


@pytest.fixture
def host(sandbox: Sandbox, tmp_path: Path, spools: Path) -> Iterator[Client]:
    with serving(tmp_path, {"default": sandbox.config()}, patience=2.0) as client:
        yield client


def kept(spools: Path) -> list[Path]:
    return [one for one in spools.rglob("*") if one.is_file()]


def upload(host: Client, content: Any, name: str = "large.bin") -> dict[str, Any]:
    answer = host.post(
        f"/files?name={name}", data=content, headers={"Content-Type": "application/octet-stream"}
    )
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def announced(host: Client, size: int) -> tuple[int, str]:
    """Status and code for an upload of ``size`` bytes, one of which is sent."""
    connection = HTTPConnection("127.0.0.1", host.port, timeout=20)
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
    connection.request("POST", "/files", b"x", headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told["error"]["code"]


def test_an_attachment_comes_as_the_file_that_it_is(host: Client, sandbox: Sandbox, spools: Path) -> None:
    answer = host.post("/operations/attachments.download", PDF, headers=AS_BYTES)
    with connect(sandbox.config()) as connector:
        expected = connector.invoke("attachments.download", PDF)
    assert answer.content == base64.b64decode(expected["contentBytes"])
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-length"] == str(expected["size"])
    assert answer.headers["content-disposition"] == f"attachment; filename*=utf-8''{quote(expected['name'])}"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert kept(spools) == []


def test_a_message_comes_as_mime(host: Client) -> None:
    answer = host.post("/operations/messages.getMime", {"messageId": QUARTERLY_REPORT}, headers=AS_BYTES)
    assert answer.headers["content-type"].startswith("message/rfc822")
    assert b"\nSubject: " in answer.content


def test_an_error_of_a_download_is_told_as_any_other(host: Client, spools: Path) -> None:
    missing = {**PDF, "attachmentId": PDF["attachmentId"][:-8] + "AAAAAAA="}
    answer = host.post("/operations/attachments.download", missing, headers=AS_BYTES)
    assert (answer.status_code, error(answer)["code"]) == (404, "notFound")
    unknown = host.post("/operations/attachments.downlod", PDF, headers=AS_BYTES)
    assert (unknown.status_code, error(unknown)["code"]) == (404, "unknownOperation")
    assert kept(spools) == []


def test_an_operation_without_a_file_says_so(host: Client) -> None:
    answer = host.post("/operations/messages.list", {}, headers=AS_BYTES)
    assert (answer.status_code, error(answer)["code"]) == (406, "notAcceptable")


def test_where_to_save_is_not_the_callers_affair_then(host: Client, tmp_path: Path) -> None:
    answer = host.post("/operations/attachments.download", {**PDF, "saveTo": str(tmp_path)}, headers=AS_BYTES)
    assert (answer.status_code, error(answer)["code"]) == (400, "invalidInput")


def test_an_uploaded_file_is_attached_by_its_path(host: Client, spools: Path) -> None:
    made = upload(host, LARGE)
    given = {"messageId": DRAFT, "attachment": {"path": made["path"], "name": "large.bin"}}
    attached = host.invoke("attachments.add", given)
    assert attached.status_code == 200
    back = host.post(
        "/operations/attachments.download",
        {"messageId": DRAFT, "attachmentId": attached.json()["id"]},
        headers=AS_BYTES,
    )
    assert made["size"] == len(LARGE)
    assert hashlib.sha256(back.content).digest() == hashlib.sha256(LARGE).digest()


def test_an_upload_without_a_stated_length_is_taken_too(host: Client) -> None:
    assert upload(host, iter([b"a" * 1000, b"b"]))["size"] == 1001


@pytest.mark.parametrize("name", ["../../etc/passwd", "%2e%2e%2fx", "a%00b", "", "x" * 300, "con"])
def test_no_name_leads_out_of_the_hosts_own_directory(name: str, host: Client, spools: Path) -> None:
    path = Path(upload(host, b"text", name)["path"])
    assert path.resolve().is_relative_to(spools.resolve())
    assert path.read_bytes() == b"text"
    assert path.parent.stat().st_mode & 0o077 == 0


def test_other_files_of_the_machine_stay_closed(host: Client, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    given = {"messageId": DRAFT, "attachment": {"path": str(tmp_path / "secret")}}
    answer = host.invoke("attachments.add", given)
    assert (answer.status_code, error(answer)["code"]) == (403, "operationDenied")


def test_a_file_above_150_megabytes_is_refused_before_it_is_sent(host: Client, spools: Path) -> None:
    assert announced(host, 150 * 1024 * 1024 + 1) == (413, "tooLarge")
    assert kept(spools) == []


def test_a_page_of_another_site_cannot_upload_unasked(host: Client) -> None:
    answer = host.post("/files", data=b"x", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, error(answer)["code"]) == (415, "notBytes")


def test_an_upload_that_stalls_leaves_nothing(host: Client, spools: Path) -> None:
    assert announced(host, 1000) == (408, "tooSlow")
    assert kept(spools) == []


def test_the_hosts_directory_goes_with_it(sandbox: Sandbox, tmp_path: Path, spools: Path) -> None:
    with serving(tmp_path, {"default": sandbox.config()}) as client:
        upload(client, b"text")
        assert len(kept(spools)) == 1
    assert list(spools.iterdir()) == []


def test_an_upload_under_way_is_kept_however_long_it_takes(spools: Path) -> None:
    now = [1000.0]
    spool = Spool(lambda: now[0])
    path = spool.place("a", 10)
    now[0] += 2 * LIFE
    spool.place("b", 1)
    assert path.parent.exists()
    assert spool.settle(path.parent, 5) == now[0] + LIFE


def test_nothing_is_saved_among_the_uploads(host: Client, spools: Path) -> None:
    folder = Path(upload(host, b"text")["path"]).parent
    for target in (folder, folder.parent, folder / ".." / "new"):
        answer = host.invoke("attachments.download", {**PDF, "saveTo": str(target)})
        assert (answer.status_code, error(answer)["code"]) == (400, "invalidInput")
    assert len(kept(spools)) == 1


@pytest.mark.parametrize(
    ("sent", "told"),
    [("../../../.bashrc", "bashrc"), ("a\ud800.txt", "a_.txt"), ('c:\\x"\r\n.exe', "x___.exe")],
)
def test_a_senders_name_leads_nowhere(sent: str, told: str, host: Client, sandbox: Sandbox) -> None:
    one = {"@odata.type": "#microsoft.graph.fileAttachment", "name": sent, "contentType": "a/b", "size": 1}
    address = f"/messages/{QUARTERLY_REPORT}/attachments/{QUARTERLY_REPORT_PDF}"
    sandbox.fault(f"GET *{address}*", status=200, body=json.dumps({**one, "id": QUARTERLY_REPORT_PDF}))
    answer = host.post("/operations/attachments.download", PDF, headers=AS_BYTES)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] in (
        f'attachment; filename="{told}"',
        f"attachment; filename*=utf-8''{quote(told)}",
    )


def test_files_are_kept_an_hour_and_take_only_so_much_room(spools: Path) -> None:
    now = [1000.0]
    spool = Spool(lambda: now[0])
    first = spool.place("a", MOST)
    end = spool.settle(first.parent, MOST)
    with pytest.raises(Exception, match="room"):
        spool.place("b", 1)
    now[0] = end
    spool.place("b", 1)
    assert (end, first.parent.exists()) == (1000.0 + LIFE, False)
