"""The same by this connector."""

import json
import sys

from outlook_connector import connect

from ..place import Place

place = Place(**json.loads(sys.argv[1]))
with connect(place.config()) as connector:
    assert len(connector.invoke("messages.list", {"limit": 10})["value"]) == 10
