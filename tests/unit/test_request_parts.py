"""From an operation's input to Graph's request: binding, normalisation and queries, without any I/O."""

from typing import Any, ClassVar

import pytest

from outlook_connector import errors
from outlook_connector.binding import bind, path
from outlook_connector.manifest import load
from outlook_connector.normalise import attachment, folder, recipient, time
from outlook_connector.operations import query
from outlook_connector.operations.query import NEWEST_FIRST as NEWEST
from outlook_connector.operations.query import compile_query


# -- binding ----------------------------------------------------------------------------------------------------------
def test_an_id_is_one_segment_whatever_it_holds() -> None:
    assert (
        path("/messages/{messageId}/move", {"messageId": "AA/b+c=?#"}) == "/messages/AA%2Fb%2Bc%3D%3F%23/move"
    )


@pytest.mark.parametrize(
    "value",
    ["", ".", "..", " ", "a\nb", "a\x00", None, 5, "x" * 3000, "../x", "a/..", "a\\..\\b", "%2e%2E/x"],
)
def test_what_cannot_be_a_segment_is_refused(value: Any) -> None:
    with pytest.raises(errors.InvalidInput, match="/messageId"):
        path("/messages/{messageId}", {"messageId": value})


def test_a_request_block_copies_what_the_input_names_and_nothing_else() -> None:
    operations = load().operations
    moved = bind(operations["messages.move"], {"messageId": "A", "destinationFolder": "inbox"})
    assert (moved.method, moved.path, moved.body) == ("POST", "/messages/A/move", {"destinationId": "inbox"})
    assert moved.repeatable, "the manifest says that a move is idempotent"
    got = bind(
        operations["messages.get"], {"messageId": "A", "select": ["id", "subject"], "bodyFormat": "text"}
    )
    assert got.query == {"$select": "id,subject"}
    assert got.prefer == {"outlook.body-content-type": "text"}
    assert bind(operations["messages.markUnread"], {"messageId": "A"}).body == {"isRead": False}


def test_a_thousand_wrong_fields_make_no_error_that_nobody_can_read() -> None:
    few = errors.InvalidInput.of([(f"/to/{at}", "must be an address") for at in range(20)])
    many = errors.InvalidInput.of([(f"/to/{at}", "must be an address") for at in range(1000)])
    assert few.message.endswith("/to/19: must be an address")
    assert many.message == f"{few.message}; and 980 more"
    assert len(many.details["problems"]) == 200


# -- normalise --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("given", "name", "address"),
    [
        ("kim@example.com", None, "kim@example.com"),
        (" Kim Akers <kim@example.com> ", "Kim Akers", "kim@example.com"),
        ('"Akers, Kim" <kim@example.com>', "Akers, Kim", "kim@example.com"),
        ("كيم <kim@example.com>", "كيم", "kim@example.com"),
        ({"address": "kim@example.com", "name": "Kim"}, "Kim", "kim@example.com"),
        ("o'brien+tag@sub.example.co.uk", None, "o'brien+tag@sub.example.co.uk"),
    ],
)
def test_a_recipient_is_written_in_several_ways(given: Any, name: str | None, address: str) -> None:
    expected = {"address": address, **({"name": name} if name else {})}
    assert recipient(given) == {"emailAddress": expected}


@pytest.mark.parametrize(
    "given",
    [
        "kim",
        "@",
        "a@",
        "a b@c",
        "a@b,c@d",
        "Kim <a@b",
        "a@b\nBcc: x@y",
        "Kim\r\nBcc: x@y <a@b>",
        "<>",
        "a@b>",
    ],
)
def test_what_is_no_recipient_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="must"):
        recipient(given)


@pytest.mark.parametrize(
    ("given", "utc"),
    [
        ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"),
        ("2026-11-24t10:00:00z", "2026-11-24T10:00:00Z"),
        ("2026-11-24T10:00:00+01:00", "2026-11-24T09:00:00Z"),
        ("2026-11-24T10:00:00.123-05:30", "2026-11-24T15:30:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_times_are_in_utc_to_the_second(given: str, utc: str) -> None:
    assert time(given) == utc


@pytest.mark.parametrize(
    "given", ["2026-11-24T10:00:00", "2026-02-30T10:00:00Z", "yesterday", "", "0001-01-01T00:00:00+23:00"]
)
def test_a_time_without_zone_or_sense_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="must"):
        time(given)


class Tree:
    """A mailbox with the folders Inbox/Projects/2026 and Top."""

    FOLDERS: ClassVar = {
        ("inbox", "Projects"): "P" * 80,
        ("P" * 80, "2026"): "Y" * 80,
        ("msgfolderroot", "Top"): "T" * 80,
    }

    def child_folder(self, parent: str, name: str) -> str | None:
        return self.FOLDERS.get((parent, name))

    def open_file(self, path: str) -> Any:
        raise AssertionError(path)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("inbox", "inbox"),
        ("Inbox", "inbox"),
        ("Sent Items", "sentitems"),
        ("AQMk" + "a/+=" * 20, "AQMk" + "a/+=" * 20),
        ("Inbox/Projects/2026", "Y" * 80),
        ("/inbox/Projects/", "P" * 80),
        ("Top", "T" * 80),
    ],
)
def test_a_folder_is_an_id_a_name_or_a_path(given: str, found: str) -> None:
    assert folder(given, Tree()) == found


@pytest.mark.parametrize("given", ["Inbox/None", "None", "/", "..", "a\nb"])
def test_a_folder_that_is_not_there_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match=r"must|names no folder"):
        folder(given, Tree())


def test_an_attachment_is_not_shown_and_has_a_type() -> None:
    made = attachment({"name": "a.pdf", "contentBytes": "c2VjcmV0LXRleHQ="}, Tree())
    assert made.size == len("secret-text")
    assert made.resource()["contentType"] == "application/pdf"
    assert "secret" not in repr(made)
    with pytest.raises(ValueError, match="base64"):
        attachment({"name": "a", "contentBytes": "not base64!"}, Tree())


# -- queries ----------------------------------------------------------------------------------------------------------
def test_filters_stand_in_the_order_that_graph_wants() -> None:
    asked = compile_query({"subject": "it's", "unread": True})
    assert asked["$filter"] == (
        "receivedDateTime ge 1900-01-01T00:00:00Z and contains(subject,'it''s') and isRead eq false"
    )
    assert asked["$orderby"] == "receivedDateTime desc"


def test_no_filter_no_query() -> None:
    assert compile_query({"folder": "inbox", "limit": 5}) == {}


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"filter": "isRead eq false"}, "isRead eq false"),
        ({"filter": "isRead eq false", "orderBy": NEWEST}, f"{query.ALWAYS} and (isRead eq false)"),
        (
            {"filter": "receivedDateTime ge 2026-01-01T00:00:00Z", "orderBy": NEWEST},
            "receivedDateTime ge 2026-01-01T00:00:00Z",
        ),
        (
            {"filter": "isRead eq false", "importance": "high", "orderBy": NEWEST},
            f"{query.ALWAYS} and (isRead eq false) and importance eq 'high'",
        ),
        (
            {"importance": "high", "unread": True, "orderBy": f"isRead, {NEWEST}"},
            f"isRead eq false and {query.ALWAYS} and importance eq 'high'",
        ),
        (
            {"filter": "subject ge 'B'", "unread": True, "orderBy": "subject"},
            "(subject ge 'B') and isRead eq false",
        ),
    ],
)
def test_what_is_sorted_by_stands_first_in_the_filter(values: dict[str, Any], wanted: str) -> None:
    assert compile_query(values)["$filter"] == wanted


def test_a_recipient_can_only_be_searched_for() -> None:
    given = {"to": recipient("kim@example.com"), "receivedAfter": "2026-01-02T10:00:00Z"}
    assert compile_query(given) == {"$search": '"to:kim@example.com AND received>=2026-01-01"'}
    with pytest.raises(errors.InvalidInput, match="/filter"):
        compile_query({"to": recipient("kim@example.com"), "filter": "isRead eq true"})


@pytest.mark.parametrize(
    ("received", "wanted"),
    [
        ({"receivedAfter": "2026-03-01T00:00:00Z"}, "received>=2026-02-28"),
        ({"receivedBefore": "2026-12-31T23:00:00Z"}, "received<=2027-01-01"),
        ({"receivedBefore": "9999-12-31T23:00:00Z"}, "received<=9999-12-31"),
    ],
)
def test_a_search_covers_the_day_in_every_time_zone(received: dict[str, Any], wanted: str) -> None:
    asked = compile_query({"to": recipient("kim@example.com"), **received})["$search"]
    assert asked == f'"to:kim@example.com AND {wanted}"'


def test_a_search_knows_a_category_by_its_name_in_any_case() -> None:
    found = {"toRecipients": [recipient("kim@example.com")], "categories": ["Red Category"]}
    assert query.is_meant({"to": recipient("kim@example.com"), "category": "red category"}, found)
    assert not query.is_meant({"to": recipient("kim@example.com"), "category": "red"}, found)
