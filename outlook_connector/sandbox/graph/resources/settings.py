"""A mailbox's settings.

https://learn.microsoft.com/graph/api/user-get-mailboxsettings
https://learn.microsoft.com/graph/api/user-update-mailboxsettings
"""

import re
from collections.abc import Mapping
from typing import Any

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model.own import Own
from outlook_connector.sandbox.graph.model.typed import (
    Check,
    instant,
    list_of,
    nested,
    one_of,
    read,
    text,
    whole,
    zoned,
)
from outlook_connector.sandbox.graph.odata.properties import OTHER, unknown_property
from outlook_connector.sandbox.graph.permissions import SETTINGS_READ, SETTINGS_WRITE
from outlook_connector.sandbox.graph.problem import bad_request
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.resources.records import shape_of
from outlook_connector.sandbox.graph.routing import Handler, Route
from outlook_connector.sandbox.graph.times import zone
from outlook_connector.sandbox.graph.zones import LANGUAGES

Json = dict[str, Any]
_KIND = "microsoft.graph.mailboxSettings"
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?")
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


def _zone_name(name: str, value: Any) -> str:
    found = text(name, value)
    zone(found)
    return found


def _time_of_day(name: str, value: Any) -> str:
    found = text(name, value)
    if not _TIME_OF_DAY.fullmatch(found):
        raise bad_request(f"The value '{found}' of '{name}' is no time of day.", "ErrorInvalidArgument")
    head, _, fraction = found.partition(".")
    return f"{head}.{fraction.ljust(7, '0')}"


def _locale(name: str, value: Any) -> str:
    known = {locale.lower(): locale for locale in LANGUAGES}
    found = known.get(text(name, value).lower())
    if found is None:
        raise bad_request(f"The locale '{value}' is not supported.", "ErrorInvalidArgument")
    return found


def _zone_object(name: str, value: Any) -> Json:
    """A timeZoneBase by name, or a customTimeZone, which is kept as it is."""
    if isinstance(value, dict) and str(value.get("@odata.type", "")).endswith("customTimeZone"):
        return {**value, "bias": whole("bias", value.get("bias"))}
    found: Json = nested({"name": _zone_name}, "microsoft.graph.timeZoneBase")(name, value)
    return found


_REPLIES: Mapping[str, Check] = {
    "status": one_of("disabled", "alwaysEnabled", "scheduled"),
    "externalAudience": one_of("none", "contactsOnly", "all"),
    "scheduledStartDateTime": zoned,
    "scheduledEndDateTime": zoned,
    "internalReplyMessage": text,
    "externalReplyMessage": text,
}
_HOURS: Mapping[str, Check] = {
    "daysOfWeek": list_of(one_of(*_DAYS)),
    "startTime": _time_of_day,
    "endTime": _time_of_day,
    "timeZone": _zone_object,
}
_LANGUAGE: Mapping[str, Check] = {"locale": _locale, "displayName": text}
_KNOWN: Mapping[str, Check] = {
    "automaticRepliesSetting": nested(_REPLIES, "microsoft.graph.automaticRepliesSetting"),
    "timeZone": _zone_name,
    "dateFormat": text,
    "timeFormat": text,
    "delegateMeetingMessageDeliveryOptions": one_of(
        "sendToDelegateAndInformationToPrincipal", "sendToDelegateAndPrincipal", "sendToDelegateOnly"
    ),
    "language": nested(_LANGUAGE, "microsoft.graph.localeInfo"),
    "workingHours": nested(_HOURS, "microsoft.graph.workingHours"),
}
_READ_ONLY = ("archiveFolder", "userPurpose")
_SHAPE = shape_of(_KIND, dict.fromkeys((*_READ_ONLY, *_KNOWN), OTHER))
# Each with a path of its own: https://learn.microsoft.com/graph/api/user-get-mailboxsettings#http-request
_SINGLE = ("userPurpose", *_KNOWN)


def _all(request: Request) -> Json:
    return {"archiveFolder": request.mailbox.folders["archive"].id, **request.mailbox.own.settings}


def _context(request: Request, more: str = "") -> Json:
    return {"@odata.context": request.context(f"/mailboxSettings{more}")}


def get_settings(request: Request) -> Answer:
    """All settings, or those that `$select` names."""
    values, select = _all(request), request.query.select
    for name in select:
        if name not in values:
            raise unknown_property(name, _SHAPE)
    chosen = {name: value for name, value in values.items() if not select or name in select}
    return Answer.json(200, {**_context(request), **chosen})


def _getting(name: str) -> Handler:
    def handler(request: Request) -> Answer:
        value = request.mailbox.own.settings[name]
        written = value if isinstance(value, dict) else {"value": value}
        return Answer.json(200, {**_context(request, f"/{name}"), **written})

    return handler


def update_settings(request: Request) -> Answer:
    """Changes some settings and answers with those alone. Raises 400 for what is read-only or cannot be."""
    data = request.json()
    for name in _READ_ONLY:
        data.pop(name, None)
    given = {name: value for name, value in read(data, _KNOWN, _KIND).items() if value is not None}
    own = request.mailbox.own
    changed = {name: _merged(own.settings[name], value) for name, value in given.items()}
    _check_replies(changed.get("automaticRepliesSetting"))
    if "language" in changed:
        locale = changed["language"]["locale"]
        changed["language"] = {"locale": locale, "displayName": LANGUAGES[locale]}
    _store(own, changed)
    return Answer.json(200, {**_context(request), **changed})


def _merged(before: Any, after: Any) -> Any:
    if not isinstance(before, dict):
        return after
    return {**before, **{name: value for name, value in after.items() if value is not None}}


def _check_replies(setting: Json | None) -> None:
    if setting is None or setting["status"] != "scheduled":
        return
    if instant(setting["scheduledStartDateTime"]) >= instant(setting["scheduledEndDateTime"]):
        raise bad_request(
            "The scheduled start of automatic replies must be before their end.", "ErrorInvalidArgument"
        )


def _store(own: Own, changed: Json) -> None:
    own.settings.update(changed)
    if "automaticRepliesSetting" in changed:
        # Whoever was told of the last absence will be told of this one.
        own.answered.clear()


ROUTES = (
    Route("GET", "mailboxSettings", SETTINGS_READ, get_settings),
    Route("PATCH", "mailboxSettings", SETTINGS_WRITE, update_settings),
    *(Route("GET", f"mailboxSettings/{name}", SETTINGS_READ, _getting(name)) for name in _SINGLE),
)
