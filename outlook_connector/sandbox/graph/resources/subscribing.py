"""What a client asks of a subscription, read and checked: https://learn.microsoft.com/graph/api/resources/subscription"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from outlook_connector.sandbox.graph.courier import is_local
from outlook_connector.sandbox.graph.model.typed import Check, boolean, moment, read, text
from outlook_connector.sandbox.graph.odata import query as queries
from outlook_connector.sandbox.graph.odata.properties import MESSAGE
from outlook_connector.sandbox.graph.odata.render import chosen
from outlook_connector.sandbox.graph.problem import Problem
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.sealing import certificate_of

Json = dict[str, Any]
_KIND = "microsoft.graph.subscription"
# Minutes, without and with the data of what changed.
_LONGEST = {False: 10_080, True: 1_440}
_KINDS = frozenset(("created", "updated", "deleted"))
URLS = ("notificationUrl", "lifecycleNotificationUrl")
CERTIFICATE = ("encryptionCertificate", "encryptionCertificateId")
_KNOWN: Mapping[str, Check] = {
    **dict.fromkeys((*URLS, "changeType", "resource", "clientState", "latestSupportedTlsVersion"), text),
    **dict.fromkeys(CERTIFICATE, text),
    "expirationDateTime": moment,
    "includeResourceData": boolean,
}
_READ_ONLY = ("id", "applicationId", "creatorId")


def invalid(message: str) -> Problem:
    """400 with a message of its own."""
    return Problem(400, "InvalidRequest", message)


def given(request: Request) -> Json:
    """The properties that the request sets, those that are null left out. Raises 400 for what cannot be."""
    data = {name: value for name, value in request.json().items() if name not in _READ_ONLY}
    found = {name: value for name, value in read(data, _KNOWN, _KIND).items() if value is not None}
    for name in URLS:
        if name in found and not is_local(found[name]):
            raise invalid(f"The {name} must be an HTTPS address, and in the sandbox one on this machine.")
    if len(found.get("clientState", "")) > 128:
        raise invalid("The clientState must not be longer than 128 characters.")
    _check_certificate(found)
    return found


def _check_certificate(found: Json) -> None:
    names = [name for name in CERTIFICATE if name in found]
    if names and (len(names) < len(CERTIFICATE) or not 0 < len(found[CERTIFICATE[1]]) <= 128):
        raise invalid("encryptionCertificate and encryptionCertificateId go together.")
    if found.get("includeResourceData") and not names:
        raise invalid("An encryptionCertificate is required where includeResourceData is true.")
    try:
        if names:
            certificate_of(found[CERTIFICATE[0]])
    except ValueError:
        raise invalid("The encryptionCertificate is no certificate with an RSA key, in base64.") from None


def expiry(request: Request, wanted: datetime, *, rich: bool) -> datetime:
    """When it ends. Raises 400 for the past, and for too far ahead, which is nearer where it is `rich`."""
    if wanted <= request.now:
        raise invalid("Subscription expiration must be in the future.")
    if wanted > request.now + timedelta(minutes=_LONGEST[rich]):
        raise invalid(f"Subscription expiration can only be {_LONGEST[rich]} minutes in the future.")
    return wanted


def kinds_of(written: str) -> frozenset[str]:
    """The kinds of change. Raises 400 for others and for none."""
    kinds = frozenset(part.strip().lower() for part in written.split(",") if part.strip())
    if not kinds or not kinds <= _KINDS:
        raise invalid("The changeType is a list of created, updated and deleted.")
    return kinds


def selected(resource: str) -> tuple[str, ...]:
    """The properties to send. Raises 400 where none are named, for Outlook sends no whole messages.

    https://learn.microsoft.com/graph/outlook-change-notifications-overview
    """
    select = queries.parse(resource.partition("?")[2]).select
    if not select:
        raise invalid("A $select in the resource is required where includeResourceData is true.")
    chosen(MESSAGE, select)
    return select
