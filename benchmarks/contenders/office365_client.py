"""Office365-REST-Python-Client (https://pypi.org/project/Office365-REST-Python-Client/)."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from office365 import azure_env
from office365.graph_client import GraphClient

from ..place import CC, MAILBOX, PAGE, SUBJECT, TEXT, TO, TOKEN, Place
from . import Works


def works(place: Place) -> Works:
    azure_env._ENDPOINTS[azure_env.AzureEnvironment.Global]["graph"] = place.graph.removesuffix("/v1.0")
    told = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 86_399}
    client = GraphClient(lambda: told)

    def listed() -> list[Any]:
        return list(client.users[MAILBOX].messages.get().top(10).execute_query())

    def send() -> None:
        mail = client.users[MAILBOX].send_mail(SUBJECT, TEXT, list(TO), list(CC), body_type="HTML")
        mail.execute_query()

    def items(amount: int) -> Iterator[Any]:
        messages = client.users[MAILBOX].messages.paged(PAGE).get().execute_query()
        yield from islice(messages, amount)

    return {"list": listed, "send": send, "items": items}
