"""Whatever Graph answers a trigger, only a ``ConnectorError`` comes out, and the cursor is as good as before."""

import json
import random
from typing import Any

import pytest

from outlook_connector import ConnectorError, connect
from outlook_connector.manifest import load
from outlook_connector.sandbox import Sandbox

MANIFEST = load()
CALLS = 40
PROPERTIES = (
    *(
        "id",
        "@removed",
        "isDraft",
        "receivedDateTime",
        "lastModifiedDateTime",
        "createdDateTime",
        "changeKey",
    ),
    *("parentFolderId", "flag", "from", "toRecipients", "subject", "categories", "hasAttachments"),
    *("conversationId", "displayName", "isHidden", "name", "isInline", "responses", "status", "body"),
)
LEAVES = (None, True, 0, -1, 1.5, 10**20, "", "x", "a@b.c", "inbox", "\u202e", "2026-02-30T10:00:00Z")
NAMES = ("id", "value", "error", "displayName", "@odata.nextLink", "isDraft", "x")
STATUSES = (200, 200, 201, 202, 204, 400, 404, 409, 410, 412, 429, 500, 503)
LIKELY: dict[str, Any] = {"id": "m1", "receivedDateTime": "2030-01-01T00:00:00Z", "hasAttachments": True}


def anything(dice: random.Random, depth: int = 0) -> Any:
    if depth > 2 or dice.random() < 0.6:
        return dice.choice(LEAVES)
    inner = [anything(dice, depth + 1) for _ in range(3)]
    return inner if dice.random() < 0.5 else dict(zip(dice.sample(NAMES, 3), inner, strict=True))


def item(dice: random.Random) -> dict[str, Any]:
    strange = {name: anything(dice) for name in dice.sample(PROPERTIES, dice.randint(0, 6))}
    return {**LIKELY, "id": f"m{dice.randint(0, 5)}", **strange}


def page(dice: random.Random, graph_url: str) -> str:
    links = [f"{graph_url}/me/messages?$skiptoken=x", "https://elsewhere.example/", anything(dice)]
    found: dict[str, Any] = {"value": [item(dice) for _ in range(dice.randint(0, 4))]}
    for name in ("@odata.nextLink", "@odata.deltaLink"):
        if dice.random() < 0.5:
            found[name] = dice.choice(links)
    if dice.random() < 0.3:
        part = {"id": str(dice.randint(0, 2)), "status": dice.choice([*STATUSES, anything(dice)])}
        found["responses"] = [{**part, "body": dice.choice([item(dice), anything(dice)])}]
    return json.dumps(found)


@pytest.mark.parametrize("name", MANIFEST.triggers)
def test_only_connector_errors_come_out_of_a_poll(name: str, outlook_sandbox: Sandbox) -> None:
    dice = random.Random(name)
    http = {"caBundle": outlook_sandbox.ca_file, "attempts": 1, "deadline": 3, "timeout": 1}
    examples = MANIFEST.input_schema(name)["examples"]
    with connect(outlook_sandbox.config(http=http)) as connector:
        starts = [(given, connector.poll(name, given)["cursor"]) for given in examples]
        outcomes = []
        for _ in range(CALLS):
            given, cursor = dice.choice(starts)
            asked = {**given, **({"cursor": cursor} if dice.random() < 0.8 else {})}
            outlook_sandbox.clear_faults()
            status = dice.choice(STATUSES) if dice.random() < 0.3 else 200
            body = page(dice, outlook_sandbox.graph_url)
            outlook_sandbox.fault(match="* /*", status=status, body=body, times=dice.choice([1, 2, None]))
            try:
                outcomes.append(connector.poll(name, asked)["more"])
            except ConnectorError as error:
                assert json.dumps(error.to_dict())
                outcomes.append(error.code)
    assert len(set(outcomes)) > 1, "all came out alike, which shows nothing"
