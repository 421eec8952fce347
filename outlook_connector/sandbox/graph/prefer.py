"""The `Prefer` header: what mail requests honour of it, and what the answer says was applied.

https://learn.microsoft.com/graph/outlook-immutable-id, https://learn.microsoft.com/graph/api/message-get
"""

import re
from dataclasses import dataclass

from outlook_connector.sandbox.graph.problem import bad_request

_ITEM = re.compile(r'\s*([^=,;\s]+)\s*(?:=\s*(?:"([^"]*)"|([^,;\s]*)))?\s*(?:,|;|$)')
_KNOWN = {
    name.lower(): name
    for name in (
        "outlook.body-content-type",
        "outlook.allow-unsafe-html",
        "outlook.timezone",
        "IdType",
        "odata.maxpagesize",
    )
}


@dataclass(frozen=True)
class Preferences:
    """What the caller prefers; `applied` is the text of the `Preference-Applied` header."""

    body_kind: str | None = None
    unsafe_html: bool = False
    time_zone: str | None = None
    immutable_ids: bool = False
    page_size: int | None = None
    applied: str = ""


NO_PREFERENCES = Preferences()


def parse(header: str) -> Preferences:
    """Reads a header; preferences that mail does not know are passed over, as RFC 7240 asks."""
    found: dict[str, str] = {}
    for name, quoted, bare in _ITEM.findall(header):
        known = _KNOWN.get(name.lower())
        if known:
            found.setdefault(known, quoted or bare)
    return Preferences(
        body_kind=_body_kind(found.get("outlook.body-content-type")),
        unsafe_html="outlook.allow-unsafe-html" in found,
        time_zone=found.get("outlook.timezone"),
        immutable_ids=found.get("IdType", "").lower() == "immutableid",
        page_size=_page_size(found.get("odata.maxpagesize")),
        applied=", ".join(_written(name, value) for name, value in found.items()),
    )


def _written(name: str, value: str) -> str:
    if not value:
        return name
    return f"{name}={value}" if value.isdigit() else f'{name}="{value}"'


def _body_kind(value: str | None) -> str | None:
    if value is None or value.lower() in ("text", "html"):
        return value.lower() if value else None
    raise bad_request(f"The preference outlook.body-content-type has an invalid value '{value}'.")


def _page_size(value: str | None) -> int | None:
    if value is None:
        return None
    if not value.isdigit() or not 1 <= int(value) <= 1000:
        raise bad_request(f"The preference odata.maxpagesize has an invalid value '{value}'.")
    return int(value)
