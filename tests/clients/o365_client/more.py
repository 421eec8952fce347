"""Scenarios of batches, changes, rules and subscriptions; the first three by the library's connection alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from o365_client.session import Session
from o365_client.writing import send_to

Json = dict[str, Any]
HOUR = timedelta(hours=1)


def batching(session: Session) -> Json:
    report = session.order["report"]
    requests: list[Json] = [
        {"id": "folder", "method": "GET", "url": "/me/mailFolders/inbox"},
        {
            "id": "flag",
            "method": "PATCH",
            "url": f"/me/messages/{report}",
            "headers": {"Content-Type": "application/json"},
            "body": {"categories": ["Batch"]},
        },
        {"id": "missing", "method": "GET", "url": f"/me/messages/{report[:-8]}AAAAAAA="},
    ]
    answer = session.account.con.post(session.url("$batch"), data={"requests": requests}).json()
    parts = {part["id"]: part for part in answer["responses"]}
    return {
        "statuses": {name: part["status"] for name, part in parts.items()},
        "bodies": sorted(name for name, part in parts.items() if part.get("body")),
    }


def _rounds(session: Session, url: str) -> tuple[list[Json], str]:
    """All pages of one round of delta, and the link to the next."""
    rows: list[Json] = []
    while True:
        page = session.account.con.get(url).json()
        rows += [
            {"id": found["id"], "subject": found.get("subject"), "removed": "@removed" in found}
            for found in page["value"]
        ]
        if "@odata.deltaLink" in page:
            return rows, str(page["@odata.deltaLink"])
        url = page["@odata.nextLink"]


def changing(session: Session) -> Json:
    folder = session.mailbox.create_child_folder(session.order["subjects"]["delta"])
    first, second = folder.new_message(), folder.new_message()
    first.subject, second.subject = "first", "second"
    first.save_draft(target_folder=folder)
    begin, link = _rounds(session, session.url(f"me/mailFolders/{folder.folder_id}/messages/delta"))
    second.save_draft(target_folder=folder)
    first.delete()
    changes, link = _rounds(session, link)
    quiet, _ = _rounds(session, link)
    return {
        "first": first.object_id,
        "second": second.object_id,
        "begin": begin,
        "changes": changes,
        "quiet": quiet,
    }


def ruling(session: Session) -> Json:
    subject, con = session.order["subjects"]["rules"], session.account.con
    url = session.url("me/mailFolders/inbox/messageRules")
    rule = {
        "displayName": subject,
        "sequence": 2,
        "isEnabled": True,
        "conditions": {"subjectContains": [subject]},
        "actions": {"assignCategories": ["By rule"], "markAsRead": True},
    }
    made = con.post(url, data=rule).json()
    send_to(session, subject, session.order["user"])
    changed = con.patch(f"{url}/{made['id']}", data={"displayName": f"{subject}, renamed"}).json()
    listed = [found["displayName"] for found in con.get(url).json()["value"]]
    con.delete(f"{url}/{made['id']}")
    left = [found["displayName"] for found in con.get(url).json()["value"]]
    return {"listed": listed, "name": changed["displayName"], "left": left, "sequence": made["sequence"]}


def subscribing(session: Session) -> Json:
    subject, hooks = session.order["subjects"]["subscriptions"], session.account.subscriptions()
    made = hooks.create_subscription(
        session.order["webhook"],
        "me/mailFolders('Inbox')/messages",
        "created",
        expiration_minutes=60,
        client_state=subject,
    )
    send_to(session, subject, session.order["user"])
    ends = datetime.fromisoformat(made["expirationDateTime"])
    renewed = hooks.renew_subscription(made["id"], expiration_datetime=ends + HOUR)
    listed = [found["id"] for found in hooks.list_subscriptions()]
    read = hooks.get_subscription(made["id"])
    hooks.delete_subscription(made["id"])
    return {
        "id": made["id"],
        "listed": listed,
        "left": [found["id"] for found in hooks.list_subscriptions()],
        "renewedBy": (datetime.fromisoformat(renewed["expirationDateTime"]) - ends).total_seconds(),
        "resource": read["resource"],
    }
