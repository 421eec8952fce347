"""The report that comes back when a recipient of one's own domain does not exist.

https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online
"""

from dataclasses import replace
from datetime import datetime

from outlook_connector.sandbox.graph.model.mailbox import Mailbox
from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.model.world import World
from outlook_connector.sandbox.graph.post.compose import Answering, compose, person
from outlook_connector.sandbox.graph.post.headers import AUTOMATIC, NDR

_SENDER = person("MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.example", "Microsoft Outlook")


def report_of(world: World, mailbox: Mailbox, sent: Message, failed: str, now: datetime) -> Message:
    """The report to the sender about one failed address."""
    text = (
        f"<p><b>Your message to {failed} couldn't be delivered.</b></p>"
        f"<p>{failed.partition('@')[0]} wasn't found at {failed.partition('@')[2]}.</p>"
        "<p>Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP "
        "address lookup'</p>"
    )
    data = {
        "subject": f"Undeliverable: {sent.get('subject')}",
        "body": {"contentType": "html", "content": text},
        "from": _SENDER,
        "sender": _SENDER,
        "toRecipients": [person(mailbox.address, mailbox.name)],
    }
    answering = Answering((*sent.references, sent.message_id), sent.index)
    report = compose(world, mailbox, data, now, answering=answering)
    return replace(report, headers=((NDR, ""), (AUTOMATIC, "auto-replied")))
