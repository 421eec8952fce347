"""Times as Graph writes them: to the second, in UTC, with a Z; and dateTimeTimeZone values in a zone."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from outlook_connector.sandbox.graph.problem import bad_request
from outlook_connector.sandbox.graph.zones import WINDOWS


def iso(moment: datetime) -> str:
    """A moment in UTC to the second: `2026-11-24T05:38:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_second(moment: datetime) -> datetime:
    """A moment without its fraction."""
    return moment.astimezone(UTC).replace(microsecond=0)


def in_zone(value: Any, name: str | None) -> Any:
    """A dateTimeTimeZone moved into a zone; anything else comes back as it was."""
    if name is None or not isinstance(value, dict) or "dateTime" not in value:
        return value
    there = zone(str(value.get("timeZone") or "UTC"))
    moment = datetime.fromisoformat(str(value["dateTime"])[:19]).replace(tzinfo=there)
    moved = moment.astimezone(zone(name))
    return {"dateTime": moved.strftime("%Y-%m-%dT%H:%M:%S.0000000"), "timeZone": name}


def zone(name: str) -> ZoneInfo:
    """A time zone by Windows' or IANA's name. Raises 400 for an unknown one."""
    try:
        return ZoneInfo(WINDOWS[name][0] if name in WINDOWS else name)
    except (OSError, ValueError, KeyError):
        raise bad_request(
            f"The time zone '{name}' is not supported.", "TimeZoneNotSupportedException"
        ) from None
