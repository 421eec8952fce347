"""The largest attachment that Graph takes, up by every way and down: whole, in little memory, although the connection
is dropped twice on the way. The connector and the sandbox are processes of their own."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from outlook_connector import connect
from outlook_connector.graph.upload import LARGEST
from outlook_connector.sandbox.seed import anchors

ROOT = Path(__file__).resolve().parents[2]
MOST = 24 * 1024 * 1024
"""Bytes by which the process may grow."""
PUT = "PUT */AttachmentSessions*"
DROPS = [{"match": PUT, "drop": "after"}, {"match": PUT, "drop": "before"}]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
Json = dict[str, Any]


@pytest.fixture(scope="module")
def server() -> Iterator[Json]:
    command = [sys.executable, "-m", "outlook_connector.sandbox", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()


@pytest.fixture
def sandbox(server: Json) -> Json:
    ask(server, "POST", "reset")
    return server


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """150 MB that cannot be pressed, and their SHA-256."""
    path, digest = tmp_path_factory.mktemp("large") / "large.bin", hashlib.sha256()
    with path.open("wb") as stream:
        for _ in range(LARGEST >> 20):
            piece = os.urandom(1 << 20)
            digest.update(piece)
            stream.write(piece)
    return path, digest.hexdigest()


def ask(sandbox: Json, method: str, path: str) -> Any:
    session = requests.Session()
    session.trust_env, session.verify = False, sandbox["caFile"]
    answer = session.request(method, f"{sandbox['adminUrl']}/{path}", timeout=60)
    answer.raise_for_status()
    return answer.json()


def config(sandbox: Json, directory: Path) -> Json:
    return {
        "auth": "application",
        "mailbox": anchors.ADELE,
        "tenantId": sandbox["tenantId"],
        "clientId": sandbox["clientId"],
        "clientSecret": sandbox["clientSecret"],
        "authority": sandbox["authority"],
        "graphUrl": sandbox["graphUrl"],
        "graphAudience": "https://graph.microsoft.com",
        "http": {"caBundle": sandbox["caFile"], "timeout": 120},
        "tokenStore": "memory:",
        "files": {"allow": [str(directory)]},
    }


def moved(sandbox: Json, directory: Path, *steps: tuple[str, Json], faults: list[Json]) -> Json:
    """The figures of a process that takes these steps, with these faults on the way."""
    order = {
        "config": config(sandbox, directory),
        "steps": steps,
        "admin": sandbox["adminUrl"],
        "caFile": sandbox["caFile"],
        "faults": faults,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.scale.transfer"],
        input=json.dumps(order) + "\n",
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def is_small(name: str, figures: Json) -> bool:
    print(f"{name}: {figures['seconds']:.1f} s, the process grew by {figures['growth'] / (1 << 20):.1f} MB")
    return bool(figures["growth"] < MOST)


def dropped(sandbox: Json) -> int:
    """How many requests on the large file were left without an answer."""
    return sum(
        one["status"] is None and ("AttachmentSessions" in one["path"] or one["path"].endswith("$value"))
        for one in ask(sandbox, "GET", "requests")
    )


def content_of(sandbox: Json, directory: Path, message_id: str) -> str:
    """The SHA-256 of the message's large attachment, as it is downloaded."""
    with connect(config(sandbox, directory)) as connector:
        listed = connector.invoke("attachments.list", {"messageId": message_id})["value"]
        (one,) = [one for one in listed if one["name"] == "large.bin"]
        ids = {"messageId": message_id, "attachmentId": one["id"]}
        saved = connector.invoke("attachments.download", {**ids, "saveTo": str(directory / "got.bin")})
        return str(saved["sha256"])


def newest_sent(sandbox: Json, directory: Path) -> str:
    with connect(config(sandbox, directory)) as connector:
        found = connector.invoke("messages.list", {"folder": "sentitems", "limit": 1, "select": ["id"]})
        return str(found["value"][0]["id"])


TEXT = {"subject": "The film", "body": "See attached."}
WAYS: dict[str, Json] = {
    "attachments.add": {"messageId": anchors.DRAFT},
    "drafts.create": {**TEXT, "to": [anchors.KIM]},
    "messages.send": {**TEXT, "to": [anchors.KIM]},
    "messages.reply": {"messageId": anchors.LUNCH_THREAD, "comment": "See attached."},
    "messages.forward": {"messageId": anchors.NEWSLETTER, "to": [anchors.KIM]},
}


@pytest.mark.parametrize("name", WAYS)
def test_150_megabytes_go_up_whole(name: str, sandbox: Json, large: tuple[Path, str], tmp_path: Path) -> None:
    file, digest = large
    attachment = {"path": str(file)}
    key = {"attachment": attachment} if name == "attachments.add" else {"attachments": [attachment]}
    figures = moved(sandbox, file.parent, (name, {**WAYS[name], **key}), faults=DROPS)
    (made,) = figures["results"]
    assert dropped(sandbox) == 2
    message = {
        "attachments.add": lambda: anchors.DRAFT,
        "drafts.create": lambda: made["id"],
    }.get(name, lambda: newest_sent(sandbox, tmp_path))()
    assert content_of(sandbox, tmp_path, message) == digest
    assert is_small(name, figures)


def test_150_megabytes_come_down_whole(sandbox: Json, large: tuple[Path, str], tmp_path: Path) -> None:
    file, digest = large
    adding = ("attachments.add", {"messageId": anchors.DRAFT, "attachment": {"path": str(file)}})
    (made,) = moved(sandbox, file.parent, adding, faults=[])["results"]
    given = {"messageId": anchors.DRAFT, "attachmentId": made["id"], "saveTo": str(tmp_path / "got.bin")}
    break_off = {"match": "GET *$value", "drop": "during"}
    for _ in range(2):
        session = requests.Session()
        session.trust_env, session.verify = False, sandbox["caFile"]
        session.post(f"{sandbox['adminUrl']}/faults", json=break_off, timeout=60).raise_for_status()
    figures = moved(sandbox, tmp_path, ("attachments.download", given), faults=[])
    (saved,) = figures["results"]
    assert (saved["size"], saved["sha256"]) == (LARGEST, digest)
    assert hashlib.file_digest((tmp_path / "got.bin").open("rb"), "sha256").hexdigest() == digest
    values = [one for one in ask(sandbox, "GET", "requests") if one["path"].endswith("$value")]
    assert len(values) == 3
    assert is_small("attachments.download", figures)


def test_an_export_of_a_large_message_stays_small(
    sandbox: Json, large: tuple[Path, str], tmp_path: Path
) -> None:
    """40 MB: the sandbox has to make MIME of it first."""
    part = tmp_path / "large.bin"
    with large[0].open("rb") as stream:
        part.write_bytes(stream.read(40 << 20))
    moved(sandbox, tmp_path, ("drafts.create", {**TEXT, "attachments": [{"path": str(part)}]}), faults=[])
    for form in ("eml", "jsonl"):
        content = {"attachmentContent": True} if form == "jsonl" else {}
        given = {"folder": "drafts", "saveTo": str(tmp_path / form), "format": form, **content}
        figures = moved(sandbox, tmp_path, ("messages.export", given), faults=[])
        (answer,) = figures["results"]
        assert answer["complete"], answer["failed"]
        assert answer["bytes"] > part.stat().st_size
        assert is_small(f"messages.export as {form}", figures)
