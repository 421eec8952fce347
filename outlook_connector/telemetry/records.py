"""Log records with fields: what stands in the text stands in ``extra`` too, by the names of ``names.FIELDS``."""

import logging
import re
from collections.abc import Mapping
from typing import Any

from ..errors import ConnectorError

operations = logging.getLogger("outlook_connector.operations")
"""The end of an invocation at INFO, and each of its requests at DEBUG: one logger, so that one look tells whether
anybody listens."""
tokens = logging.getLogger("outlook_connector.auth")

_ID = r"[\w.:-]{1,64}"


def fields(**values: Any) -> dict[str, Any]:
    """Those that are known, for ``extra``; seconds to the millisecond."""
    return {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in values.items()
        if value is not None
    }


def request_id(headers: Mapping[str, str]) -> str | None:
    """Graph's id of the request, for a support case; ``None`` where it does not look like one, since a server may
    write anything there."""
    found = headers.get("request-id")
    return found if found and re.fullmatch(_ID, found, re.ASCII) else None


def error_type(error: BaseException | None) -> str | None:
    """The code of one of the connector's errors, which is one of a few; the class of any other."""
    if error is None:
        return None
    return error.code if isinstance(error, ConnectorError) else type(error).__name__
