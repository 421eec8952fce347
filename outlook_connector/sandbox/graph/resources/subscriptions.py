"""Subscriptions: https://learn.microsoft.com/graph/api/resources/subscription"""

from dataclasses import replace
from typing import Any

from outlook_connector.sandbox.directory import User
from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph import gate
from outlook_connector.sandbox.graph.model.own import new_guid
from outlook_connector.sandbox.graph.model.subscription import Subscription
from outlook_connector.sandbox.graph.odata import query as queries
from outlook_connector.sandbox.graph.permissions import BASIC, SERVICE
from outlook_connector.sandbox.graph.problem import Problem, problem
from outlook_connector.sandbox.graph.request import Outside, Request
from outlook_connector.sandbox.graph.resources.subscribing import (
    CERTIFICATE,
    URLS,
    expiry,
    given,
    invalid,
    kinds_of,
    selected,
)
from outlook_connector.sandbox.graph.routing import Route, Router
from outlook_connector.sandbox.graph.searching import compiled

Json = dict[str, Any]
_MOST = 1000


def _no_answer(_request: Request) -> Answer:
    return Answer(204)


# What can be subscribed to, and what reading it needs.
_RESOURCES = Router(
    (
        Route("GET", "messages", BASIC, _no_answer),
        Route("GET", "mailFolders/{folder}/messages", BASIC, _no_answer),
    )
)


def create(request: Request) -> Answer:
    """Makes a subscription, once its receivers have answered the handshake: 201. Raises 400, 403, 404."""
    data = given(request)
    for name in ("changeType", "notificationUrl", "resource", "expirationDateTime"):
        if not data.get(name):
            raise invalid(f"The property '{name}' is required.")
    rich = bool(data.get("includeResourceData"))
    kinds, expires = kinds_of(data["changeType"]), expiry(request, data.pop("expirationDateTime"), rich=rich)
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
        select=selected(data["resource"]) if rich else (),
        basic=request.basic,
    )
    return _after_handshake(request, 201, made, [data[name] for name in URLS if name in data])


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
    found, data = _find(request), given(request)
    if not data or data.keys() - {"expirationDateTime", "notificationUrl", *CERTIFICATE}:
        raise invalid("Only expirationDateTime, notificationUrl and the certificate can be changed.")
    if "expirationDateTime" in data:
        expires = expiry(request, data.pop("expirationDateTime"), rich=bool(found.select))
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
