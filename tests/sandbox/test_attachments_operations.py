"""Attached messages, exact copies, and transfers that break off."""

import base64
import hashlib
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from outlook_connector import Connector, Forbidden, InvalidInput, TransportError, connect
from outlook_connector.graph.upload import PIECE
from outlook_connector.progress import Progress
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

REPORT = {"messageId": anchors.QUARTERLY_REPORT, "attachmentId": anchors.QUARTERLY_REPORT_PDF}
LARGE = 2 * PIECE + 1000


@pytest.fixture
def connector(outlook_sandbox: Sandbox, tmp_path: Path) -> Iterator[Connector]:
    with connect(outlook_sandbox.config(files={"allow": [str(tmp_path)]})) as connected:
        yield connected


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of three pieces."""
    path = tmp_path / "large.bin"
    path.write_bytes(hashlib.shake_256(b"large").digest(LARGE))
    return path


def listed(connector: Connector) -> list[dict[str, Any]]:
    found = connector.invoke("attachments.list", {"messageId": anchors.DRAFT})["value"]
    return list(found)


def test_an_attached_message_can_be_read_and_saved_as_mime(connector: Connector, tmp_path: Path) -> None:
    given = {"messageId": anchors.DRAFT, "attachedMessageId": anchors.LUNCH_THREAD}
    made = connector.invoke("attachments.addItem", given)
    ids = {"messageId": anchors.DRAFT, "attachmentId": made["id"]}
    read = connector.invoke("attachments.get", {**ids, "expand": "microsoft.graph.itemAttachment/item"})
    assert read["item"]["subject"] == "RE: Lunch on Thursday?"
    saved = connector.invoke("attachments.download", {**ids, "saveTo": str(tmp_path)})
    assert (saved["name"], saved["contentType"]) == ("RE: Lunch on Thursday?.eml", "message/rfc822")
    assert Path(saved["path"]).name == "RE_ Lunch on Thursday_.eml"
    mime = message_from_bytes(Path(saved["path"]).read_bytes())
    assert mime["Subject"] == "RE: Lunch on Thursday?"


def test_an_exact_copy_is_the_messages_own_mime_with_its_attachments(connector: Connector) -> None:
    given = {"messageId": anchors.DRAFT, "attachedMessageId": anchors.QUARTERLY_REPORT, "exact": True}
    made = connector.invoke("attachments.addItem", given)
    assert (made["name"], made["contentType"]) == ("Quarterly report Q3.eml", "message/rfc822")
    ids = {"messageId": anchors.DRAFT, "attachmentId": made["id"]}
    copy = connector.invoke("attachments.download", ids)["contentBytes"]
    assert (
        copy == connector.invoke("messages.getMime", {"messageId": anchors.QUARTERLY_REPORT})["contentBytes"]
    )
    names = [part.get_filename() for part in message_from_bytes(base64.b64decode(copy)).walk()]
    assert {"Quarterly report Q3.pdf", "regions.csv"} <= set(names)


def test_an_exact_copy_is_of_a_message_of_the_mailbox(connector: Connector) -> None:
    item = {"@odata.type": "#microsoft.graph.message", "subject": "Note"}
    with pytest.raises(InvalidInput, match="attachedMessageId"):
        connector.invoke("attachments.addItem", {"messageId": anchors.DRAFT, "item": item, "exact": True})


def test_a_download_that_breaks_off_begins_again_and_is_whole(
    outlook_sandbox: Sandbox, connector: Connector, tmp_path: Path
) -> None:
    whole = base64.b64decode(connector.invoke("attachments.download", REPORT)["contentBytes"])
    outlook_sandbox.fault(match="GET /me/messages/*/$value", drop="during", times=2)
    saved = connector.invoke("attachments.download", {**REPORT, "saveTo": str(tmp_path / "report.pdf")})
    assert (tmp_path / "report.pdf").read_bytes() == whole
    assert (saved["size"], saved["sha256"]) == (len(whole), hashlib.sha256(whole).hexdigest())


def test_a_download_that_always_breaks_off_leaves_no_file(outlook_sandbox: Sandbox, tmp_path: Path) -> None:
    outlook_sandbox.fault(match="GET /me/messages/*/$value", drop="during", times=None)
    http = {"caBundle": outlook_sandbox.ca_file, "attempts": 2}
    config = outlook_sandbox.config(files={"allow": [str(tmp_path)]}, http=http)
    with connect(config) as connector, pytest.raises(TransportError):
        connector.invoke("attachments.download", {**REPORT, "saveTo": str(tmp_path / "report.pdf")})
    assert not list(tmp_path.iterdir())
    asked = [one for one in outlook_sandbox.requests if one.path.endswith("$value")]
    assert len(asked) == 2


@pytest.mark.parametrize("drop", ["before", "after", "during"])
def test_an_upload_goes_on_where_the_session_is_and_the_file_is_there_once(
    outlook_sandbox: Sandbox, connector: Connector, large: Path, drop: Any
) -> None:
    outlook_sandbox.fault(match="PUT */AttachmentSessions*", drop=drop, times=2)
    given = {"messageId": anchors.DRAFT, "attachment": {"path": str(large)}}
    made = connector.invoke("attachments.add", given)
    assert [one["name"] for one in listed(connector)] == ["large.bin"]
    ids = {"messageId": anchors.DRAFT, "attachmentId": made["id"]}
    got = base64.b64decode(connector.invoke("attachments.download", ids)["contentBytes"])
    assert got == large.read_bytes()


def test_the_lost_answer_to_the_last_piece_is_no_failure(
    outlook_sandbox: Sandbox, connector: Connector, large: Path
) -> None:
    """The session is gone then; the attachment is looked for."""

    def before_the_last(progress: Progress) -> None:
        if progress.done == 2 * PIECE:
            outlook_sandbox.fault(match="PUT */AttachmentSessions*", drop="after")

    given = {"messageId": anchors.DRAFT, "attachment": {"path": str(large)}}
    made = connector.invoke("attachments.add", given, on_progress=before_the_last)
    (found,) = listed(connector)
    got = connector.invoke("attachments.get", {"messageId": anchors.DRAFT, "attachmentId": made["id"]})
    assert (found["name"], base64.b64decode(got["contentBytes"])) == ("large.bin", large.read_bytes())


def test_an_upload_tells_how_far_it_is(
    connector: Connector, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outlook_connector.progress.INTERVAL", 0.0)
    heard: list[Progress] = []
    given = {"messageId": anchors.DRAFT, "attachment": {"path": str(large)}}
    connector.invoke("attachments.add", given, on_progress=heard.append)
    done = [PIECE, 2 * PIECE, LARGE]
    assert heard == [Progress("attachments.add", "bytes", one, LARGE) for one in done]


def test_a_slow_upload_is_not_cut_short_by_the_deadline(outlook_sandbox: Sandbox, large: Path) -> None:
    """Time in which bytes move is no waiting: three pieces of half a second against a deadline of one."""
    http = {"caBundle": outlook_sandbox.ca_file, "deadline": 1}
    outlook_sandbox.fault(match="PUT */AttachmentSessions*", delay=0.5, times=None)
    config = outlook_sandbox.config(http=http, files={"allow": [str(large.parent)]})
    with connect(config) as connector:
        given = {"to": [anchors.KIM], "subject": "Slow", "body": "x", "attachments": [{"path": str(large)}]}
        assert connector.invoke("messages.send", given)["status"] == "accepted"
    assert len(outlook_sandbox.ledger["submissions"]) == 1


@pytest.mark.parametrize(
    "name", ["a" * 300 + ".pdf", "漢" * 150 + ".pdf", "CON.pdf", "nul", "..", "a/../b.pdf"]
)
def test_a_file_gets_a_name_that_every_system_takes(
    outlook_sandbox: Sandbox, connector: Connector, tmp_path: Path, name: str
) -> None:
    file = {"@odata.type": "#microsoft.graph.fileAttachment", "name": name, "contentBytes": "SGVsbG8="}
    sent = {"subject": "Named", "body": {"content": "x"}, "attachments": [file]}
    message = outlook_sandbox.deliver("adele@contoso.example", sent)
    (found,) = connector.invoke("attachments.list", {"messageId": message})["value"]
    ids = {"messageId": message, "attachmentId": found["id"]}
    saved = Path(connector.invoke("attachments.download", {**ids, "saveTo": str(tmp_path)})["path"])
    assert saved.read_bytes() == b"Hello"
    assert saved.parent == tmp_path
    assert len(saved.name.encode()) <= 210
    assert saved.stem.lower() not in ("con", "nul", "")


def test_a_large_file_in_anothers_mailbox_is_for_applications(outlook_sandbox: Sandbox) -> None:
    file = {"name": "film.bin", "contentBytes": base64.b64encode(bytes(3_300_000)).decode()}
    mail = {"subject": "Film", "to": ["nestor@contoso.example"], "attachments": [file]}
    shared = "kim@contoso.example"
    with connect(outlook_sandbox.config("nestor@contoso.example", mailbox=shared)) as person:
        with pytest.raises(Forbidden, match="from applications alone"):
            person.invoke("drafts.create", mail)
        small = {**mail, "attachments": [{"name": "note.txt", "contentBytes": "SGVsbG8="}]}
        assert person.invoke("drafts.create", small)["hasAttachments"]
    with connect(outlook_sandbox.config(auth="application", mailbox=shared)) as application:
        assert application.invoke("drafts.create", mail)["hasAttachments"]


def test_a_draft_with_a_picture_in_its_text_says_the_same_of_attachments_as_graph(
    outlook_connector: Connector,
) -> None:
    picture = {"name": "logo.png", "contentBytes": "aGVsbG8=", "contentId": "logo"}
    draft = outlook_connector.invoke("drafts.create", {"subject": "x", "attachments": [picture]})
    found = outlook_connector.invoke("messages.get", {"messageId": draft["id"]})
    assert draft["hasAttachments"] is found["hasAttachments"] is False
