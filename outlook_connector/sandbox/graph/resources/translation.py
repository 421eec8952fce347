"""Ids from one format into another: https://learn.microsoft.com/graph/api/user-translateexchangeids"""

from collections.abc import Callable, Mapping
from typing import Any

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model.ids import in_ews, in_rest, is_well_formed
from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.model.typed import list_of, one_of, text
from outlook_connector.sandbox.graph.permissions import TRANSLATE
from outlook_connector.sandbox.graph.problem import bad_request
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.routing import Route

Json = dict[str, Any]
_MOST = 1000


def _binary(rest: str) -> str:
    """Base64 made safe for addresses, with the number of padding characters at its end."""
    bare = in_ews(rest).rstrip("=")
    return f"{bare.replace('+', '-').replace('/', '_')}{len(rest) - len(bare)}"


def _from_binary(written: str) -> str:
    if not written or written[-1] not in "012":
        return ""
    return in_rest(f"{written[:-1].replace('-', '+').replace('_', '/')}{'=' * int(written[-1])}")


def _same(written: str) -> str:
    return written


Find = Callable[[Mailbox, Message], str]
# Format -> how a message's id is found, how it is written, and how it is read back.
_FORMATS: Mapping[str, tuple[Find, Callable[[str], str], Callable[[str], str]]] = {
    "restId": (Mailbox.default_id, _same, _same),
    "ewsId": (Mailbox.default_id, in_ews, in_rest),
    "entryId": (Mailbox.default_id, _binary, _from_binary),
    "restImmutableEntryId": (Mailbox.immutable_id, _same, _same),
    "immutableEntryId": (Mailbox.immutable_id, _binary, _from_binary),
}


def translate(request: Request) -> Answer:
    """200 with a result for each id, in their order; what cannot be translated has errorDetails."""
    found = request.parameters("inputIds", "sourceIdType", "targetIdType")
    inputs = list_of(text)("inputIds", found.get("inputIds"))
    if len(inputs) > _MOST:
        raise bad_request(f"At most {_MOST} ids can be translated at once.", "ErrorInvalidArgument")
    source, target = (one_of(*_FORMATS)(name, found.get(name)) for name in ("sourceIdType", "targetIdType"))
    context = f"{request.base_url}/v1.0/$metadata#Collection(microsoft.graph.convertIdResult)"
    value = [_result(request.mailbox, written, source, target) for written in inputs]
    return Answer.json(200, {"@odata.context": context, "value": value})


def _result(mailbox: Mailbox, written: str, source: str, target: str) -> Json:
    find, _, read = _FORMATS[source]
    rest = read(written)
    if not is_well_formed(rest):
        return _failed(written, "ErrorInvalidIdMalformed", "Id is malformed.")
    _, write, _ = _FORMATS[target]
    folder = mailbox.folder(rest)
    if folder is not None:
        # A folder's id never changes: it has one.
        return {"sourceId": written, "targetId": write(folder.id)}
    message = mailbox.message(rest)
    if message is None or find(mailbox, message) != rest:
        return _failed(written, "ErrorItemNotFound", "The specified object was not found in the store.")
    return {"sourceId": written, "targetId": write(_FORMATS[target][0](mailbox, message))}


def _failed(written: str, code: str, message: str) -> Json:
    return {"sourceId": written, "targetId": None, "errorDetails": {"code": code, "message": message}}


ROUTES = (Route("POST", "translateExchangeIds", TRANSLATE, translate),)
