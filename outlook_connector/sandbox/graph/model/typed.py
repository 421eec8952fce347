"""Reads a client's JSON by a table: property -> check. What a check returns is what is kept."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from outlook_connector.sandbox.graph.model.writable import recipients, wrong_type
from outlook_connector.sandbox.graph.problem import bad_request
from outlook_connector.sandbox.graph.times import zone

Json = dict[str, Any]
Check = Callable[[str, Any], Any]


def read(data: Mapping[str, Any], known: Mapping[str, Check], kind: str) -> Json:
    """The known properties of `data`, checked. Raises 400 RequestBodyRead for others and for wrong types."""
    found: Json = {}
    for name, value in data.items():
        if "@" in name:
            continue
        if name not in known:
            raise bad_request(
                f"The property '{name}' does not exist on type '{kind}'. Make sure to only use property names "
                "that are defined by the type.",
                "RequestBodyRead",
            )
        found[name] = None if value is None else known[name](name, value)
    return found


def text(name: str, value: Any) -> str:
    """A string."""
    if not isinstance(value, str):
        raise wrong_type(name, "Edm.String")
    return value


def boolean(name: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise wrong_type(name, "Edm.Boolean")
    return value


def whole(name: str, value: Any) -> int:
    """A whole number of 32 bits."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**31 - 1:
        raise wrong_type(name, "Edm.Int32")
    return value


def one_of(*choices: str) -> Check:
    """A member of an enumeration, in its own spelling whatever the client's case was."""
    known = {choice.lower(): choice for choice in choices}

    def check(name: str, value: Any) -> str:
        found = known.get(text(name, value).lower())
        if found is None:
            raise bad_request(f"Requested value '{value}' was not found.", "RequestBodyRead")
        return found

    return check


def list_of(check: Check) -> Check:
    """An array whose items pass a check."""

    def every(name: str, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise wrong_type(name, "StartArray")
        return [check(name, item) for item in value]

    return every


def nested(known: Mapping[str, Check], kind: str) -> Check:
    """An object with properties of its own."""

    def check(name: str, value: Any) -> Json:
        if not isinstance(value, dict):
            raise wrong_type(name, "StartObject")
        return read(value, known, kind)

    return check


def people(name: str, value: Any) -> list[Json]:
    """A list of recipients."""
    return recipients(name, value)


def moment(name: str, value: Any) -> datetime:
    """A time with its offset."""
    try:
        found = datetime.fromisoformat(_microseconds(text(name, value)))
    except ValueError:
        raise wrong_type(name, "Edm.DateTimeOffset") from None
    if found.tzinfo is None:
        raise wrong_type(name, "Edm.DateTimeOffset")
    return found.astimezone(UTC)


def _microseconds(written: str) -> str:
    """Graph writes seven digits of a second; Python reads six."""
    head, dot, tail = written.partition(".")
    if not dot:
        return written
    digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
    return f"{head}.{digits[:6].ljust(6, '0')}{tail[len(digits) :]}"


_ZONED: Mapping[str, Check] = {"dateTime": text, "timeZone": text}


def zoned(name: str, value: Any) -> Json:
    """A dateTimeTimeZone, its seconds written with seven digits."""
    found: Json = nested(_ZONED, "microsoft.graph.dateTimeTimeZone")(name, value)
    try:
        written = datetime.fromisoformat(str(found.get("dateTime"))[:19])
    except ValueError:
        raise wrong_type(name, "Edm.DateTime") from None
    where = found.get("timeZone") or "UTC"
    zone(where)
    return {"dateTime": written.strftime("%Y-%m-%dT%H:%M:%S.0000000"), "timeZone": where}


def instant(value: Mapping[str, Any]) -> datetime:
    """The moment that a checked dateTimeTimeZone names."""
    return datetime.fromisoformat(str(value["dateTime"])[:19]).replace(tzinfo=zone(str(value["timeZone"])))
