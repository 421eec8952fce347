"""The exported package in a real Node-RED: its nodes are there, and a flow of them answers and files what arrives."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from cli_world import config_file, run
from http_running import KEY, serving
from node_red_world import HERE, PACKAGE, NodeRed, awaited, needs_node_red, running, tool

from outlook_connector import Connector, connect
from outlook_connector.manifest import load
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

Json = dict[str, Any]
TAB = {"id": "tab", "type": "tab", "label": "Tests"}


@pytest.fixture(scope="module", autouse=True)
def tools() -> None:
    needs_node_red()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("node-red")
    assert run("export", "node-red", "--out", str(place)).code == 0
    return place / PACKAGE


@pytest.fixture(scope="module")
def connector(mailbox: Sandbox) -> Iterator[Connector]:
    with connect(mailbox.config()) as found:
        yield found


@pytest.fixture(scope="module")
def red(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeRed]:
    with running(tmp_path_factory.mktemp("user"), package) as found:
        yield found


@pytest.fixture
def flow(package: Path, host: str) -> list[Json]:
    """The package's example, at the tests' host and in a hurry."""
    found: list[Json] = json.loads(
        (package / "examples" / "answer and file.json").read_text(encoding="utf-8")
    )
    for one in found:
        if one["type"] == "outlook-connection":
            one.update(_at(host))
        if one["type"] == "outlook-message-received":
            # What arrives before the first poll is told too, which else begins from there.
            since = datetime.now(UTC) - timedelta(seconds=1)
            one.update(interval="1", in_since=since.isoformat(), in_since_type="str")
        if one["type"] == "outlook-messages-move":
            one["in_destinationFolder"] = "Inbox/Projects/2026"
    return found


def _at(host: str, key: str = KEY) -> Json:
    return {"url": host, "connection": "office", "timeout": "30", "credentials": {"apiKey": key}}


def connection(host: str, key: str = KEY) -> Json:
    return {"id": "host", "type": "outlook-connection", "name": "", **_at(host, key)}


def asking(node: Json, *, once: str = '{"go": true}') -> list[Json]:
    """A flow of one node that is asked once, and tells what came of it in the log, as one line of JSON."""
    ask = {
        **{"id": "ask", "type": "inject", "z": "tab", "once": True, "onceDelay": 0.1, "x": 1, "y": 1},
        **{"props": [{"p": "payload", "v": once, "vt": "json"}], "wires": [["asked"]]},
    }
    asked = {"id": "asked", "z": "tab", "connection": "host", "x": 2, "y": 1, "wires": [["done"]], **node}
    tell = "node.warn('TOLD ' + JSON.stringify({KIND: msg}));"
    ends = [
        {
            "id": one,
            "type": "function",
            "z": "tab",
            "func": tell.replace("KIND", one),
            "outputs": 0,
            "x": 3,
            "y": 1,
        }
        for one in ("done", "caught")
    ]
    caught = {
        "id": "catch",
        "type": "catch",
        "z": "tab",
        "scope": None,
        "x": 1,
        "y": 2,
        "wires": [["caught"]],
    }
    return [TAB, ask, asked, caught, *ends]


def told(red: NodeRed, flow: list[Json]) -> Json:
    """What a flow of ``asking`` told."""
    before = len(red.said())
    red.deploy(flow)
    line = awaited(lambda: [one for one in red.said()[before:].splitlines() if "TOLD " in one])[0]
    found: Json = json.loads(line.partition("TOLD ")[2])
    return found


def test_every_node_is_registered_without_an_error(red: NodeRed) -> None:
    [ours] = [one for one in red.get("/nodes").json() if one["module"] == PACKAGE]
    manifest = load()
    names = (*manifest.operations, *manifest.triggers)
    assert set(ours["types"]) == {
        "outlook-connection",
        *(f"outlook-{one.replace('.', '-')}" for one in names),
    }
    assert ours["enabled"] and "err" not in ours


def test_the_example_is_offered_for_import(red: NodeRed, package: Path) -> None:
    offered = red.get(f"/library/examples/flows/{PACKAGE}/answer%20and%20file")
    assert offered.json() == json.loads(
        (package / "examples" / "answer and file.json").read_text(encoding="utf-8")
    )


def test_a_message_is_received_searched_answered_and_moved(
    red: NodeRed, flow: list[Json], mailbox: Sandbox, connector: Connector
) -> None:
    red.deploy(flow)
    kim = {"emailAddress": {"name": "Kim", "address": anchors.KIM}}
    mailbox.deliver(anchors.ADELE, {"subject": "Broken pump in hall 7", "from": kim})

    filed = {"folder": "Inbox/Projects/2026", "subject": "Broken pump in hall 7"}
    [moved] = awaited(lambda: connector.invoke("messages.list", filed)["value"])
    assert moved["subject"] == "Broken pump in hall 7"
    assert connector.invoke("messages.list", {**filed, "folder": "inbox"})["value"] == []
    answered = {"folder": "sentitems", "subject": "Broken pump in hall 7"}
    [answer] = connector.invoke("messages.list", answered)["value"]
    assert [one["emailAddress"]["address"] for one in answer["toRecipients"]] == [anchors.KIM]
    assert "Thank you" in answer["bodyPreview"]


def test_values_come_from_the_message_the_form_and_an_expression(red: NodeRed, host: str) -> None:
    node = {
        "type": "outlook-messages-list",
        **{"in_folder": "payload.folder", "in_folder_type": "msg"},
        **{"in_limit": "1 + 1", "in_limit_type": "jsonata"},
        **{"in_unread": "true", "in_unread_type": "truth"},
        **{"in_select": '["subject","isRead"]', "in_select_type": "json"},
        **{"in_importance": "", "in_importance_type": "choice"},
    }
    found = told(red, [connection(host), *asking(node, once='{"folder": "inbox"}')])["done"]
    assert len(found["payload"]["value"]) == 2
    assert all(one["isRead"] is False for one in found["payload"]["value"])


def test_one_text_is_a_list_of_one_and_the_rest_comes_from_the_payload(red: NodeRed, host: str) -> None:
    node = {"type": "outlook-messages-send", "fromPayload": True, "in_to": anchors.KIM, "in_to_type": "str"}
    given = json.dumps({"subject": "From a flow", "body": "Hello", "delivery": "tracked"})
    found = told(red, [connection(host), *asking(node, once=given)])["done"]
    assert found["payload"]["status"] == "accepted"
    assert found["payload"]["messageId"]


def test_a_catch_node_gets_the_hosts_own_words(red: NodeRed, host: str) -> None:
    node = {"type": "outlook-messages-get", "in_messageId": "no-such-message", "in_messageId_type": "str"}
    found = told(red, [connection(host), *asking(node)])["caught"]
    assert found["outlook"]["statusCode"] == 422
    assert found["outlook"]["error"]["error"] == "GraphError"
    assert found["outlook"]["error"]["message"] in found["error"]["message"]


@pytest.mark.parametrize(
    ("url", "key", "code"),
    [("", "another-key", "wrongKey"), ("http://127.0.0.1:9", KEY, "notReached")],
    ids=["a wrong key", "no host"],
)
def test_a_connection_that_does_not_work_is_told(
    red: NodeRed, host: str, url: str, key: str, code: str
) -> None:
    found = told(red, [connection(url or host, key), *asking({"type": "outlook-profile-get"})])["caught"]
    assert found["outlook"]["error"]["code"] == code
    assert key not in red.said()


@pytest.fixture
def breaking() -> Iterator[str]:
    """A host that takes every request and answers none: it breaks off instead."""

    def broken() -> None:
        with suppress(OSError):  # the end of the test closes the listener
            while True:
                taken, _ = listener.accept()
                with taken:
                    taken.recv(65536)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=broken, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("kind", "code", "retryable"),
    [("messages-send", "outcomeUnknown", False), ("messages-list", "notReached", True)],
    ids=["a send", "a list"],
)
def test_an_answer_that_is_lost_leaves_it_open_whether_a_mail_went_out(
    red: NodeRed, breaking: str, kind: str, code: str, retryable: bool
) -> None:
    found = told(red, [connection(breaking), *asking({"type": f"outlook-{kind}"})])["caught"]
    error = found["outlook"]["error"]
    assert (error["code"], error["retryable"]) == (code, retryable)
    assert set(error) == {"error", "code", "message", "retryable", "details"}


def watching(host: str, **given: str) -> list[Json]:
    """A flow that tells of every message that comes into a folder."""
    trigger = {
        **{
            "id": "watch",
            "type": "outlook-message-received",
            "z": "tab",
            "connection": "host",
            "interval": "1",
        },
        **{"x": 1, "y": 1, "wires": [["done"]], **given},
    }
    tell = {
        "id": "done",
        "type": "function",
        "z": "tab",
        "func": "node.warn('GOT ' + msg.payload.message.subject);",
    }
    return [TAB, connection(host), trigger, {**tell, "outputs": 0, "x": 2, "y": 1}]


def _polled(mailbox: Sandbox) -> None:
    """Waits until the trigger has asked more often than its first poll does, which says where it begins."""
    before = len(mailbox.requests)
    awaited(lambda: len(mailbox.requests) > before + 5)


def got(red: NodeRed, subject: str) -> int:
    return red.said().count(f"GOT {subject}")


def test_a_trigger_goes_on_after_the_host_was_gone_and_has_forgotten(
    red: NodeRed, mailbox: Sandbox, tmp_path: Path
) -> None:
    config = config_file(tmp_path, mailbox.config())
    with serving(config, "office") as url:
        red.deploy(watching(url))
        _polled(mailbox)
        mailbox.deliver(anchors.ADELE, {"subject": "While it runs"})
        awaited(lambda: got(red, "While it runs"))
    mailbox.deliver(anchors.ADELE, {"subject": "While it is gone"})
    before = len(red.said())
    awaited(lambda: "was not reached" in red.said()[before:])
    # Its store is memory, so that the new one knows neither the cursor nor where it stood.
    with serving(config_file(tmp_path, mailbox.config()), "office", int(url.rpartition(":")[2])):
        awaited(lambda: got(red, "While it is gone"))
        mailbox.deliver(anchors.ADELE, {"subject": "Afterwards"})
        awaited(lambda: got(red, "Afterwards"))
    assert "cursorLost" in red.said() or "is kept no more" in red.said()
    assert got(red, "Afterwards") == 1


def test_a_trigger_whose_inputs_are_others_begins_anew(red: NodeRed, host: str, mailbox: Sandbox) -> None:
    red.deploy(watching(host))
    _polled(mailbox)
    before = len(red.said())
    red.deploy(watching(host, in_folder="inbox", in_folder_type="str"))
    _polled(mailbox)
    mailbox.deliver(anchors.ADELE, {"subject": "Into the inbox"})
    awaited(lambda: got(red, "Into the inbox"))
    assert "error" not in red.said()[before:]


class Templates(HTMLParser):
    """The page's own script, each form, and the helps together, as files to be linted."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.files: dict[str, str] = {}
        self._name = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        form = given.get("data-template-name")
        self._name = f"{form}.html" if form else "helps.html" if "data-help-name" in given else "editor.js"

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.files[self._name] = self.files.get(self._name, "") + data


def test_the_javascript_and_the_html_lint(package: Path, tmp_path: Path) -> None:
    parts = Templates((package / "outlook.html").read_text(encoding="utf-8")).files
    for name, text in parts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in ("outlook.js", "lib/host.js", "lib/place.js", "lib/values.js"):
        (tmp_path / Path(name).name).write_bytes((package / name).read_bytes())
    modules = HERE / "node_modules"
    (tmp_path / "eslint.config.mjs").write_bytes((HERE / "eslint.config.mjs").read_bytes())
    (tmp_path / "node_modules").symlink_to(modules)
    linted = tool(str(modules / "eslint" / "bin" / "eslint.js"), "--max-warnings", "0", ".", cwd=tmp_path)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    rules = str(HERE / "htmlvalidate.json")
    checker = str(modules / "html-validate" / "bin" / "html-validate.mjs")
    checked = tool(checker, "--config", rules, "--max-warnings", "0", "*.html", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout[-3000:] + checked.stderr
