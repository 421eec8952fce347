"""This connector, through its Python face: every input and output is validated."""

from collections.abc import Iterator
from typing import Any

from outlook_connector import connect

from ..place import CC, PAGE, SUBJECT, TEXT, TO, Place
from . import Works


def works(place: Place, **config: Any) -> Works:
    connector = connect(place.config(**config))
    mail = {
        **{"to": list(TO), "cc": list(CC), "subject": SUBJECT, "body": TEXT, "bodyType": "html"},
        **{"delivery": "direct"},
    }

    def items(amount: int) -> Iterator[dict[str, Any]]:
        return connector.iterate("messages.list", {"pageSize": PAGE, "limit": amount})

    return {
        "list": lambda: connector.invoke("messages.list", {"limit": 10}),
        "send": lambda: connector.invoke("messages.send", mail),
        "items": items,
    }
