"""msgraph-sdk (https://pypi.org/project/msgraph-sdk/), in an event loop of its own."""

import asyncio
from collections.abc import Iterator
from typing import Any

from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphServiceClient
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.message import Message
from msgraph.generated.models.recipient import Recipient
from msgraph.generated.users.item.messages.messages_request_builder import MessagesRequestBuilder
from msgraph.generated.users.item.send_mail.send_mail_post_request_body import SendMailPostRequestBody
from msgraph.graph_request_adapter import GraphRequestAdapter

from ..place import CC, MAILBOX, PAGE, SUBJECT, TEXT, TO, Place
from . import Works


def works(place: Place) -> Works:
    adapter = GraphRequestAdapter(AnonymousAuthenticationProvider())
    adapter.base_url = place.graph
    client = GraphServiceClient(request_adapter=adapter)
    loop = asyncio.new_event_loop()

    def asked(amount: int) -> Any:
        parameters = MessagesRequestBuilder.MessagesRequestBuilderGetQueryParameters(top=amount)
        return RequestConfiguration(query_parameters=parameters)

    def send() -> None:
        body = SendMailPostRequestBody(message=_mail(), save_to_sent_items=True)
        loop.run_until_complete(client.users.by_user_id(MAILBOX).send_mail.post(body))

    def items(amount: int) -> Iterator[Any]:
        builder, left = client.users.by_user_id(MAILBOX).messages, amount
        page = loop.run_until_complete(builder.get(asked(PAGE)))
        while page is not None:
            yield from page.value
            left -= len(page.value)
            link = page.odata_next_link if left > 0 else None
            page = loop.run_until_complete(builder.with_url(link).get()) if link else None

    def listed() -> Any:
        return loop.run_until_complete(client.users.by_user_id(MAILBOX).messages.get(asked(10)))

    return {"list": listed, "send": send, "items": items}


def _mail() -> Message:
    return Message(
        subject=SUBJECT,
        body=ItemBody(content_type=BodyType.Html, content=TEXT),
        to_recipients=[Recipient(email_address=EmailAddress(address=one)) for one in TO],
        cc_recipients=[Recipient(email_address=EmailAddress(address=one)) for one in CC],
    )
