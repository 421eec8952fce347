"""``uischema/``: the forms that the Micro Integrator's designer draws, for the connection and for each call."""

from collections.abc import Iterable
from typing import Any

from ..calls import COMMON, Call
from ..inputs import Input, inputs
from .templates import NAME

Element = dict[str, Any]
DEFAULT_CONNECTION = "OUTLOOK_CONNECTION"
INPUT_TYPES = {
    "text": "stringOrExpression",
    "number": "stringOrExpression",
    "truth": "booleanOrExpression",
    "texts": "stringOrExpression",
    "json": "stringOrExpression",
}
"""A list of texts is no table, though the designer has those: expressions in a table's cells are evaluated only by
connectors with Java code."""

HINTS = {"texts": " One, or several as a JSON array.", "json": " As JSON."}


def connection() -> Element:
    """The form of a connection to the HTTP host."""
    elements = [
        attribute(
            "connectionName", "Connection name", "string", DEFAULT_CONNECTION, True, "The connection's name."
        )
        | {"validation": "nameWithoutSpecialCharactors"},
        attribute(
            "baseUrl",
            "Base URL",
            "stringOrExpression",
            "http://localhost:8080",
            True,
            "Where the HTTP host is: outlook-connector serve.",
        ),
        attribute(
            "apiKey",
            "API key",
            "stringOrExpression",
            "",
            False,
            "One of the host's keys, if it asks for one.",
        ),
        attribute(
            "connection",
            "Mailbox connection",
            "stringOrExpression",
            "",
            False,
            "Which of the host's connections, where it has several.",
        ),
    ]
    return {
        "connectorName": NAME,
        "connectionName": NAME,
        "title": "Outlook connection",
        "help": "<h1>Outlook connection</h1> <b>Where the connector's HTTP host runs.</b>",
        "elements": [group("General", [element(one) for one in elements])],
    }


def operation(call: Call) -> Element:
    """The form of a call: the connection, the required inputs, the others, those that few people set, the answer."""
    given = inputs(call)
    groups = [
        ("Required", [one for one in given if one.required]),
        ("Options", [one for one in given if not one.required and one.name not in COMMON]),
        ("Advanced", [one for one in given if not one.required and one.name in COMMON]),
    ]
    shown = [group(name, _fields(found)) for name, found in groups if found]
    for one in shown:
        if one["value"]["groupName"] == "Advanced":
            one["value"]["isCollapsed"] = "true"
    return {
        "connectorName": NAME,
        "operationName": call.id,
        "title": call.title,
        "help": f"<h1>{call.title}</h1> <b>{call.description}</b>",
        "elements": [group("General", [element(_connection_choice()), *shown, _output(call)])],
    }


def attribute(name: str, title: str, kind: str, default: str, required: bool, tip: str) -> Element:
    """A field's description; texts throughout, as the designer has them."""
    return {
        "name": name,
        "displayName": title,
        "inputType": kind,
        "defaultValue": default,
        "required": "true" if required else "false",
        "helpTip": tip,
    }


def element(value: Element, kind: str = "attribute") -> Element:
    """A part of a form."""
    return {"type": kind, "value": value}


def group(name: str, elements: list[Element]) -> Element:
    """Parts of a form under one heading."""
    return element({"groupName": name, "elements": elements}, "attributeGroup")


def _connection_choice() -> Element:
    chosen = attribute("configRef", "Connection", "connection", "", True, "The connection to use.")
    return {**chosen, "allowedConnectionTypes": [NAME], "defaultType": f"connection.{NAME}"}


def _output(call: Call) -> Element:
    variable = attribute(
        "responseVariable", "Output variable name", "string", f"{NAME}_{call.id}", True, "It gets the answer."
    )
    overwrite = attribute(
        "overwriteBody",
        "Overwrite message body",
        "checkbox",
        "false",
        False,
        "The answer becomes the message's body, and is not in the variable.",
    )
    return group("Output", [element({**variable, "deriveResponseVariable": True}), element(overwrite)])


def _fields(given: Iterable[Input]) -> list[Element]:
    return [element(_field(one)) for one in given]


def _field(one: Input) -> Element:
    if one.choices:
        choices = one.choices if one.required or one.default else ("", *one.choices)
        chosen = attribute(one.name, one.title, "combo", one.default, one.required, one.description)
        return {**chosen, "comboValues": list(choices)}
    described = one.description + HINTS.get(one.kind, "")
    field = attribute(one.name, one.title, INPUT_TYPES[one.kind], one.default, one.required, described)
    return {**field, "validateType": "json"} if one.kind == "json" else field
