"""Inputs whose values a designer can choose from the mailbox's own: folders, categories, rules, connections.

Each list is told twice: ``x-ms-dynamic-list`` for today's designers, which can ask for folders with all that are below
them, and ``x-ms-dynamic-values`` for older ones, which see the folders at the top.
https://learn.microsoft.com/connectors/custom-connectors/openapi-extensions#x-ms-dynamic-values-and-x-ms-dynamic-list
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CONNECTIONS = "connections_list"


@dataclass(frozen=True)
class List:
    """Which operation gives the values, and where in its answer they, their values and their titles are."""

    operation: str
    value: str
    title: str
    items: str = "value"
    short_title: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)


LISTS: Mapping[str, List] = {
    "connection": List(CONNECTIONS, "name", "name", items="connections"),
    "folder": List(
        "folders_list", "id", "path", short_title="displayName", body={"recursive": True, "limit": 1000}
    ),
    "category": List("categories_list", "displayName", "displayName"),
    "categoryId": List("categories_list", "id", "displayName"),
    "ruleId": List("rules_list", "id", "displayName"),
}

INPUTS: Mapping[str, str] = {
    "category": "category",
    "categories": "category",
    "categoryId": "categoryId",
    "ruleId": "ruleId",
    **dict.fromkeys(
        ("messages.categorize/add", "messages.categorize/remove", "messages.categorize/set"), "category"
    ),
}
"""Inputs by name, or by operation and name, whose values are in a list; folders are known by their kind."""


def listed(operation: str, name: str, kind: str | None) -> str | None:
    """The list of an input's values, or of its items'."""
    return "folder" if kind == "folder" else INPUTS.get(f"{operation}/{name}", INPUTS.get(name))


def choices(name: str) -> dict[str, Any]:
    """The extensions that lead a designer to the list ``name``."""
    one = LISTS[name]
    fixed = {"body": {"value": dict(one.body)}} if one.body else {}
    return {
        "x-ms-dynamic-values": {
            "operationId": one.operation,
            "value-collection": one.items,
            "value-path": one.value,
            "value-title": one.short_title or one.title,
        },
        "x-ms-dynamic-list": {
            "operationId": one.operation,
            "itemsPath": one.items,
            "itemValuePath": one.value,
            "itemTitlePath": one.title,
            **({"parameters": fixed} if fixed else {}),
        },
    }
