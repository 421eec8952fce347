"""Rules of the inbox: https://learn.microsoft.com/graph/api/resources/messagerule

What they do to arriving mail is in `post.ruling`.
"""

from collections.abc import Mapping
from typing import Any

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model.folder import INBOX
from outlook_connector.sandbox.graph.model.ids import digest
from outlook_connector.sandbox.graph.model.typed import (
    Check,
    boolean,
    list_of,
    nested,
    one_of,
    people,
    read,
    text,
    whole,
)
from outlook_connector.sandbox.graph.odata.properties import BOOLEAN, NUMBER, OTHER, STRING
from outlook_connector.sandbox.graph.permissions import SETTINGS_READ, SETTINGS_WRITE
from outlook_connector.sandbox.graph.problem import bad_request, problem
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.resources.records import Records, shape_of
from outlook_connector.sandbox.graph.routing import Handler, Route

Json = dict[str, Any]
_KIND = "microsoft.graph.messageRule"
_IMPORTANCE = one_of("low", "normal", "high")
_SIZE: Mapping[str, Check] = {"minimumSize": whole, "maximumSize": whole}
_TEXTS = ("body", "bodyOrSubject", "subject", "header", "sender", "recipient")
_FACTS = (
    "hasAttachments",
    "isApprovalRequest",
    "isAutomaticForward",
    "isAutomaticReply",
    "isEncrypted",
    "isMeetingRequest",
    "isMeetingResponse",
    "isNonDeliveryReport",
    "isPermissionControlled",
    "isReadReceipt",
    "isSigned",
    "isVoicemail",
    "notSentToMe",
    "sentCcMe",
    "sentOnlyToMe",
    "sentToMe",
    "sentToOrCcMe",
)
_FLAGS = [
    "any",
    "call",
    "doNotForward",
    "followUp",
    "fyi",
    "forward",
    "noResponseNecessary",
    "read",
    "reply",
    "replyToAll",
    "review",
]
_PREDICATES: Mapping[str, Check] = {
    **{f"{name}Contains": list_of(text) for name in _TEXTS},
    **dict.fromkeys(_FACTS, boolean),
    "categories": list_of(text),
    "fromAddresses": people,
    "sentToAddresses": people,
    "importance": _IMPORTANCE,
    "messageActionFlag": one_of(*_FLAGS),
    "sensitivity": one_of("normal", "personal", "private", "confidential"),
    "withinSizeRange": nested(_SIZE, "microsoft.graph.sizeRange"),
}
_ACTIONS: Mapping[str, Check] = {
    "assignCategories": list_of(text),
    "copyToFolder": text,
    "moveToFolder": text,
    "delete": boolean,
    "permanentDelete": boolean,
    "markAsRead": boolean,
    "markImportance": _IMPORTANCE,
    "forwardTo": people,
    "forwardAsAttachmentTo": people,
    "redirectTo": people,
    "stopProcessingRules": boolean,
}
_FOLDERS = ("copyToFolder", "moveToFolder")
_KNOWN: Mapping[str, Check] = {
    "displayName": text,
    "sequence": whole,
    "isEnabled": boolean,
    "conditions": nested(_PREDICATES, "microsoft.graph.messageRulePredicates"),
    "exceptions": nested(_PREDICATES, "microsoft.graph.messageRulePredicates"),
    "actions": nested(_ACTIONS, "microsoft.graph.messageRuleActions"),
}
_READ_ONLY = ("id", "hasError", "isReadOnly")
RULES = Records(
    shape_of(
        _KIND,
        {
            **dict.fromkeys(("id", "displayName"), STRING),
            "sequence": NUMBER,
            **dict.fromkeys(("isEnabled", "hasError", "isReadOnly"), BOOLEAN),
            **dict.fromkeys(("conditions", "exceptions", "actions"), OTHER),
        },
    ),
    "/mailFolders('inbox')/messageRules",
    lambda own: own.rules,
)


def _inbox_only(handler: Handler) -> Handler:
    """Rules belong to the inbox: any other folder of the path has none."""

    def guarded(request: Request) -> Answer:
        if request.folder().key != INBOX:
            raise bad_request("Message rules are supported for the Inbox folder only.", "ErrorInvalidRequest")
        _note_errors(request)
        return handler(request)

    return guarded


def _note_errors(request: Request) -> None:
    """A rule whose folder is gone cannot run any more, and says so."""
    for rule in RULES.stored(request).values():
        wanted = [rule["actions"][name] for name in _FOLDERS if rule["actions"].get(name)]
        rule["hasError"] = any(request.mailbox.folder(folder_id) is None for folder_id in wanted)


def _given(request: Request) -> Json:
    data = {name: value for name, value in request.json().items() if name not in _READ_ONLY}
    found = read(data, _KNOWN, _KIND)
    for part in ("conditions", "exceptions", "actions"):
        if found.get(part):
            found[part] = {name: value for name, value in found[part].items() if value is not None}
    actions = found.get("actions") or {}
    for name in _FOLDERS:
        if actions.get(name):
            actions[name] = request.find_folder(actions[name]).id
    if found.get("sequence") is not None and found["sequence"] < 1:
        raise bad_request("The sequence of a rule begins at 1.", "ErrorInvalidArgument")
    return found


def create(request: Request) -> Answer:
    """Makes a rule: 201; the name, the sequence and at least one action are needed."""
    data = _given(request)
    if not data.get("displayName") or not _does_something(data):
        raise bad_request("A rule needs a displayName and actions that do something.", "ErrorInvalidArgument")
    serial = request.world.next_serial()
    # Real ones are base64 of eight bytes, such as AQAAAJ5dZqA=.
    made = f"AQAA{digest('rule', request.owner.id, serial, size=5).replace('/', 'a').replace('+', 'b')}"
    rule = {
        "id": made,
        "displayName": data["displayName"],
        "sequence": data.get("sequence") or len(RULES.stored(request)) + 1,
        "isEnabled": data.get("isEnabled") is not False,
        "hasError": False,
        "isReadOnly": False,
        "conditions": data.get("conditions") or {},
        "actions": data["actions"],
        "exceptions": data.get("exceptions") or {},
    }
    return RULES.put(request, 201, rule)


def _does_something(data: Json) -> bool:
    return any(value not in (None, False, [], "") for value in (data.get("actions") or {}).values())


def update(request: Request) -> Answer:
    """Changes a rule; conditions, exceptions and actions are replaced whole."""
    rule = RULES.find(request)
    data = _given(request)
    changed = {**rule, **{name: value for name, value in data.items() if value is not None}}
    changed |= {name: {} for name in ("conditions", "exceptions") if name in data and data[name] is None}
    if not changed["displayName"] or not _does_something(changed):
        raise problem("property_set")
    return RULES.put(request, 200, changed)


_ALL = "mailFolders/{folder}/messageRules"
_ONE = f"{_ALL}/{{id}}"
ROUTES = tuple(
    Route(method, path, permission, _inbox_only(handler))
    for method, path, permission, handler in (
        ("GET", _ALL, SETTINGS_READ, RULES.list),
        ("POST", _ALL, SETTINGS_WRITE, create),
        ("GET", f"{_ALL}/$count", SETTINGS_READ, RULES.count),
        ("GET", _ONE, SETTINGS_READ, RULES.get),
        ("PATCH", _ONE, SETTINGS_WRITE, update),
        ("DELETE", _ONE, SETTINGS_WRITE, RULES.delete),
    )
)
