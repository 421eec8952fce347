"""Calls that may be made again after a lost answer, and what their callers are told."""

import pytest

from outlook_connector import Connector, connect
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
