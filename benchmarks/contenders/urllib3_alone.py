"""urllib3 by itself, which requests stands on, and the standard library's JSON."""

import json
from collections.abc import Iterator
from typing import Any

import urllib3

from ..place import PAGE, TOKEN, Place, mail
from . import Works


def works(place: Place) -> Works:
    pool = urllib3.PoolManager(ca_certs=place.authority_file, headers={"Authorization": f"Bearer {TOKEN}"})
    body = mail()

    def items(amount: int) -> Iterator[dict[str, Any]]:
        address, left = f"{place.mailbox}/messages?$top={PAGE}", amount
        while address and left > 0:
            page = json.loads(pool.request("GET", address).data)
            yield from page["value"]
            address, left = page.get("@odata.nextLink"), left - len(page["value"])

    return {
        "list": lambda: json.loads(pool.request("GET", f"{place.mailbox}/messages?$top=10").data),
        "send": lambda: pool.request("POST", f"{place.mailbox}/sendMail", json=body),
        "items": items,
    }
