"""Graph as it was published (`graph/`): which paths there are, of which types, with which permissions."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

DIRECTORY = Path(__file__).parent / "graph"

OWNER = "/users/{user-id}"
"""How `paths.json` begins every path of a mailbox, the signed-in person's own included."""


@cache
def read(file: str) -> Any:
    text = (DIRECTORY / file).read_text(encoding="utf-8")
    return json.loads(text) if file.endswith(".json") else yaml.safe_load(text)


PATHS: Mapping[str, Any] = read("paths.json")["paths"]
TYPES: Mapping[str, Any] = read("types.json")["types"]
ACTIONS: Mapping[str, Any] = read("types.json")["actions"]
PERMISSIONS: Mapping[str, Any] = read("permissions.json")["permissions"]
EXCEPTIONS: Mapping[str, Any] = read("exceptions.yaml")


def template_of(path: str) -> str | None:
    """The path of `paths.json` that `/me/messages/AAMk...` is one of; the most literal where several fit."""
    mailbox = re.sub(r"^/(me|users/[^/]+)(?=/|$)", OWNER, path)
    fitting = [template for template in PATHS if _pattern(template).fullmatch(mailbox)]
    return min(fitting, key=lambda one: one.count("{"), default=None)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile("/".join(_segment(part) for part in template.split("/")))


def _segment(part: str) -> str:
    if part.startswith("{"):
        return re.escape(part) if part == "{user-id}" else r"[^/]+"
    name, call, argument = part.partition("(")
    if not call:
        return re.escape(part)
    return re.escape(name) + (
        r"(\(\))?" if argument == ")" else rf"\({re.escape(argument.split('=')[0])}=.+\)"
    )


def call_of(method: str, path: str) -> str:
    """`GET /me/messages/{id}`: a call as `permissions.json` and the exceptions write it, in its own case."""
    template = template_of(path)
    if template is None:
        parts = ["{id}" if len(unquote(part)) >= 60 else part for part in path.split("/")]
        return f"{method} {re.sub('^/users/[^/]+', '/me', '/'.join(parts))}"
    named = template.replace(OWNER, "/me").replace("()", "").replace("'", "")
    literal = "inbox" if "/mailFolders/inbox/messageRules" in path else "{id}"
    named = named.replace("/mailFolders/{mailFolder-id}/messageRules", f"/mailFolders/{literal}/messageRules")
    named = re.sub(r"=\{\w+\}", "={value}", named)
    return (
        f"{method} {re.sub(r'(?<==){value}|{[^}]+}', lambda m: m[0] if m[0] == '{value}' else '{id}', named)}"
    )


def published(call: str, kind: str) -> list[str] | None:
    """The permissions of a call, its least privileged marked; `None` where Graph's data does not have the call."""
    method, path = call.split(" ", 1)
    for known, kinds in PERMISSIONS.items():
        if known.lower() == f"{method} {path}".lower():
            return list(kinds.get(kind, []))
    return None


# -- types ------------------------------------------------------------------------------------------------------------

ENTITIES = {
    "messages": "message",
    "mailFolders": "mailFolder",
    "childFolders": "mailFolder",
    "attachments": "attachment",
    "extensions": "extension",
    "messageRules": "messageRule",
    "overrides": "inferenceClassificationOverride",
    "masterCategories": "outlookCategory",
    "subscriptions": "subscription",
    "mailboxSettings": "mailboxSettings",
    "inferenceClassification": "inferenceClassification",
}
"""The last segment of a path that has a name of its own, and what lies there."""


@dataclass(frozen=True)
class Place:
    """What a path holds. `type` is `None` for bytes and counts; an action has `parameters`."""

    type: str | None
    many: bool = False
    parameters: Mapping[str, str] | None = None


def place_of(template: str) -> Place:
    last = template.rsplit("/", 1)[-1]
    if last in ("$value", "$count"):
        return Place(None)
    name, _, argument = last.partition("(")
    action = _action(name, bool(argument.strip(")")), template)
    if action:
        returns = (action["returns"] or "").replace("graph.", "")
        many = returns.startswith("Collection(")
        return Place(returns.removeprefix("Collection(").rstrip(")") or None, many, action["parameters"])
    if last.startswith("{"):
        return Place(ENTITIES[template.split("/")[-2]])
    return Place(ENTITIES[last], last not in ("mailboxSettings", "inferenceClassification"))


def _action(name: str, with_argument: bool, template: str) -> Any:
    """The action or function of that name; where several types have one, that of the type it stands behind."""
    behind = [part for part in template.split("/")[:-1] if not part.startswith("{")][-1:]
    bound = ENTITIES.get(behind[0], "") if behind else ""
    fitting = {key: one for key, one in ACTIONS.items() if re.split(r"[.(]", key)[1] == name}
    own = {key: one for key, one in fitting.items() if key.startswith(f"{bound}.")} or fitting
    exact = [one for key, one in own.items() if key.endswith("(0)") != with_argument]
    return next(iter(exact or own.values()), None)


def properties(name: str) -> dict[str, Any]:
    """Every property of a type, those of its bases included: `{name: {"type", "nullable", "navigation"}}`."""
    found = TYPES[name]
    base = properties(found["base"]) if "base" in found else {}
    return {**base, **(found.get("properties") or {})}


def is_open(name: str) -> bool:
    """Whether any property may stand beside the published ones."""
    found = TYPES[name]
    return bool(found.get("open"))


def derived(name: str, value: Any) -> str:
    """The type that the value itself names in `@odata.type`, where that is one of `name`'s kind."""
    told = str(value.get("@odata.type", "")).rsplit(".", 1)[-1] if isinstance(value, dict) else ""
    return told if told in TYPES and name in _bases(told) else name


def _bases(name: str) -> set[str]:
    base = TYPES[name].get("base")
    return {name} | (_bases(base) if base else set())


FORMS = {
    "DateTimeOffset": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
    "TimeOfDay": r"\d\d:\d\d:\d\d(\.\d+)?",
    "Binary": r"[A-Za-z0-9+/_-]*={0,2}",
    "Guid": r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
}


def misfits(value: Any, type_: str, at: str = "") -> Iterator[str]:
    """Where a JSON value is not what a type says: a property that it does not have, or a value of another type."""
    if value is None:
        return
    if type_.startswith("Collection("):
        if not isinstance(value, list):
            yield f"{at} is not a list"
            return
        for item in value:
            yield from misfits(item, type_[11:-1], f"{at}/*")
    elif type_ in TYPES and TYPES[type_]["kind"] != "EnumType":
        yield from _misfitting_object(value, type_, at)
    elif not _is_scalar(value, type_):
        yield f"{at} is not {type_}"


def _misfitting_object(value: Any, type_: str, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at} is not an object ({type_})"
        return
    named = derived(type_, value)
    known = properties(named)
    for name, inner in value.items():
        if "@" in name:
            continue
        if name in known:
            if inner is None and known[name].get("nullable") is False:
                yield f"{at}/{name} must not be null"
            yield from misfits(inner, known[name]["type"], f"{at}/{name}")
        elif not is_open(named):
            yield f"{at}/{name} is no property of {named}"


def _is_scalar(value: Any, type_: str) -> bool:
    if type_ == "Boolean":
        return isinstance(value, bool)
    if type_ in ("Int32", "Int64"):
        return isinstance(value, int) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if type_ in TYPES:
        given = [one.strip() for one in value.split(",")] if TYPES[type_].get("flags") else [value]
        return set(given) <= set(TYPES[type_]["members"])
    return type_ not in FORMS or re.fullmatch(FORMS[type_], value) is not None
