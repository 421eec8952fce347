"""Focused inbox: senders whose mail is always focused, or always other.

https://learn.microsoft.com/graph/api/resources/inferenceclassificationoverride
"""

from collections.abc import Mapping
from typing import Any

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model.own import new_guid
from outlook_connector.sandbox.graph.model.typed import Check, nested, one_of, read, text
from outlook_connector.sandbox.graph.model.writable import is_address
from outlook_connector.sandbox.graph.odata.properties import OTHER, STRING
from outlook_connector.sandbox.graph.permissions import OVERRIDES_READ, OVERRIDES_WRITE
from outlook_connector.sandbox.graph.problem import bad_request
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.resources.records import Records, shape_of
from outlook_connector.sandbox.graph.routing import Route

Json = dict[str, Any]
_KIND = "microsoft.graph.inferenceClassificationOverride"
_ADDRESS: Mapping[str, Check] = {"name": text, "address": text}
_KNOWN: Mapping[str, Check] = {
    "id": text,
    "classifyAs": one_of("focused", "other"),
    "senderEmailAddress": nested(_ADDRESS, "microsoft.graph.emailAddress"),
}
_MOST = 1000
OVERRIDES = Records(
    shape_of(_KIND, {"id": STRING, "classifyAs": STRING, "senderEmailAddress": OTHER}),
    "/inferenceClassification/overrides",
    lambda own: own.overrides,
)


def create(request: Request) -> Answer:
    """Makes an override: 201; for a sender who has one already that one is changed."""
    data = read(request.json(), _KNOWN, _KIND)
    sender, classify = data.get("senderEmailAddress") or {}, data.get("classifyAs")
    address = sender.get("address") or ""
    if not classify or not is_address(address):
        raise bad_request("An override needs classifyAs and a sender's address.", "ErrorInvalidArgument")
    known = OVERRIDES.stored(request)
    if len(known) >= _MOST:
        raise bad_request("A mailbox holds at most 1000 overrides.", "ErrorInvalidArgument")
    same = (row for row in known.values() if _address(row) == address.casefold())
    before = next(same, {"id": new_guid("override", request.owner.id, request.world.next_serial())})
    named = {"name": sender.get("name") or address, "address": address}
    return OVERRIDES.put(request, 201, {**before, "classifyAs": classify, "senderEmailAddress": named})


def _address(row: Json) -> str:
    return str(row["senderEmailAddress"]["address"]).casefold()


def update(request: Request) -> Answer:
    """Changes classifyAs; the sender stays: https://learn.microsoft.com/graph/api/inferenceclassificationoverride-update"""
    row = OVERRIDES.find(request)
    data = read(request.json(), _KNOWN, _KIND)
    sender = data.get("senderEmailAddress")
    if sender and str(sender.get("address")).casefold() != _address(row):
        raise bad_request("The sender of an override cannot be changed.", "ErrorInvalidArgument")
    return OVERRIDES.put(request, 200, {**row, "classifyAs": data.get("classifyAs") or row["classifyAs"]})


def get_classification(request: Request) -> Answer:
    """The whole resource: nothing but its overrides, where `$expand` asks for them."""
    wanted = any(expansion.name == "overrides" for expansion in request.query.expand)
    rows = {"overrides": list(OVERRIDES.stored(request).values())} if wanted else {}
    context = {"@odata.context": request.context("/inferenceClassification/$entity")}
    return Answer.json(200, {**context, "id": "inferenceClassification", **rows})


_ALL = "inferenceClassification/overrides"
_ONE = f"{_ALL}/{{id}}"
ROUTES = (
    Route("GET", "inferenceClassification", OVERRIDES_READ, get_classification),
    Route("GET", _ALL, OVERRIDES_READ, OVERRIDES.list),
    Route("POST", _ALL, OVERRIDES_WRITE, create),
    Route("GET", f"{_ALL}/$count", OVERRIDES_READ, OVERRIDES.count),
    Route("GET", _ONE, OVERRIDES_READ, OVERRIDES.get),
    Route("PATCH", _ONE, OVERRIDES_WRITE, update),
    Route("DELETE", _ONE, OVERRIDES_WRITE, OVERRIDES.delete),
)
