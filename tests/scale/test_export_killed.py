"""An export whose process is killed again and again, at any moment, ends with every message, each once and whole."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outlook_connector import Connector, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

COUNT = 300
KILLS = 12
COMMAND = [sys.executable, "-m", "outlook_connector.hosts.cli"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[Sandbox, Connector, str]]:
    """A folder with several hundred messages, some with attachments."""
    with Sandbox() as sandbox, connect(sandbox.config()) as connector:
        for number in range(COUNT):
            body = {"contentType": "text", "content": f"Number {number}\n" * (number % 50 + 1)}
            sandbox.deliver(anchors.ADELE, {"subject": f"Flood {number}", "body": body})
        yield sandbox, connector, "inbox"


def export(config: Path, order: dict[str, Any]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "invoke", "messages.export", json.dumps(order), "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )


def kill_in_the_middle(process: subprocess.Popen[str], manifest: Path, dice: random.Random) -> bool:
    """Kill it some time after its next rows; whether it was still at work."""
    size = manifest.stat().st_size if manifest.exists() else 0
    rows = dice.randrange(0, 45) * 400
    while process.poll() is None and (manifest.stat().st_size if manifest.exists() else 0) <= size + rows:
        time.sleep(0.001)
    time.sleep(dice.random() * 0.05)
    at_work = process.poll() is None
    process.kill()
    process.communicate()
    return at_work


@pytest.mark.parametrize("form", ["eml", "jsonl"])
def test_killed_at_random_moments_it_ends_with_each_message_once_and_whole(
    form: str, mailbox: tuple[Sandbox, Connector, str], tmp_path: Path
) -> None:
    sandbox, connector, folder = mailbox
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    print(f"{form}: seed {seed}")
    target, config = tmp_path / "export", tmp_path / "connection.json"
    own = sandbox.config(auth="application", files={"allow": [str(tmp_path)]})
    config.write_text(json.dumps(own))
    order = {"folder": folder, "saveTo": str(target), "format": form}
    kills = sum(
        kill_in_the_middle(export(config, order), target / "manifest.jsonl", dice) for _ in range(KILLS)
    )
    last = export(config, order)
    answer = json.loads(last.communicate(timeout=120)[0])
    assert kills >= KILLS // 2, "most were killed at work"
    assert answer["complete"]
    print(f"{kills} kills; {answer['writtenBefore']} messages outlasted them, {answer['written']} were left")
    rows = [json.loads(line) for line in (target / "manifest.jsonl").read_text().splitlines()[1:]]
    wanted = [one["id"] for one in connector.iterate("messages.list", {"folder": folder, "select": ["id"]})]
    assert sorted(row["id"] for row in rows) == sorted(wanted)
    check = {"eml": check_files, "jsonl": check_lines}[form]
    check(connector, target, rows)


def check_files(connector: Connector, target: Path, rows: list[dict[str, Any]]) -> None:
    """Exactly the files of the manifest, and in each exactly Graph's bytes."""
    found = {file.name for file in target.iterdir()}
    assert found == {row["file"] for row in rows} | {"manifest.jsonl", "manifest.lock"}
    for row in rows:
        whole = (target / row["file"]).read_bytes()
        assert (row["bytes"], row["sha256"]) == (len(whole), hashlib.sha256(whole).hexdigest())
    for row in rows[::10]:
        mime = connector.invoke("messages.getMime", {"messageId": row["id"]})["contentBytes"]
        assert (target / row["file"]).read_bytes() == base64.b64decode(mime)


def check_lines(connector: Connector, target: Path, rows: list[dict[str, Any]]) -> None:
    """Exactly the lines of the manifest, one behind the other."""
    text = (target / "messages.jsonl").read_bytes()
    assert {file.name for file in target.iterdir()} == {"manifest.jsonl", "manifest.lock", "messages.jsonl"}
    end = 0
    for row in rows:
        line = text[row["offset"] : row["offset"] + row["bytes"]]
        assert (row["offset"], row["sha256"]) == (end, hashlib.sha256(line).hexdigest())
        assert json.loads(line)["id"] == row["id"]
        end += row["bytes"]
    assert end == len(text)
