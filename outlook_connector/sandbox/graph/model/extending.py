"""Open extensions as they are stored and written: https://learn.microsoft.com/graph/api/resources/opentypeextension"""

import re
from collections.abc import Mapping
from typing import Any

from outlook_connector.sandbox.graph.problem import bad_request

Json = dict[str, Any]
PREFIX = "Microsoft.OutlookServices.OpenTypeExtension."
_NAME = re.compile(r"[A-Za-z][\w.-]{0,127}")
_KIND = "openTypeExtension"


def named(data: Mapping[str, Any]) -> tuple[str, Json]:
    """An extension's name and its own properties, from a client's JSON. Raises 400 where the name is missing."""
    kind = str(data.get("@odata.type", _KIND))
    name = data.get("extensionName")
    if not kind.endswith(_KIND) or not isinstance(name, str) or not _NAME.fullmatch(name):
        raise bad_request(
            "An open extension has the type #microsoft.graph.openTypeExtension and an extensionName.",
            "ErrorInvalidArgument",
        )
    apart = ("extensionName", "id")
    return name, {key: value for key, value in data.items() if key not in apart and "@" not in key}


def extension_json(name: str, values: Mapping[str, Any]) -> Json:
    """An extension as Graph writes it."""
    return {
        "@odata.type": "#microsoft.graph.openTypeExtension",
        "id": f"{PREFIX}{name}",
        "extensionName": name,
        **values,
    }
