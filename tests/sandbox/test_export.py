"""messages.export: what stands in the directory, how it goes on, and what it refuses."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outlook_connector import Connector, InvalidInput, OperationDenied, ServiceUnavailable, connect
from outlook_connector.operations import export
from outlook_connector.progress import Progress
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

PROJECT = "Inbox/Projects/2026"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "export"


@pytest.fixture
def connector(outlook_sandbox: Sandbox, tmp_path: Path) -> Iterator[Connector]:
    quick = {"caBundle": outlook_sandbox.ca_file, "attempts": 1}
    with connect(outlook_sandbox.config(files={"allow": [str(tmp_path)]}, http=quick)) as connected:
        yield connected


def manifest(target: Path) -> list[dict[str, Any]]:
    """The rows, without the first line."""
    return [json.loads(line) for line in (target / "manifest.jsonl").read_text().splitlines()[1:]]


def ids_in(connector: Connector, folder: str, **filters: Any) -> set[str]:
    given = {"folder": folder, "select": ["id"], **filters}
    return {one["id"] for one in connector.iterate("messages.list", given)}


def run(connector: Connector, target: Path, folder: str = PROJECT, **more: Any) -> dict[str, Any]:
    return connector.invoke("messages.export", {"folder": folder, "saveTo": str(target), **more})


def test_a_file_is_exactly_graphs_mime_and_the_manifest_names_each(
    connector: Connector, target: Path
) -> None:
    answer = run(connector, target)
    rows = manifest(target)
    assert {row["id"] for row in rows} == ids_in(connector, PROJECT)
    assert (answer["written"], answer["writtenBefore"], answer["complete"]) == (len(rows), 0, True)
    assert answer["bytes"] == sum(row["bytes"] for row in rows)
    for row in rows:
        mime = base64.b64decode(
            connector.invoke("messages.getMime", {"messageId": row["id"]})["contentBytes"]
        )
        assert (target / row["file"]).read_bytes() == mime
        assert (row["bytes"], row["sha256"]) == (len(mime), hashlib.sha256(mime).hexdigest())
    assert len(list(target.glob("*.eml"))) == len(rows)
    assert (target / rows[0]["file"]).stat().st_mode & 0o077 == 0, "mail is its owner's alone"


@pytest.mark.parametrize("content", [False, True])
def test_a_line_is_the_message_as_graph_gives_it_with_its_attachments(
    connector: Connector, target: Path, content: bool
) -> None:
    run(connector, target, "inbox", format="jsonl", attachmentContent=content, hasAttachments=True)
    written = [json.loads(line) for line in (target / "messages.jsonl").read_text().splitlines()]
    assert {one["id"] for one in written} == ids_in(connector, "inbox", hasAttachments=True)
    report = next(one for one in written if one["id"] == anchors.QUARTERLY_REPORT)
    got = connector.invoke("messages.get", {"messageId": anchors.QUARTERLY_REPORT})
    assert {name: report[name] for name in got if not name.startswith("@odata.")} == {
        name: value for name, value in got.items() if not name.startswith("@odata.")
    }
    assert [one["name"] for one in report["attachments"]] == ["Quarterly report Q3.pdf", "regions.csv"]
    for one in report["attachments"]:
        ids = {"messageId": report["id"], "attachmentId": one["id"]}
        whole = connector.invoke("attachments.download", ids)["contentBytes"]
        assert one.get("contentBytes") == (whole if content else None)


def test_the_manifest_tells_where_each_line_stands(connector: Connector, target: Path) -> None:
    run(connector, target, format="jsonl")
    lines = (target / "messages.jsonl").read_bytes()
    for row in manifest(target):
        line = lines[row["offset"] : row["offset"] + row["bytes"]]
        assert json.loads(line)["id"] == row["id"]
        assert row["sha256"] == hashlib.sha256(line).hexdigest()


def test_nothing_that_a_person_wrote_is_in_the_manifest(connector: Connector, target: Path) -> None:
    run(connector, target, "inbox", subject="report")
    text = (target / "manifest.jsonl").read_text()
    assert "report" not in text.lower().replace(str(target).lower(), "")
    assert all(set(row) == {"id", "folder", "file", "bytes", "sha256"} for row in manifest(target))


@pytest.mark.parametrize("form", ["eml", "jsonl"])
def test_in_steps_each_message_is_written_once_and_a_later_one_is_added(
    connector: Connector, target: Path, form: str
) -> None:
    wanted = len(ids_in(connector, "sentitems"))
    steps = [run(connector, target, "sentitems", format=form, limit=8) for _ in range(wanted // 8 + 1)]
    assert [one["complete"] for one in steps] == [False] * (len(steps) - 1) + [True]
    assert sum(one["written"] for one in steps) == wanted
    copy = {"messageId": anchors.NEWSLETTER, "destinationFolder": "sentitems"}
    connector.invoke("messages.copy", copy)
    again = run(connector, target, "sentitems", format=form)
    assert (again["written"], again["writtenBefore"]) == (1, wanted)
    assert len(steps) > 1
    assert {row["id"] for row in manifest(target)} == ids_in(connector, "sentitems")


def test_a_message_that_is_deleted_on_the_way_is_told_of_and_stops_nothing(
    outlook_sandbox: Sandbox, connector: Connector, target: Path
) -> None:
    outlook_sandbox.fault(match="GET /me/messages/*/$value", status=404)
    answer = run(connector, target)
    assert len(answer["gone"]) == 1
    assert answer["complete"]
    assert {row["id"] for row in manifest(target)} == ids_in(connector, PROJECT) - set(answer["gone"])


def test_what_moves_to_a_page_that_was_read_is_found_too(
    outlook_sandbox: Sandbox, connector: Connector, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deletion while the list is read moves the messages behind it forward."""
    monkeypatch.setattr(export, "PAGE", 4)
    before = ids_in(connector, "archive")
    deleted: list[str] = []

    def delete_one(progress: Progress) -> None:
        if progress.done in (2, 7):
            deleted.append(next(row["id"] for row in manifest(target) if row["id"] not in deleted))
            connector.invoke("messages.delete", {"messageId": deleted[-1]})

    given = {"folder": "archive", "saveTo": str(target)}
    monkeypatch.setattr("outlook_connector.progress.INTERVAL", 0.0)
    assert connector.invoke("messages.export", given, on_progress=delete_one)["complete"]
    assert len(deleted) == 2
    assert len(before) > 8
    assert {row["id"] for row in manifest(target)} == before


def test_a_message_that_graph_cannot_give_is_told_of_and_tried_again_next_time(
    outlook_sandbox: Sandbox, connector: Connector, target: Path
) -> None:
    outlook_sandbox.fault(match="GET /me/messages/*/$value", status=500)
    first = run(connector, target)
    assert [one["problem"]["error"] for one in first["failed"]] == ["ServiceUnavailable"]
    assert not first["complete"]
    second = run(connector, target)
    assert (second["written"], second["failed"], second["complete"]) == (1, [], True)


@pytest.mark.parametrize("form", ["eml", "jsonl"])
def test_a_service_that_is_down_ends_the_call_and_what_was_written_is_good(
    outlook_sandbox: Sandbox, connector: Connector, target: Path, form: str
) -> None:
    some = run(connector, target, "archive", format=form, limit=3)["written"]
    outlook_sandbox.fault(match="GET /me/messages/*", status=503, times=None)
    with pytest.raises(ServiceUnavailable):
        run(connector, target, "archive", format=form)
    outlook_sandbox.clear_faults()
    answer = run(connector, target, "archive", format=form)
    assert (answer["writtenBefore"], answer["complete"]) == (some, True)
    assert {row["id"] for row in manifest(target)} == ids_in(connector, "archive")
    assert not [file for file in target.iterdir() if file.name.startswith(".")]


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"folder": "drafts"}, "folder"),
        ({"format": "jsonl"}, "format"),
        ({"unread": True}, "filters"),
        ({"includeSubfolders": True}, "includeSubfolders"),
        ({"mailbox": "adele@contoso.example"}, "mailbox"),
    ],
)
def test_another_export_into_the_same_directory_is_refused_by_what_differs(
    connector: Connector, target: Path, other: dict[str, Any], named: str
) -> None:
    run(connector, target)
    before = {file: file.read_bytes() for file in target.iterdir()}
    with pytest.raises(InvalidInput, match=rf"something else \([^)]*{named}"):
        run(connector, target, **{"folder": PROJECT, **other})
    assert {file: file.read_bytes() for file in target.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("manifest.jsonl", "my own notes\n", "eml"),
        ("manifest.jsonl", '{"name": "mine"}\n', "eml"),
        ("messages.jsonl", '{"not": "ours"}\n', "jsonl"),
    ],
)
def test_files_of_somebody_elses_are_not_written_over(
    connector: Connector, target: Path, name: str, text: str, form: str
) -> None:
    target.mkdir()
    (target / name).write_text(text)
    with pytest.raises(InvalidInput, match="choose another directory"):
        run(connector, target, format=form)
    assert (target / name).read_text() == text


def test_two_exports_at_once_into_one_directory_are_refused(connector: Connector, target: Path) -> None:
    refused: list[str] = []

    def meanwhile(progress: Progress) -> None:
        if not refused:
            with pytest.raises(InvalidInput, match="another export") as error:
                run(connector, target)
            refused.append(str(error.value))

    given = {"folder": PROJECT, "saveTo": str(target)}
    assert connector.invoke("messages.export", given, on_progress=meanwhile)["complete"]
    assert refused


@pytest.mark.parametrize("form", ["eml", "jsonl"])
def test_a_torn_line_and_a_lost_file_are_mended(connector: Connector, target: Path, form: str) -> None:
    run(connector, target, format=form)
    rows = manifest(target)
    whole = {file.name: file.read_bytes() for file in target.iterdir()}
    with (target / "manifest.jsonl").open("ab") as stream:
        stream.write(b'{"id":"AAMk')
    lost = target / rows[-1]["file"]
    if form == "eml":
        lost.unlink()
        (target / ".outlook-export-left").write_text("half a message")
    else:
        lost.write_bytes(lost.read_bytes()[:-10])
    answer = run(connector, target, format=form)
    assert (answer["written"], answer["complete"]) == (1, True)
    assert {file.name: file.read_bytes() for file in target.iterdir()} == whole


def test_nothing_outside_the_allowed_directories_is_written(
    outlook_sandbox: Sandbox, connector: Connector, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (tmp_path / "link").symlink_to(outside)
    for place in (outside / "x", tmp_path / "link" / "x", tmp_path / ".." / "x"):
        before = len(outlook_sandbox.requests)
        with pytest.raises(OperationDenied, match=r"files\.allow"):
            run(connector, place, "inbox")
        assert not [one for one in outlook_sandbox.requests[before:] if one.service == "graph"]
    assert not list(outside.iterdir())


def test_folders_become_directories_whatever_they_are_called(connector: Connector, target: Path) -> None:
    parent = connector.invoke("folders.create", {"displayName": "Odd"})["id"]
    names = ["a/b", "..", "CON", "manifest.jsonl", ".hidden", "x" * 200, "üñï 📁", "dot."]
    for name in names:
        folder = connector.invoke("folders.create", {"displayName": name, "parentFolder": parent})["id"]
        copy = {"messageId": anchors.NEWSLETTER, "destinationFolder": folder}
        connector.invoke("messages.copy", copy)
    answer = run(connector, target, parent, includeSubfolders=True)
    assert (answer["written"], answer["complete"]) == (len(names), True)
    files = [target / row["file"] for row in manifest(target)]
    assert all(file.is_file() and file.resolve().is_relative_to(target.resolve()) for file in files)
    assert len({file.parent for file in files}) == len(names)


def test_the_whole_mailbox_is_exported_by_its_root(connector: Connector, target: Path) -> None:
    run(connector, target, "msgfolderroot", includeSubfolders=True)
    rows = manifest(target)
    assert {row["id"] for row in rows} == {
        one["id"] for one in connector.iterate("messages.list", {"select": ["id"]})
    }
    assert any(row["file"].startswith("Inbox/Projects/2026/") for row in rows)


def test_a_host_hears_how_far_it_is_and_a_broken_display_stops_nothing(
    connector: Connector, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outlook_connector.progress.INTERVAL", 0.0)
    heard: list[Progress] = []
    given = {"folder": PROJECT, "saveTo": str(target)}
    total = connector.invoke("messages.export", given, on_progress=heard.append)["written"]
    assert heard == [Progress("messages.export", "messages", done, total) for done in range(total + 1)]

    def broken(progress: Progress) -> None:
        raise RuntimeError("no display")

    again = {**given, "saveTo": str(target.with_name("again"))}
    assert connector.invoke("messages.export", again, on_progress=broken)["complete"]


def test_what_belongs_to_json_is_refused_for_mime(connector: Connector, target: Path) -> None:
    with pytest.raises(InvalidInput, match="/attachmentContent"):
        run(connector, target, attachmentContent=True)
