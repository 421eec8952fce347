"""requests as well as it goes: the environment is not asked at each call, and orjson reads and writes."""

from collections.abc import Iterator
from typing import Any

import orjson
import requests

from ..place import PAGE, TOKEN, Place, mail
from . import Works


def works(place: Place) -> Works:
    session = requests.Session()
    session.trust_env = False
    session.verify = place.authority_file
    session.headers["Authorization"] = f"Bearer {TOKEN}"
    body, json_type = mail(), {"Content-Type": "application/json"}

    def send() -> None:
        answer = session.post(f"{place.mailbox}/sendMail", data=orjson.dumps(body), headers=json_type)
        answer.raise_for_status()

    def items(amount: int) -> Iterator[dict[str, Any]]:
        address, left = f"{place.mailbox}/messages?$top={PAGE}", amount
        while address and left > 0:
            page = orjson.loads(session.get(address).content)
            yield from page["value"]
            address, left = page.get("@odata.nextLink"), left - len(page["value"])

    return {
        "list": lambda: orjson.loads(session.get(f"{place.mailbox}/messages?$top=10").content),
        "send": send,
        "items": items,
    }
