"""Which tools a client is offered, and what it learns of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from mcp import Client
from mcp.types import Tool
from mcp_world import call, error_of, serving, speak

from outlook_connector import connect
from outlook_connector.hosts.mcp.offering import Offering
from outlook_connector.hosts.mcp.schemas import defaults
from outlook_connector.hosts.mcp.tools import tool
from outlook_connector.manifest import load
from outlook_connector.sandbox import Sandbox

EVERYTHING = ("write", "send", "delete")
MANIFEST = load()
TOOLS = {name: tool(one, MANIFEST.schemas) for name, one in MANIFEST.operations.items()}


async def listed(client: Client) -> dict[str, Tool]:
    answer = await client.list_tools()
    assert answer.next_cursor is None
    return {one.name: one for one in answer.tools}


def offered(sandbox: Sandbox, *allowed: str, **config: Any) -> dict[str, Tool]:
    with connect(sandbox.config(**config)) as connector, serving(connector, allowed) as url:
        return speak(url, listed)


@pytest.fixture(scope="module")
def all_tools(server: Sandbox) -> Iterator[dict[str, Tool]]:
    yield offered(server, *EVERYTHING)


def test_without_leave_every_tool_only_reads(sandbox: Sandbox) -> None:
    tools = offered(sandbox)
    assert {"messages_list", "messages_search", "messages_get", "folders_list", "auth_status"} <= set(tools)
    assert all(one.annotations and one.annotations.read_only_hint for one in tools.values())


@pytest.mark.parametrize(
    ("allowed", "there", "missing"),
    [
        (["write"], {"drafts_create", "messages_move"}, {"messages_send", "drafts_send", "messages_delete"}),
        (["send"], {"messages_send", "drafts_send"}, {"drafts_create", "messages_delete"}),
        (["delete"], {"messages_delete"}, {"drafts_create", "messages_send"}),
    ],
)
def test_each_effect_is_allowed_by_itself(
    sandbox: Sandbox, allowed: list[str], there: set[str], missing: set[str]
) -> None:
    tools = set(offered(sandbox, *allowed))
    assert there <= tools
    assert not missing & tools


def test_the_connection_s_policy_holds_whatever_the_server_allows(sandbox: Sandbox) -> None:
    tools = offered(sandbox, *EVERYTHING, operations={"deny": ["messages.send", "rules.*"]})
    assert "drafts_send" in tools
    assert not [name for name in tools if name == "messages_send" or name.startswith("rules_")]
    assert set(offered(sandbox, *EVERYTHING, readOnly=True)) == set(offered(sandbox))


def test_what_follows_from_the_method_of_a_call_needs_every_leave(sandbox: Sandbox) -> None:
    named = {"operations": {"allow": ["*", "graph.request"]}}
    assert "graph_request" not in offered(sandbox, "delete", **named)
    assert "graph_request" in offered(sandbox, *EVERYTHING, **named)
    assert "graph_request" not in offered(sandbox, *EVERYTHING)


def test_signing_in_and_out_is_no_tool(sandbox: Sandbox) -> None:
    tools = offered(sandbox, *EVERYTHING)
    assert [name for name in tools if name.startswith("auth_")] == ["auth_status", "auth_test"]
    with connect(sandbox.config()) as connector, serving(connector, EVERYTHING) as url:
        assert error_of(call(url, "auth_signOut"))["code"] == "operationDenied"


def test_hints_follow_from_effect_and_idempotence(all_tools: dict[str, Tool]) -> None:
    def hints(name: str) -> tuple[bool | None, ...]:
        found = all_tools[name].annotations
        assert found
        return found.read_only_hint, found.destructive_hint, found.idempotent_hint, found.open_world_hint

    assert hints("messages_list") == (True, False, True, True)
    assert hints("drafts_create") == (False, False, False, True)
    assert hints("messages_update") == (False, True, True, True)
    assert hints("messages_send") == (False, True, False, True)
    assert hints("messages_delete")[:2] == (False, True)
    assert hints("auth_status") == (True, False, True, False)


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_has_a_name_and_schemas_that_any_client_takes(name: str) -> None:
    one = TOOLS[name]
    assert re.fullmatch(r"[A-Za-z0-9_]{1,64}", one.name)
    assert one.title and one.description and one.output_schema
    for schema in (one.input_schema, one.output_schema):
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert not {"$ref", "$schema", "$defs"} & set(keywords(schema))
    assert not {"anyOf", "oneOf", "allOf", "not", "enum"} & set(one.input_schema)


@pytest.mark.parametrize("name", TOOLS)
def test_every_example_of_an_operation_fits_its_tool(name: str) -> None:
    operation = MANIFEST.operations[name]
    check = jsonschema.Draft202012Validator(TOOLS[name].input_schema)
    for example in MANIFEST.input_schema(name).get("examples", []):
        check.validate({**defaults(MANIFEST.schemas, operation), **example})


def test_a_rule_that_the_schema_may_not_say_stands_in_the_description(all_tools: dict[str, Tool]) -> None:
    assert "must name somebody in to, cc or bcc" in str(all_tools["messages_send"].description)
    assert "exactly one of contentBytes, path" in str(all_tools["messages_sendMime"].description)


def test_the_defaults_that_hold_here_are_in_the_schema(all_tools: dict[str, Tool]) -> None:
    properties = all_tools["messages_list"].input_schema["properties"]
    assert properties["limit"]["default"] == 10
    assert properties["bodyFormat"]["default"] == "text"
    assert properties["folder"].get("default") is None


def test_an_offering_names_only_operations_of_the_manifest(server: Sandbox) -> None:
    with connect(server.config(operations={"allow": ["messages.*", "drafts.create"]})) as connector:
        offering = Offering(connector, ["write"])
        names = {one.name for one in offering.tools.values()}
        assert names == {
            name
            for name in connector.operations
            if connector.manifest.operations[name].effect in ("read", "write")
        }
        assert "drafts.create" in names


def keywords(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from keywords(value)
    elif isinstance(node, list):
        for one in node:
            yield from keywords(one)


def test_the_list_of_tools_is_told_within_reason(all_tools: dict[str, Tool]) -> None:
    reading = [one for one in all_tools.values() if one.annotations and one.annotations.read_only_hint]
    asked = sum(len(json.dumps(one.input_schema)) + len(str(one.description)) for one in reading)
    assert asked < 80_000, "what a model is told of the reading tools costs it some 20,000 tokens"
