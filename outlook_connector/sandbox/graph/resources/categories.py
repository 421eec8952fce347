"""The master list of categories: https://learn.microsoft.com/graph/api/resources/outlookcategory"""

from collections.abc import Mapping

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model.own import new_guid
from outlook_connector.sandbox.graph.model.typed import Check, one_of, read, text
from outlook_connector.sandbox.graph.odata.properties import STRING
from outlook_connector.sandbox.graph.permissions import SETTINGS_READ, SETTINGS_WRITE
from outlook_connector.sandbox.graph.problem import Problem, bad_request
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.resources.records import Records, shape_of
from outlook_connector.sandbox.graph.routing import Route

_KIND = "microsoft.graph.outlookCategory"
_KNOWN: Mapping[str, Check] = {
    "id": text,
    "displayName": text,
    "color": one_of("none", *(f"preset{number}" for number in range(25))),
}
CATEGORIES = Records(
    shape_of(_KIND, dict.fromkeys(("id", "displayName", "color"), STRING)),
    "/outlook/masterCategories",
    lambda own: own.categories,
)


def create(request: Request) -> Answer:
    """Makes a category: 201; 409 where the name is taken, whatever its case."""
    data = read(request.json(), _KNOWN, _KIND)
    name = (data.get("displayName") or "").strip()
    if not name or len(name) > 255:
        raise bad_request("The category's displayName is missing or too long.", "ErrorInvalidArgument")
    taken = (row["displayName"].casefold() for row in CATEGORIES.stored(request).values())
    if name.casefold() in taken:
        raise Problem(409, "ErrorDuplicateCategory", f"A category with the name '{name}' already exists.")
    made = new_guid("category", request.owner.id, name, request.world.next_serial())
    return CATEGORIES.put(
        request, 201, {"id": made, "displayName": name, "color": data.get("color") or "none"}
    )


def update(request: Request) -> Answer:
    """Changes the colour; the name was given for good: https://learn.microsoft.com/graph/api/outlookcategory-update"""
    row = CATEGORIES.find(request)
    data = read(request.json(), _KNOWN, _KIND)
    for name in ("id", "displayName"):
        if name in data and data[name] != row[name]:
            raise bad_request(f"The property '{name}' is read-only.", "ErrorInvalidArgument")
    return CATEGORIES.put(request, 200, {**row, "color": data.get("color") or row["color"]})


_ALL = "outlook/masterCategories"
_ONE = f"{_ALL}/{{id}}"
ROUTES = (
    Route("GET", _ALL, SETTINGS_READ, CATEGORIES.list),
    Route("POST", _ALL, SETTINGS_WRITE, create),
    Route("GET", f"{_ALL}/$count", SETTINGS_READ, CATEGORIES.count),
    Route("GET", _ONE, SETTINGS_READ, CATEGORIES.get),
    Route("PATCH", _ONE, SETTINGS_WRITE, update),
    Route("DELETE", _ONE, SETTINGS_WRITE, CATEGORIES.delete),
)
