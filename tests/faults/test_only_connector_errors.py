"""Whatever goes in and whatever Graph answers: only a ``ConnectorError`` comes out, and soon."""

import json
import random
import time
from typing import Any

import pytest

from outlook_connector import ConnectorError, connect
from outlook_connector.manifest import load
from outlook_connector.sandbox import Sandbox

MANIFEST = load()
OPERATIONS = [name for name, one in MANIFEST.operations.items() if one.root != "none"]
CALLS = 30
"""Calls of each operation."""

LEAVES: list[Any] = [
    None,
    True,
    0,
    -1,
    5,
    1.5,
    10**20,
    "",
    "x",
    "a@b.c",
    "inbox",
    "\u202e",
    "2026-02-30T10:00:00Z",
]
NAMES = [
    "id",
    "value",
    "error",
    "displayName",
    "nextExpectedRanges",
    "uploadUrl",
    "@odata.nextLink",
    "isDraft",
    "x",
]
STATUSES = [200, 200, 201, 202, 204, 400, 404, 409, 410, 412, 429, 500, 503]
NOT_JSON = ["", "{", "<a>", "\x00", "[1", "[" * 5000]


def anything(dice: random.Random, depth: int = 0) -> Any:
    if depth > 2 or dice.random() < 0.6:
        return dice.choice(LEAVES)
    inner = [anything(dice, depth + 1) for _ in range(3)]
    return inner if dice.random() < 0.5 else dict(zip(dice.sample(NAMES, 3), inner, strict=True))


def answer(dice: random.Random) -> str:
    return json.dumps(anything(dice)) if dice.random() < 0.9 else dice.choice(NOT_JSON)


@pytest.mark.parametrize("name", OPERATIONS)
def test_only_connector_errors_come_out(name: str, outlook_sandbox: Sandbox) -> None:
    dice = random.Random(name)
    schema = MANIFEST.input_schema(name)
    http = {"caBundle": outlook_sandbox.ca_file, "attempts": 1, "deadline": 2, "timeout": 1}
    with connect(outlook_sandbox.config(http=http)) as connector:
        connector.invoke("auth.refresh")
        for _ in range(CALLS):
            given = dict(dice.choice(schema["examples"]))
            for key in [*given, dice.choice([*schema["properties"], "unknown"])]:
                if dice.random() < 0.15:
                    given[key] = anything(dice)
            outlook_sandbox.clear_faults()
            if dice.random() < 0.8:
                times = dice.choice([1, 2, None])
                outlook_sandbox.fault(
                    match="* /*", status=dice.choice(STATUSES), body=answer(dice), times=times
                )
            began = time.monotonic()
            try:
                connector.invoke(name, given)
            except ConnectorError as error:
                assert json.dumps(error.to_dict())
            assert time.monotonic() - began < 10
