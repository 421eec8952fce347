"""O365 (https://pypi.org/project/O365/), its session's token given."""

from collections.abc import Iterator
from typing import Any

from O365 import Account, MSGraphProtocol
from O365.utils.token import MemoryTokenBackend

from ..place import CC, MAILBOX, PAGE, SUBJECT, TEXT, TO, TOKEN, Place
from . import Works


def works(place: Place) -> Works:
    class Protocol(MSGraphProtocol):
        _protocol_url = place.graph.removesuffix("v1.0")

    account = Account(
        ("client", "secret"),
        auth_flow_type="credentials",
        tenant_id="tenant",
        main_resource=f"users/{MAILBOX}",
        protocol=Protocol(),
        token_backend=MemoryTokenBackend(),
        requests_delay=0,
    )
    account.con.session = account.con.get_session()
    account.con.session.headers["Authorization"] = f"Bearer {TOKEN}"
    mailbox = account.mailbox()

    def send() -> None:
        mail = account.new_message()
        mail.to.add(list(TO))
        mail.cc.add(list(CC))
        mail.subject, mail.body = SUBJECT, TEXT
        if not mail.send():
            raise RuntimeError("not sent")

    def items(amount: int) -> Iterator[Any]:
        yield from mailbox.get_messages(limit=amount, batch=PAGE)

    return {"list": lambda: list(mailbox.get_messages(limit=10)), "send": send, "items": items}
