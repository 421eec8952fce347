"""requests as everybody uses it by hand."""

from collections.abc import Iterator
from typing import Any

import requests

from ..place import PAGE, TOKEN, Place, mail
from . import Works


def works(place: Place) -> Works:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {TOKEN}"
    body = mail()

    def send() -> None:
        session.post(f"{place.mailbox}/sendMail", json=body).raise_for_status()

    def items(amount: int) -> Iterator[dict[str, Any]]:
        address, left = f"{place.mailbox}/messages?$top={PAGE}", amount
        while address and left > 0:
            page = session.get(address).json()
            yield from page["value"]
            address, left = page.get("@odata.nextLink"), left - len(page["value"])

    return {
        "list": lambda: session.get(f"{place.mailbox}/messages", params={"$top": 10}).json(),
        "send": send,
        "items": items,
    }
