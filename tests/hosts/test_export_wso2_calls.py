"""``export wso2``: the calls that its templates make, made to the HTTP host by the templates' own words."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import jsonschema_rs
import pytest
import requests
from cli_world import run
from freemarker_world import SYNAPSE, compiled, properties, rendered
from http_running import KEY

from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors


@pytest.fixture(scope="module")
def connector(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip, unpacked."""
    place = tmp_path_factory.mktemp("wso2")
    assert run("export", "wso2", "--out", str(place)).code == 0
    [archive] = place.glob("*.zip")
    with zipfile.ZipFile(archive) as found:
        found.extractall(place / "connector")
    return place / "connector"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("freemarker"))


class Flow:
    """A flow of one call: it runs ``init`` with the connection, then the template, as far as HTTP goes."""

    def __init__(self, connector: Path, program: Path, host: str, place: Path) -> None:
        self.connector, self.program, self.place = connector, program, place
        self.connection = {"baseUrl": host, "apiKey": KEY, "connection": "office"}

    def call(self, name: str, **given: str) -> dict[str, Any]:
        """What the call's variable holds afterwards, of the form that its outputschema says."""
        template = ElementTree.parse(self.connector / f"functions/{name}.xml").getroot()
        init = ElementTree.parse(self.connector / "config/init.xml").getroot()
        [body] = rendered(self.program, self.place / str(uuid4()), [(template, given)])
        message = properties(init, self.connection)
        [endpoint] = template.iter(f"{SYNAPSE}http")
        url = str(endpoint.get("uri-template")).replace(
            "{+uri.var.outlook.base}", message["uri.var.outlook.base"]
        )
        headers = {"Content-Type": "application/json"} | self._headers(template, message)
        answer = requests.request(str(endpoint.get("method")), url, data=body, headers=headers, timeout=30)
        held = {
            "payload": answer.json(),
            "headers": dict(answer.headers),
            "attributes": {"statusCode": answer.status_code},
        }
        schema = json.loads((self.connector / f"outputschema/{name}.json").read_text(encoding="utf-8"))
        if answer.status_code == 200:
            assert jsonschema_rs.Draft7Validator(schema).is_valid(held)
        return held

    @staticmethod
    def _headers(template: ElementTree.Element, message: dict[str, str]) -> dict[str, str]:
        found = {}
        for one in template.iter(f"{SYNAPSE}header"):
            expression = str(one.get("expression", "")).removeprefix("$ctx:")
            found[str(one.get("name"))] = message[expression] if expression else str(one.get("value"))
        return found


@pytest.fixture
def flow(connector: Path, program: Path, host: str, tmp_path: Path) -> Flow:
    return Flow(connector, program, host, tmp_path)


def test_unread_mail_is_listed(flow: Flow) -> None:
    held = flow.call("messages_list", folder="inbox", unread="true", limit="3", select='["subject","isRead"]')
    assert held["attributes"]["statusCode"] == 200
    assert len(held["payload"]["value"]) == 3
    assert all(one["isRead"] is False for one in held["payload"]["value"])


def test_a_mail_is_sent_to_several(flow: Flow) -> None:
    to = json.dumps([anchors.KIM, anchors.NESTOR])
    held = flow.call("messages_send", to=to, subject='Say "hi"', body="Line\nline", idempotencyKey="wso2-1")
    assert held["payload"]["status"] == "accepted"
    found = flow.call("messages_get", messageId=held["payload"]["messageId"])["payload"]
    assert found["subject"] == 'Say "hi"'
    assert [one["emailAddress"]["address"] for one in found["toRecipients"]] == [anchors.KIM, anchors.NESTOR]


def test_a_message_is_moved(flow: Flow) -> None:
    held = flow.call(
        "messages_move", messageId=anchors.QUARTERLY_REPORT, destinationFolder="Inbox/Projects/2026"
    )
    assert held["payload"]["parentFolderId"] == anchors.PROJECT_FOLDER


def test_a_poll_gives_a_cursor_to_go_on_from(flow: Flow, mailbox: Sandbox) -> None:
    begun = flow.call("poll_message_received", folder="inbox")["payload"]
    mailbox.deliver(anchors.ADELE, {"subject": "New to the flow"})
    told = flow.call("poll_message_received", folder="inbox", cursor=begun["cursor"])["payload"]
    assert [one["message"]["subject"] for one in told["value"]] == ["New to the flow"]


def test_an_error_is_in_the_payload_with_its_status(flow: Flow) -> None:
    held = flow.call("messages_move", messageId=anchors.QUARTERLY_REPORT, destinationFolder="No/Such/Folder")
    assert held["attributes"]["statusCode"] == 400
    assert held["payload"]["error"]["error"] == "InvalidInput"
