"""Friendly filters become what Graph accepts: ``$filter`` with ``$orderby``, or ``$search`` where only that can
answer. Pure, and nothing is dropped: a combination that Graph cannot answer is refused.

Properties in ``$orderby`` must stand first in ``$filter`` and in the same order, and ``$search`` excludes both.
https://learn.microsoft.com/graph/api/user-list-messages
https://learn.microsoft.com/graph/search-query-parameter
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from ..errors import InvalidInput, UnexpectedResponse

NEWEST_FIRST = "receivedDateTime desc"
ALWAYS = "receivedDateTime ge 1900-01-01T00:00:00Z"


def literal(value: str) -> str:
    """An OData string: quotes doubled."""
    return "'" + value.replace("'", "''") + "'"


def _equal(name: str) -> Callable[[Any], str]:
    return lambda value: f"{name} eq {literal(value)}"


def _flag(name: str) -> Callable[[Any], str]:
    return lambda value: f"{name} eq {'true' if value else 'false'}"


_FILTERS: Mapping[str, Callable[[Any], str]] = {
    "receivedAfter": lambda value: f"receivedDateTime ge {value}",
    "receivedBefore": lambda value: f"receivedDateTime lt {value}",
    "from": lambda value: f"from/emailAddress/address eq {literal(value['emailAddress']['address'])}",
    "subject": lambda value: f"contains(subject,{literal(value)})",
    "unread": lambda value: f"isRead eq {'false' if value else 'true'}",
    "hasAttachments": _flag("hasAttachments"),
    "importance": _equal("importance"),
    "category": lambda value: f"categories/any(c:c eq {literal(value)})",
    "conversationId": _equal("conversationId"),
}
"""Input property → a condition, in the order in which they stand in ``$filter``."""

_SEARCHES: Mapping[str, Callable[[Any], str]] = {
    "to": lambda value: f"to:{_address(value)}",
    "from": lambda value: f"from:{_address(value)}",
    "hasAttachments": lambda value: f"hasAttachments:{'true' if value else 'false'}",
    "receivedAfter": lambda value: f"received>={_day(value, -1)}",
    "receivedBefore": lambda value: f"received<={_day(value, 1)}",
}
"""The same for ``$search``, which narrows only roughly: by whole days, of a time zone that Microsoft does not name, and
by parts of an address. Not by subject: a search knows whole words alone, and what is asked for may be a part of one."""

_CHECKS: Mapping[str, Callable[[Any, Mapping[str, Any]], bool]] = {
    "to": lambda value, one: _address(value) in map(_address, one.get("toRecipients", [])),
    "from": lambda value, one: _address(value) == _address(one.get("from") or {}),
    "subject": lambda value, one: value.lower() in (one.get("subject") or "").lower(),
    "unread": lambda value, one: one.get("isRead") is not value,
    "hasAttachments": lambda value, one: one.get("hasAttachments") is value,
    "importance": lambda value, one: one.get("importance") == value,
    "category": lambda value, one: value.casefold() in map(str.casefold, one.get("categories", [])),
    "conversationId": lambda value, one: one.get("conversationId") == value,
    "receivedAfter": lambda value, one: str(one.get("receivedDateTime", "")) >= value,
    "receivedBefore": lambda value, one: str(one.get("receivedDateTime", "")) < value,
}
"""Whether a message that a search found is really meant."""

CHECKED = (
    *("toRecipients", "from", "subject", "isRead", "hasAttachments", "importance", "categories"),
    *("conversationId", "receivedDateTime"),
)
"""The properties that the checks look at; both of Graph's times compare as texts."""


def _day(value: str, days: int) -> str:
    """So many days after a time's own; its own at the ends of the calendar."""
    try:
        return (date.fromisoformat(value[:10]) + timedelta(days)).isoformat()
    except (ValueError, OverflowError):
        return value[:10]


def _address(value: Mapping[str, Any]) -> str:
    return str((value.get("emailAddress") or {}).get("address", "")).lower()


def needs_search(values: Mapping[str, Any]) -> bool:
    """Whether only ``$search`` can answer: Graph has no filter for a recipient."""
    return "to" in values


def is_meant(values: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether a message fits every friendly filter exactly. Raises ``UnexpectedResponse`` for one of no known form."""
    try:
        return all(check(values[name], found) for name, check in _CHECKS.items() if name in values)
    except (AttributeError, TypeError):
        raise UnexpectedResponse(
            "Graph's answer holds a message of another form than it documents."
        ) from None


def phrase(value: str) -> str:
    """A phrase inside the quotes of ``$search``."""
    inner = value.replace("\\", " ").replace('"', " ").strip()
    return f'\\"{inner}\\"' if " " in inner else inner


def compile_query(values: Mapping[str, Any]) -> dict[str, str]:
    """``{"$filter", "$orderby"}`` or ``{"$search"}`` for the input's friendly and raw filters.

    Raises ``InvalidInput`` for filters that Graph cannot answer together.
    """
    if needs_search(values):
        return _search(values)
    friendly = [make(values[name]) for name, make in _FILTERS.items() if name in values]
    raw, order = values.get("filter"), values.get("orderBy")
    order = order or (NEWEST_FIRST if friendly and not raw else None)
    return _present({"$filter": " and ".join(_sorted(friendly, raw, order)), "$orderby": order})


def conditions(values: Mapping[str, Any]) -> str | None:
    """The friendly filters and the raw one as one ``$filter``, where nothing is sorted."""
    raw = values.get("filter")
    found = [make(values[name]) for name, make in _FILTERS.items() if name in values]
    return " and ".join([*([f"({raw})" if found else raw] if raw else []), *found]) or None


def _sorted(friendly: list[str], raw: str | None, order: str | None) -> list[str]:
    """The conditions, first those that Graph sorts by, as it wants them. A raw filter that names one of these has its
    own place for it, so it stands first."""
    if not order or not (friendly or raw):
        return [*([f"({raw})" if friendly else raw] if raw else []), *friendly]
    names = [part.split()[0] for part in order.split(",")]
    first = [one for name in names for one in _by(friendly, name, raw)]
    rest = [one for one in friendly if one not in first]
    if not raw:
        return [*first, *rest]
    placed = any(name in raw for name in names)
    told = f"({raw})" if first or rest else raw
    return [told, *first, *rest] if placed else [*first, told, *rest]


def _by(friendly: list[str], name: str, raw: str | None) -> list[str]:
    """What is filtered by the property ``name``; by the time of receipt everything is. Raises ``InvalidInput`` where
    Graph cannot sort by it."""
    found = [one for one in friendly if one.startswith(name + " ")]
    if found or (raw and name in raw):
        return found
    if name == "receivedDateTime":
        return [ALWAYS]
    if raw:
        return []
    told = f"cannot sort by {name} here: Graph sorts only by what is filtered by; sort by receivedDateTime"
    raise InvalidInput.of([("/orderBy", told)])


def _search(values: Mapping[str, Any]) -> dict[str, str]:
    cannot = [name for name in ("filter", "orderBy") if name in values]
    if cannot:
        told = "cannot be combined with `to`: Graph can only search for a recipient, and a search takes no filter"
        raise InvalidInput.of([(f"/{name}", told) for name in cannot])
    terms = [make(values[name]) for name, make in _SEARCHES.items() if name in values]
    return {"$search": f'"{" AND ".join(terms)}"'}


def _present(query: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in query.items() if value}
