"""The mailbox's settings: what is more than one plain call.
https://learn.microsoft.com/graph/api/user-update-mailboxsettings"""

from dataclasses import replace
from typing import Any

from ..binding import get, patch
from ..context import Context
from ..errors import InvalidInput
from ..graph.paging import Listing, listing, page_size

_COPIED = {
    "status": "status",
    "internalMessage": "internalReplyMessage",
    "externalMessage": "externalReplyMessage",
    "externalAudience": "externalAudience",
}
_TIMES = {"start": "scheduledStartDateTime", "end": "scheduledEndDateTime"}
_STANDARDS = {"windows": "Windows", "iana": "Iana"}


def set_automatic_replies(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Automatic replies on, off, or on for a time; gives them as they are now. They go to whoever writes, so that a
    list of recipients leaves room for none."""
    if values["status"] != "disabled":
        context.policy.check_unlimited("an automatic reply")
    given = [name for name in _TIMES if name in values]
    if values["status"] == "scheduled" and len(given) < len(_TIMES):
        missing = [name for name in _TIMES if name not in values]
        raise InvalidInput.of([(f"/{name}", "is required with the status scheduled") for name in missing])
    if values["status"] != "scheduled" and given:
        raise InvalidInput.of([(f"/{name}", "is for the status scheduled only") for name in given])
    if given and values["end"] <= values["start"]:
        raise InvalidInput.of([("/end", "must be after start")])
    setting = {theirs: values[ours] for ours, theirs in _COPIED.items() if ours in values}
    setting |= {_TIMES[name]: {"dateTime": values[name][:-1], "timeZone": "UTC"} for name in given}
    answer = context.graph.json(patch("/mailboxSettings", {"automaticRepliesSetting": setting}))
    found: dict[str, Any] = answer.get("automaticRepliesSetting") or setting
    return found


def list_time_zones(context: Context, values: dict[str, Any]) -> Listing:
    """Time zones by Windows' or IANA's names.
    https://learn.microsoft.com/graph/api/outlookuser-supportedtimezones"""
    first = get("/outlook/supportedTimeZones", query={"$top": page_size(values)})
    if "standard" in values:
        named = f"(TimeZoneStandard=microsoft.graph.timeZoneStandard'{_STANDARDS[values['standard']]}')"
        first = replace(first, path=first.path + named)
    return listing(context.graph, first)
