"""What the contract tests are parametrised with, and how an example that cannot stand alone is prepared."""

from collections.abc import Callable, Mapping
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from outlook_connector import Connector
from outlook_connector.manifest import load
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.graph.receiver import RECEIVER
from outlook_connector.schema import Schemas

MANIFEST = load()
SCHEMAS = Schemas()
OPERATIONS = list(MANIFEST.operations.values())

EXAMPLES = [
    (operation.name, index)
    for operation in OPERATIONS
    for index in range(len(MANIFEST.input_schema(operation.name).get("examples", [])))
]


def example(name: str, index: int) -> dict[str, Any]:
    found: dict[str, Any] = MANIFEST.input_schema(name)["examples"][index]
    return found


Preparation = Callable[[Sandbox, Connector, Mapping[str, Any]], dict[str, Any]]


def _come_back(sandbox: Sandbox, connector: Connector, given: Mapping[str, Any]) -> dict[str, Any]:
    """A redirect's state and code are made new by each sign-in, so the example holds their places."""
    begun = connector.invoke("auth.begin")
    session = requests.Session()
    session.trust_env = False
    session.verify = sandbox.ca_file
    address = begun["authorizationUrl"] + "&sandbox_user=adele@contoso.example"
    location = session.get(address, allow_redirects=False).headers["Location"]
    arrived = dict(parse_qsl(urlsplit(location).query))
    return {name: value.format(**arrived) for name, value in given.items()}


def _begin_device(sandbox: Sandbox, connector: Connector, given: Mapping[str, Any]) -> dict[str, Any]:
    """A device's session is made new by each sign-in, too."""
    begun = connector.invoke("auth.beginDevice")
    return {name: value.format(**begun) for name, value in given.items()}


def _with_new(name: str, create: str, made: Mapping[str, Any]) -> Preparation:
    """Items whose ids are given when they are made: a new one takes the place of the example's."""

    def prepare(sandbox: Sandbox, connector: Connector, given: Mapping[str, Any]) -> dict[str, Any]:
        found = connector.invoke(create, made)["id"]
        return {**given, name: found} if name in given else dict(given)

    return prepare


def _with_extension(sandbox: Sandbox, connector: Connector, given: Mapping[str, Any]) -> dict[str, Any]:
    ids = {name: given[name] for name in ("messageId", "extensionName")}
    connector.invoke("extensions.create", {**ids, "properties": {"order": 4711}})
    return dict(given)


_A_SEARCH = {"displayName": "Unread", "sourceFolders": ["inbox"], "unread": True}
_A_RULE = ("ruleId", "rules.create", {"displayName": "Read it", "actions": {"markAsRead": True}})
_AN_OVERRIDE = (
    "overrideId",
    "focusedInbox.createOverride",
    {"address": "a@b.example", "classifyAs": "other"},
)

_A_SUBSCRIPTION = (
    "subscriptionId",
    "subscriptions.create",
    {"changeTypes": ["created"], "notificationUrl": RECEIVER},
)

PLACE = TemporaryDirectory(prefix="outlook-contract-")
"""Where operations write files; gone when the tests are over."""

ALLOWED = {"operations": {"allow": ["*", "graph.request", "graph.batch"]}, "files": {"allow": [PLACE.name]}}
"""What a configuration has to say so that every operation may run."""

PREPARATIONS: Mapping[str, Preparation] = {
    "auth.complete": _come_back,
    "auth.completeDevice": _begin_device,
    "folders.updateSearchFolder": _with_new("folder", "folders.createSearchFolder", _A_SEARCH),
    **{f"extensions.{verb}": _with_extension for verb in ("get", "update", "delete")},
    **{f"rules.{verb}": _with_new(*_A_RULE) for verb in ("list", "get", "update", "delete")},
    **{
        f"focusedInbox.{verb}": _with_new(*_AN_OVERRIDE)
        for verb in ("listOverrides", "updateOverride", "deleteOverride")
    },
    **{
        f"subscriptions.{verb}": _with_new(*_A_SUBSCRIPTION)
        for verb in ("list", "get", "renew", "delete", "reauthorize")
    },
}


def prepared(sandbox: Sandbox, connector: Connector, name: str, index: int = 0) -> dict[str, Any]:
    given = example(name, index)
    if "saveTo" in given:
        given["saveTo"] = mkdtemp(dir=PLACE.name)
    prepare = PREPARATIONS.get(name)
    return prepare(sandbox, connector, given) if prepare else given
