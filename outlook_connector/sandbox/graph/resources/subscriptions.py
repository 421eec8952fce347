"""Subscriptions: https://learn.microsoft.com/graph/api/resources/subscription"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from outlook_connector.sandbox.directory import User
from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph import gate
from outlook_connector.sandbox.graph.courier import is_local
from outlook_connector.sandbox.graph.model.own import new_guid
from outlook_connector.sandbox.graph.model.subscription import Subscription
from outlook_connector.sandbox.graph.model.typed import Check, boolean, moment, read, text
from outlook_connector.sandbox.graph.odata import query as queries
from outlook_connector.sandbox.graph.odata.properties import MESSAGE
from outlook_connector.sandbox.graph.odata.render import chosen
from outlook_connector.sandbox.graph.permissions import BASIC, SERVICE
from outlook_connector.sandbox.graph.problem import Problem, problem
from outlook_connector.sandbox.graph.request import Outside, Request
from outlook_connector.sandbox.graph.routing import Route, Router
from outlook_connector.sandbox.graph.sealing import certificate_of
from outlook_connector.sandbox.graph.searching import compiled

Json = dict[str, Any]
_KIND = "microsoft.graph.subscription"
# Minutes, without and with the data of what changed.
_LONGEST = {False: 10_080, True: 1_440}
_KINDS = frozenset(("created", "updated", "deleted"))
_MOST = 1000
_URLS = ("notificationUrl", "lifecycleNotificationUrl")
_CERTIFICATE = ("encryptionCertificate", "encryptionCertificateId")
_KNOWN: Mapping[str, Check] = {
    **dict.fromkeys((*_URLS, "changeType", "resource", "clientState", "latestSupportedTlsVersion"), text),
    **dict.fromkeys(_CERTIFICATE, text),
    "expirationDateTime": moment,
    "includeResourceData": boolean,
}
_READ_ONLY = ("id", "applicationId", "creatorId")


def _no_answer(_request: Request) -> Answer:
    return Answer(204)


# What can be subscribed to, and what reading it needs.
_RESOURCES = Router(
    (
        Route("GET", "messages", BASIC, _no_answer),
        Route("GET", "mailFolders/{folder}/messages", BASIC, _no_answer),
    )
)


def _invalid(message: str) -> Problem:
    return Problem(400, "InvalidRequest", message)


def _given(request: Request) -> Json:
    data = {name: value for name, value in request.json().items() if name not in _READ_ONLY}
    found = {name: value for name, value in read(data, _KNOWN, _KIND).items() if value is not None}
    for name in _URLS:
        if name in found and not is_local(found[name]):
            raise _invalid(f"The {name} must be an HTTPS address, and in the sandbox one on this machine.")
    if len(found.get("clientState", "")) > 128:
        raise _invalid("The clientState must not be longer than 128 characters.")
    _check_certificate(found)
    return found


def _check_certificate(found: Json) -> None:
    names = [name for name in _CERTIFICATE if name in found]
    if names and (len(names) < len(_CERTIFICATE) or not 0 < len(found[_CERTIFICATE[1]]) <= 128):
        raise _invalid("encryptionCertificate and encryptionCertificateId go together.")
    if found.get("includeResourceData") and not names:
        raise _invalid("An encryptionCertificate is required where includeResourceData is true.")
    try:
        if names:
            certificate_of(found[_CERTIFICATE[0]])
    except ValueError:
        raise _invalid("The encryptionCertificate is no certificate with an RSA key, in base64.") from None


def _expiry(request: Request, wanted: datetime, *, rich: bool) -> datetime:
    if wanted <= request.now:
        raise _invalid("Subscription expiration must be in the future.")
    if wanted > request.now + timedelta(minutes=_LONGEST[rich]):
        raise _invalid(f"Subscription expiration can only be {_LONGEST[rich]} minutes in the future.")
    return wanted


def _kinds(written: str) -> frozenset[str]:
    kinds = frozenset(part.strip().lower() for part in written.split(",") if part.strip())
    if not kinds or not kinds <= _KINDS:
        raise _invalid("The changeType is a list of created, updated and deleted.")
    return kinds


def create(request: Request) -> Answer:
    """Makes a subscription, once its receivers have answered the handshake: 201. Raises 400, 403, 404."""
    data = _given(request)
    for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
        if not data.get(name):
            raise _invalid(f"The property '{name}' is required.")
    rich = bool(data.get("includeResourceData"))
    kinds, expires = _kinds(data["changeType"]), _expiry(request, data.pop("expirationDateTime"), rich=rich)
    owner, folder, wanted = _about(request, data["resource"])
    if sum(found.owner == owner.id for found in request.world.subscriptions.values()) >= _MOST:
        raise Problem(403, "ErrorTooManySubscriptions", f"A mailbox has at most {_MOST} subscriptions.")
    made = Subscription(
        id=new_guid("subscription", owner.id, request.world.next_serial()),
        app_id=request.caller.app_id,
        creator=request.caller.user_id or request.caller.app_id,
        owner=owner.id,
        folder=folder,
        filter=wanted,
        kinds=kinds,
        expires=expires,
        immutable=request.prefer.immutable_ids,
        values=data,
        select=_select(data["resource"]) if rich else (),
        basic=request.basic,
    )
    return _after_handshake(request, 201, made, [data[name] for name in _URLS if name in data])


def _select(resource: str) -> tuple[str, ...]:
    """The properties to send. Raises 400 where none are named, for Outlook sends no whole messages.

    https://learn.microsoft.com/graph/outlook-change-notifications-overview
    """
    select = queries.parse(resource.partition("?")[2]).select
    if not select:
        raise _invalid("A $select in the resource is required where includeResourceData is true.")
    chosen(MESSAGE, select)
    return select


def _about(request: Request, resource: str) -> tuple[User, str | None, str]:
    """Whose mailbox, which folder (None: all) and which filter a resource names."""
    path, _, query = resource.partition("?")
    match = _RESOURCES.match("GET", f"/{path.strip('/')}")
    owner = gate.owner_of(match, request.caller, request.directory)
    # A person subscribes to one's own mailbox alone, whatever others have opened:
    # https://learn.microsoft.com/graph/outlook-change-notifications-overview#request-permissions
    if request.caller.user_id not in (None, owner.id):
        raise problem("denied")
    mailbox = request.world.mailboxes.get(owner.id)
    if mailbox is None:
        raise problem("no_mailbox")
    wanted = queries.parse(query).filter or ""
    if wanted:
        compiled(wanted)
    if "folder" not in match.params:
        return owner, None, wanted
    folder = mailbox.folder(match.params["folder"])
    if folder is None:
        raise problem("no_folder")
    return owner, folder.key, wanted


def _after_handshake(request: Request, status: int, made: Subscription, urls: list[str]) -> Answer:
    """Stores and answers with a subscription after the receivers were asked, which holds up nobody else."""
    world, patience = request.world, request.switches.handshake_seconds

    def work() -> str:
        return next((wrong for url in urls if (wrong := request.courier.validate(url, patience))), "")

    def then(wrong: str) -> Answer:
        if wrong:
            raise Problem(400, "ValidationError", wrong)
        world.subscriptions[made.id] = made
        world.heard.setdefault(made.owner, len(world.mailboxes[made.owner].journal))
        return _answer(request, status, made)

    request.outside = Outside(work, then)
    return Answer(status)


def _answer(request: Request, status: int, found: Subscription, *, read: bool = False) -> Answer:
    context = f"{request.base_url}/v1.0/$metadata#subscriptions/$entity"
    return Answer.json(status, {"@odata.context": context, **found.as_json(read=read)})


def _visible(request: Request) -> list[Subscription]:
    caller = request.caller
    return [
        found
        for found in request.world.subscriptions.values()
        if found.app_id == caller.app_id
        and found.creator == (caller.user_id or caller.app_id)
        and found.expires > request.now
    ]


def _find(request: Request) -> Subscription:
    wanted = request.params["subscription"].lower()
    for found in _visible(request):
        if found.id == wanted:
            return found
    raise Problem(404, "ResourceNotFound", "The object was not found.")


def list_all(request: Request) -> Answer:
    """The subscriptions that this app made, for this user where there is one."""
    context = f"{request.base_url}/v1.0/$metadata#subscriptions"
    value = [found.as_json(read=True) for found in _visible(request)]
    return Answer.json(200, {"@odata.context": context, "value": value})


def get(request: Request) -> Answer:
    """One subscription."""
    return _answer(request, 200, _find(request), read=True)


def update(request: Request) -> Answer:
    """Renews a subscription, or gives it another address, which is asked first.

    https://learn.microsoft.com/graph/api/subscription-update
    """
    found, data = _find(request), _given(request)
    if not data or data.keys() - {"expirationDateTime", "notificationUrl", *_CERTIFICATE}:
        raise _invalid("Only expirationDateTime, notificationUrl and the certificate can be changed.")
    if "expirationDateTime" in data:
        expires = _expiry(request, data.pop("expirationDateTime"), rich=bool(found.select))
        found = replace(found, expires=expires)
    found = replace(found, values={**found.values, **data})
    if "notificationUrl" in data:
        return _after_handshake(request, 200, found, [data["notificationUrl"]])
    request.world.subscriptions[found.id] = found
    return _answer(request, 200, found)


def delete(request: Request) -> Answer:
    """Ends a subscription: 204."""
    del request.world.subscriptions[_find(request).id]
    return Answer(204)


def reauthorize(request: Request) -> Answer:
    """Says that the app still may: 204. https://learn.microsoft.com/graph/api/subscription-reauthorize"""
    _find(request)
    return Answer(204)


_ONE = "subscriptions/{subscription}"
ROUTES = (
    Route("GET", "subscriptions", SERVICE, list_all),
    Route("POST", "subscriptions", SERVICE, create),
    Route("GET", _ONE, SERVICE, get),
    Route("PATCH", _ONE, SERVICE, update),
    Route("DELETE", _ONE, SERVICE, delete),
    Route("POST", f"{_ONE}/reauthorize", SERVICE, reauthorize),
)
