"""Scenarios of batches, changes, rules and subscriptions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from msgraph.generated.models.mail_folder import MailFolder
from msgraph.generated.models.message import Message
from msgraph.generated.models.message_rule import MessageRule
from msgraph.generated.models.message_rule_actions import MessageRuleActions
from msgraph.generated.models.message_rule_predicates import MessageRulePredicates
from msgraph.generated.models.subscription import Subscription
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem
from msgraph_sdk.session import Session
from msgraph_sdk.writing import send_to

Json = dict[str, Any]


def _relative(item: BatchRequestItem, base: str) -> BatchRequestItem:
    # The client leaves the address whole, which Graph takes for a path: users of it cut the address themselves.
    item.url = item.url.removeprefix(base)
    return item


async def batching(session: Session) -> Json:
    me, order = session.me.me, session.order
    requests = {
        "folder": me.mail_folders.by_mail_folder_id("inbox").to_get_request_information(),
        "flag": me.messages.by_message_id(order["report"]).to_patch_request_information(
            Message(categories=["Batch"])
        ),
        "missing": me.messages.by_message_id(order["report"][:-8] + "AAAAAAA=").to_get_request_information(),
    }
    items = {name: BatchRequestItem(request, id=name) for name, request in requests.items()}
    whole = await session.me.batch.post(
        BatchRequestContent({"whole": BatchRequestItem(requests["folder"], "whole")})
    )
    content = BatchRequestContent({name: _relative(item, order["graphUrl"]) for name, item in items.items()})
    answer = await session.me.batch.post(content)
    return {
        "statuses": answer.get_response_status_codes(),
        "bodies": [name for name, found in answer.responses.items() if found.body],
        "whole": whole.get_response_status_codes(),
    }


async def _rounds(folder: Any, link: str | None = None) -> tuple[list[Json], str]:
    """All pages of one round of delta, and the link to the next."""
    rows: list[Json] = []
    delta = folder.messages.delta
    page = await (delta.with_url(link).get() if link else delta.get())
    while True:
        rows += [
            {"id": found.id, "subject": found.subject, "removed": "@removed" in found.additional_data}
            for found in page.value
        ]
        if page.odata_delta_link:
            return rows, page.odata_delta_link
        page = await delta.with_url(page.odata_next_link).get()


async def changing(session: Session) -> Json:
    me = session.me.me
    made = await me.mail_folders.post(MailFolder(display_name=session.order["subjects"]["delta"]))
    folder = me.mail_folders.by_mail_folder_id(made.id)
    first = await folder.messages.post(Message(subject="first"))
    begin, link = await _rounds(folder)
    second = await folder.messages.post(Message(subject="second"))
    await me.messages.by_message_id(first.id).delete()
    changes, link = await _rounds(folder, link)
    quiet, _ = await _rounds(folder, link)
    return {"first": first.id, "second": second.id, "begin": begin, "changes": changes, "quiet": quiet}


async def ruling(session: Session) -> Json:
    subject = session.order["subjects"]["rules"]
    rules = session.me.me.mail_folders.by_mail_folder_id("inbox").message_rules
    made = await rules.post(
        MessageRule(
            display_name=subject,
            sequence=2,
            is_enabled=True,
            conditions=MessageRulePredicates(subject_contains=[subject]),
            actions=MessageRuleActions(assign_categories=["By rule"], mark_as_read=True),
        )
    )
    await send_to(session, subject, session.order["user"])
    one = rules.by_message_rule_id(made.id)
    changed = await one.patch(MessageRule(display_name=f"{subject}, renamed"))
    listed = [rule.display_name for rule in (await rules.get()).value]
    await one.delete()
    left = [rule.display_name for rule in (await rules.get()).value]
    return {"listed": listed, "name": changed.display_name, "left": left, "sequence": made.sequence}


async def subscribing(session: Session) -> Json:
    subject, ends = session.order["subjects"]["subscriptions"], datetime.now(UTC) + timedelta(hours=1)
    all_of_them = session.me.subscriptions
    made = await all_of_them.post(
        Subscription(
            change_type="created",
            notification_url=session.order["webhook"],
            resource="me/mailFolders('Inbox')/messages",
            expiration_date_time=ends,
            client_state=subject,
        )
    )
    await send_to(session, subject, session.order["user"])
    one = all_of_them.by_subscription_id(made.id)
    renewed = await one.patch(Subscription(expiration_date_time=ends + timedelta(hours=1)))
    listed = [found.id for found in (await all_of_them.get()).value]
    read = await one.get()
    await one.delete()
    return {
        "id": made.id,
        "listed": listed,
        "left": [found.id for found in (await all_of_them.get()).value],
        "renewedBy": (renewed.expiration_date_time - made.expiration_date_time).total_seconds(),
        "resource": read.resource,
    }
