"""Languages and time zones to choose from.

https://learn.microsoft.com/graph/api/outlookuser-supportedlanguages
https://learn.microsoft.com/graph/api/outlookuser-supportedtimezones
"""

from typing import Any

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.odata.collection import page
from outlook_connector.sandbox.graph.permissions import SUPPORTED
from outlook_connector.sandbox.graph.problem import bad_request
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.routing import Route
from outlook_connector.sandbox.graph.zones import LANGUAGES, iana_zones, windows_zones

_STANDARDS = {"windows": windows_zones, "iana": iana_zones}


def _answer(request: Request, rows: list[dict[str, str]], kind: str) -> Answer:
    # All of them at once, unless the caller wants pages.
    found = page(rows, request.query, request.prefer.page_size or len(rows))
    body: dict[str, Any] = {
        "@odata.context": f"{request.base_url}/v1.0/$metadata#Collection(microsoft.graph.{kind})",
        "value": found.rows,
    }
    if found.next_query:
        body["@odata.nextLink"] = request.link(found.next_query)
    return Answer.json(200, body)


def languages(request: Request) -> Answer:
    """Locales with the names that people know them by."""
    rows = [{"locale": locale, "displayName": name} for locale, name in LANGUAGES.items()]
    return _answer(request, rows, "localeInfo")


def time_zones(request: Request) -> Answer:
    """Windows' zones, or those of the standard that the path names. Raises 400 for another standard."""
    standard = request.params.get("standard", "windows")
    if standard.lower() not in _STANDARDS:
        raise bad_request(f"The time zone standard '{standard}' is not known: Windows or Iana.")
    return _answer(request, _STANDARDS[standard.lower()](), "timeZoneInformation")


ROUTES = (
    Route("GET", "outlook/supportedLanguages", SUPPORTED, languages),
    Route("GET", "outlook/supportedTimeZones", SUPPORTED, time_zones),
    Route("GET", "outlook/supportedTimeZones/{standard}", SUPPORTED, time_zones),
)
