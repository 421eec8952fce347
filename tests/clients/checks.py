"""What must hold after each scenario, for the client's own picture and in the sandbox."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from running import digest, large_file

from outlook_connector.sandbox.seed import anchors

if TYPE_CHECKING:
    from conftest import Run

Json = dict[str, Any]
PATIENCE = 10.0


def row(message: Json) -> Json:
    """A message of Graph as the programs tell of it."""
    return {
        "id": message["id"],
        "subject": message["subject"],
        "from": message["from"]["emailAddress"]["address"],
        "received": datetime.fromisoformat(message["receivedDateTime"]).timestamp(),
        "unread": not message["isRead"],
        "importance": message["importance"],
    }


def submitted(run: Run, subject: str) -> Json:
    """The one mail with this subject that the sandbox took."""
    (found,) = (item for item in run.judge.admin("ledger")["submissions"] if item["subject"] == subject)
    return dict(found)


def listing(run: Run) -> None:
    rows = run.facts("list")["rows"]
    assert rows == [row(message) for message in run.inbox[:5]]
    assert (rows[0]["subject"], rows[0]["from"]) == ("Quarterly report Q3", run.order["other"])


def paging(run: Run) -> None:
    ids = run.facts("page")["ids"]
    assert ids == [message["id"] for message in run.inbox]
    assert len(set(ids)) == len(ids) > 40
    pages = [item for item in run.requests("GET", "/inbox/messages") if "select=id" in unquote(item["query"])]
    assert len(pages) >= len(ids) / 20


def filtering(run: Run) -> None:
    wanted = [item for item in run.mailbox if item["importance"] == "high" and not item["isRead"]]
    found = run.facts("filter")["rows"]
    assert sorted(item["id"] for item in found) == sorted(item["id"] for item in wanted)
    assert found


def searching(run: Run) -> None:
    wanted = [item for item in run.mailbox if "lunch" in item["subject"].lower()]
    found = run.facts("search")["rows"]
    assert sorted(item["id"] for item in found) == sorted(item["id"] for item in wanted)
    assert found == sorted(found, key=lambda item: -item["received"])


def sending(run: Run) -> None:
    subject = run.order["subjects"]["send"]
    run.facts("send")
    mail = submitted(run, subject)
    assert (mail["from"], mail["recipients"]) == (run.order["user"], [run.order["other"]])
    arrived = run.judge.arrived(run.order["other"], subject)
    assert "Written by a client of others." in arrived["body"]["content"]
    sent = run.judge.everything(run.order["user"], "/mailFolders/sentitems/messages")
    assert subject in [item["subject"] for item in sent]


def replying(run: Run) -> None:
    run.facts("reply")
    mail = submitted(run, "RE: Lunch on Thursday?")
    assert mail["recipients"] == [run.order["other"]]
    before = run.judge.message(run.order["user"], run.order["thread"])
    sent = run.judge.everything(run.order["user"], "/mailFolders/sentitems/messages")
    (answer,) = (item for item in sent if item["internetMessageId"] == mail["internetMessageId"])
    assert answer["conversationId"] == before["conversationId"]
    assert run.order["subjects"]["reply"] in answer["body"]["content"]


def moving(run: Run) -> None:
    facts = run.facts("move")
    archive = run.judge.get(run.order["user"], "/mailFolders/archive")
    moved = run.judge.message(run.order["user"], run.order["newsletter"])
    assert facts == {"id": moved["id"], "folder": archive["id"]}
    assert moved["parentFolderId"] == archive["id"]
    assert moved["id"] not in [message["id"] for message in run.mailbox]


def attaching(run: Run) -> None:
    facts, content = run.facts("attachment"), large_file()
    assert {name: facts[name] for name in ("size", "sha256")} == digest(content)
    held = run.judge.get(run.order["user"], f"/messages/{facts['draft']}/attachments?$select=name,size")
    (file,) = held["value"]
    assert file["name"] == facts["name"] == "large.bin"
    assert file["size"] >= len(content)
    pieces = [item for item in run.requests("PUT", "AttachmentSessions") if item["status"] == 201]
    assert len(pieces) == 1
    assert not any(item["has_bearer"] for item in run.requests("PUT", "AttachmentSessions"))


def reading_mime(run: Run) -> None:
    files = ["Quarterly report Q3.pdf", "regions.csv"]
    assert run.facts("mime") == {"subject": "Quarterly report Q3", "files": files}


def sending_mime(run: Run) -> None:
    run.facts("sendMime")
    subject = run.order["subjects"]["sendMime"]
    assert submitted(run, subject)["recipients"] == [run.order["other"]]
    assert "Grüße" in run.judge.arrived(run.order["other"], subject)["body"]["content"]


def batching(run: Run) -> None:
    facts = run.facts("batch")
    assert facts["statuses"] == {"folder": 200, "flag": 200, "missing": 404}
    assert facts.get("bodies", []) in ([], ["flag", "folder", "missing"])
    assert run.judge.message(run.order["user"], run.order["report"])["categories"] == ["Batch"]
    # An address that the client leaves whole, or with its version, is a path that Graph doesn't know.
    assert facts.get("whole", {"whole": 400}) == {"whole": 400}


def changing(run: Run) -> None:
    facts = run.facts("delta")
    first = {"id": facts["first"], "removed": False, "subject": "first"}
    assert facts["begin"] == [first]
    gone = {"id": facts["first"], "removed": True, "subject": None}
    came = {"id": facts["second"], "removed": False, "subject": "second"}
    assert sorted(facts["changes"], key=lambda item: item["removed"]) == [came, gone]
    assert facts["quiet"] == []


def ruling(run: Run) -> None:
    facts, subject = run.facts("rules"), run.order["subjects"]["rules"]
    name = f"{subject}, renamed"
    assert facts == {"listed": [name], "name": name, "left": [], "sequence": 2}
    arrived = run.judge.arrived(run.order["user"], subject)
    assert (arrived["categories"], arrived["isRead"]) == (["By rule"], True)


def subscribing(run: Run) -> None:
    facts, subject = run.facts("subscriptions"), run.order["subjects"]["subscriptions"]
    assert facts["listed"] == [facts["id"]]
    assert facts["left"] == []
    assert facts["renewedBy"] == 3600
    assert facts["resource"].strip("/") == "me/mailFolders('Inbox')/messages"
    ends = time.monotonic() + PATIENCE
    while not run.hook.at("/notify") and time.monotonic() < ends:
        time.sleep(0.05)
    (told,) = run.hook.at("/notify")
    assert (told["subscriptionId"], told["clientState"]) == (facts["id"], subject)
    assert told["changeType"] == "created"
    assert told["resourceData"]["id"] == run.judge.arrived(run.order["user"], subject)["id"]


def by_application(run: Run) -> None:
    assert run.facts("application")["rows"] == [row(run.inbox[0])]
    assert run.requests(
        "GET", f"/users/{run.order['user'].replace('@', '%40')}/mailFolders/inbox/messages"
    ) or (run.requests("GET", f"/users/{run.order['user']}/mailFolders/inbox/messages"))


def refused(run: Run) -> None:
    told = "The specified object was not found in the store."
    assert run.facts("refusal") == {"status": 404, "code": "ErrorItemNotFound", "message": told}


def staying(run: Run) -> None:
    files = [anchors.QUARTERLY_REPORT_PDF, anchors.QUARTERLY_REPORT_CSV]
    assert run.facts("immutable") == {"id": anchors.QUARTERLY_REPORT, "attachments": files}


def throttled(run: Run) -> None:
    assert run.facts("throttled") == {"name": "Sent Items"}
    tries = run.requests("GET", "/me/mailFolders/sentitems")
    assert [item["status"] for item in tries] == [429, 200]
    assert tries[1]["began"] - tries[0]["began"] >= 1


CHECKS: Mapping[str, Callable[[Run], None]] = {
    "list": listing,
    "page": paging,
    "filter": filtering,
    "search": searching,
    "send": sending,
    "reply": replying,
    "move": moving,
    "attachment": attaching,
    "mime": reading_mime,
    "sendMime": sending_mime,
    "batch": batching,
    "delta": changing,
    "rules": ruling,
    "subscriptions": subscribing,
    "application": by_application,
    "refusal": refused,
    "immutable": staying,
    "throttled": throttled,
}
