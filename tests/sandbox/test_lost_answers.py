"""Calls that may be made again after a lost answer, and what their callers are told."""

import base64
import json
from threading import Timer

import pytest

from outlook_connector import Connector, OutcomeUnknown, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors


def test_what_was_deleted_though_the_answer_was_lost_is_told_as_deleted(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    made = outlook_connector.invoke("categories.create", {"displayName": "For a while"})
    outlook_sandbox.fault("DELETE /me/outlook/masterCategories/*", drop="after")
    assert outlook_connector.invoke("categories.delete", {"categoryId": made["id"]}) == {}


@pytest.mark.parametrize(
    ("place", "name", "given"),
    [
        ("POST /$batch", "messages.getMany", {"messageIds": [anchors.QUARTERLY_REPORT]}),
        ("POST /me/getMailTips", "mailTips.get", {"recipients": [anchors.KIM]}),
    ],
)
def test_reading_is_repeated_whatever_the_form_of_ids(
    outlook_sandbox: Sandbox, place: str, name: str, given: dict[str, list[str]]
) -> None:
    outlook_sandbox.fault(place, drop="after")
    with connect(outlook_sandbox.config(immutableIds=False)) as connector:
        assert len(connector.invoke(name, given)["value"]) == 1


def test_an_attachment_whose_last_answer_was_lost_is_found_on_a_later_page(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    draft = outlook_connector.invoke("drafts.create", {"subject": "Large"})["id"]
    place = f"/me/messages/{draft}/attachments"
    page = {
        "value": [{"id": "x", "name": "y", "size": 1}],
        "@odata.nextLink": outlook_sandbox.graph_url + place,
    }
    outlook_sandbox.fault("PUT *", drop="after")
    outlook_sandbox.fault("GET /me/messages/*/attachments", status=200, body=json.dumps(page))
    content = base64.b64encode(bytes(3_200_000)).decode()
    given = {"messageId": draft, "attachment": {"name": "plan.bin", "contentBytes": content}}
    made = outlook_connector.invoke("attachments.add", given)
    (listed,) = outlook_connector.invoke("attachments.list", {"messageId": draft})["value"]
    assert made["id"] == listed["id"]


def test_a_move_by_an_id_that_does_not_stay_is_not_told_as_not_found(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    with connect(outlook_sandbox.config(immutableIds=False)) as other:
        (message,) = other.invoke("messages.list", {"folder": "inbox", "limit": 1})["value"]
    outlook_sandbox.fault("POST /me/messages/*/move", drop="after")
    with pytest.raises(OutcomeUnknown):
        outlook_connector.invoke(
            "messages.move", {"messageId": message["id"], "destinationFolder": "archive"}
        )


def test_who_deletes_for_good_is_not_told_to_look_among_what_was_sent(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_sandbox.fault("POST /me/messages/*/permanentDelete", drop="after")
    with pytest.raises(OutcomeUnknown) as caught:
        outlook_connector.invoke("messages.deletePermanently", {"messageId": anchors.NEWSLETTER})
    assert caught.value.details["check"].startswith("messages.get")


def test_a_mail_that_went_out_before_its_repetition_was_refused_stays_sent(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    def send_meanwhile() -> None:
        with connect(outlook_sandbox.config()) as other:
            drafts = other.invoke("messages.list", {"folder": "drafts", "subject": "Order 4711"})["value"]
            other.invoke("drafts.send", {"draftId": drafts[0]["id"]})

    outlook_sandbox.fault("POST /me/messages/*/send", status=503, retry_after=1)
    Timer(0.5, send_meanwhile).start()
    mail = {"to": [anchors.KIM], "subject": "Order 4711", "body": "Please confirm.", "delivery": "tracked"}
    sent = outlook_connector.invoke("messages.send", mail)
    found = outlook_connector.invoke("messages.list", {"folder": "sentitems", "subject": "Order 4711"})[
        "value"
    ]
    assert [one["id"] for one in found] == [sent["messageId"]]
    assert len(outlook_sandbox.ledger["submissions"]) == 1
