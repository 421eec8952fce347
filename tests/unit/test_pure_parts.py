"""Binding, reply, retry, policy, normalisation, queries and paging: the decisions, without any I/O."""

import random
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any, ClassVar

import pytest

from outlook_connector import errors
from outlook_connector.binding import bind, path
from outlook_connector.config import Rules
from outlook_connector.graph.paging import Page, Place, collect, iterate
from outlook_connector.graph.retry import DECISIONS, Failure, Verdict, failure_of, wait
from outlook_connector.manifest import load
from outlook_connector.normalise import attachment, folder, recipient, time
from outlook_connector.operations import query
from outlook_connector.operations.query import NEWEST_FIRST as NEWEST
from outlook_connector.operations.query import compile_query
from outlook_connector.permissions import least, missing
from outlook_connector.policy import Policy
from outlook_connector.reply import Reply, error_of, retry_after


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


# -- reply ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "kind", "code", "retryable"),
    [
        (400, errors.GraphError, "badRequest", False),
        (401, errors.AuthError, "tokenRefused", False),
        (403, errors.Forbidden, "forbidden", False),
        (404, errors.NotFound, "notFound", False),
        (409, errors.Conflict, "conflict", False),
        (410, errors.NotFound, "notFound", False),
        (412, errors.Conflict, "conflict", False),
        (413, errors.GraphError, "tooLarge", False),
        (418, errors.GraphError, "graphError", False),
        (429, errors.Throttled, "throttled", True),
        (500, errors.ServiceUnavailable, "serviceUnavailable", False),
        (503, errors.ServiceUnavailable, "serviceUnavailable", True),
        (504, errors.ServiceUnavailable, "serviceUnavailable", True),
    ],
)
def test_a_status_is_one_error(
    status: int, kind: type[errors.ConnectorError], code: str, retryable: bool
) -> None:
    error = error_of(Reply(status, {"request-id": "r1"}, b'{"error": {"code": "X", "message": "m"}}'))
    assert (type(error), error.code, error.retryable) == (kind, code, retryable)
    assert error.details["requestId"] == "r1"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {}}', b"[" * 100_000, b"\xff"]
)
def test_a_refusal_of_any_shape_is_still_an_error(body: bytes) -> None:
    assert isinstance(error_of(Reply(503, {}, body)), errors.ServiceUnavailable)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3", 3), ("0.5", 0.5), ("-1", 0), ("1e9", 600), ("nan", None), ("", None), ("soon", None)],
)
def test_retry_after_is_read_and_clamped(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": text}, datetime.now(UTC)) == seconds


def test_retry_after_may_be_a_date() -> None:
    now = datetime(2026, 11, 24, 10, 0, 0, tzinfo=UTC)
    assert retry_after({"retry-after": "Tue, 24 Nov 2026 10:00:07 GMT"}, now) == 7


# -- retry ------------------------------------------------------------------------------------------------------------
def test_every_failure_has_a_decision() -> None:
    assert set(DECISIONS) == {(failure, repeatable) for failure in Failure for repeatable in (True, False)}


def test_what_may_have_happened_is_never_repeated_unless_that_changes_nothing() -> None:
    may_have_happened = {Failure.UNAVAILABLE, Failure.BROKEN, Failure.LOST}
    for (failure, repeatable), verdict in DECISIONS.items():
        if not repeatable:
            assert (verdict is Verdict.UNKNOWN) == (failure in may_have_happened)


@pytest.mark.parametrize(
    ("status", "after", "failure"),
    [
        (429, None, Failure.REFUSED),
        (503, 1.0, Failure.REFUSED),
        (503, None, Failure.UNAVAILABLE),
        (504, None, Failure.UNAVAILABLE),
        (500, None, Failure.BROKEN),
        (404, None, None),
        (400, 1.0, None),
    ],
)
def test_a_status_is_a_failure_or_final(status: int, after: float | None, failure: Failure | None) -> None:
    assert failure_of(status, after) is failure


def test_a_wait_is_at_least_what_was_asked_for_and_else_bounded() -> None:
    dice = random.Random(1)
    assert all(2 <= wait(attempt, 2.0, dice) <= 2.2 for attempt in range(1, 20))
    assert all(0 <= wait(attempt, None, dice) <= 30 for attempt in range(1, 20))


# -- policy -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rules", "operation", "effect", "allowed"),
    [
        (Rules(), "messages.send", "send", True),
        (Rules(read_only=True), "messages.list", "read", True),
        (Rules(read_only=True), "messages.send", "send", False),
        (Rules(operations_allow=("messages.*",)), "messages.send", "send", True),
        (Rules(operations_allow=("messages.*",)), "folders.list", "read", False),
        (Rules(operations_allow=()), "folders.list", "read", False),
        (Rules(operations_allow=("*",), operations_deny=("*.delete",)), "messages.delete", "delete", False),
    ],
)
def test_the_policy_decides_what_may_run(rules: Rules, operation: str, effect: str, allowed: bool) -> None:
    policy = Policy(rules)
    assert policy.allows(operation, effect) is allowed
    if not allowed:
        with pytest.raises(errors.OperationDenied):
            policy.check_operation(operation, effect)


def test_recipients_and_mailboxes_are_matched_without_regard_to_case() -> None:
    policy = Policy(Rules(recipients_allow=("*@contoso.example",), mailboxes_allow=("Kim@contoso.example",)))
    policy.check_recipients(["KIM@CONTOSO.EXAMPLE"])
    policy.check_mailbox("kim@Contoso.example")
    policy.check_mailbox(None)
    for refused in ("kim@contoso.example.evil", "kim@evil", "kim@contoso.example\n"):
        with pytest.raises(errors.OperationDenied):
            policy.check_recipients([refused])
    with pytest.raises(errors.OperationDenied):
        policy.check_mailbox("adele@contoso.example")


def test_the_least_permissions_use_what_is_asked_for_anyway() -> None:
    assert least([("Mail.Read", "Mail.ReadWrite"), ("Mail.ReadWrite",)]) == ("Mail.ReadWrite",)
    assert least([("Mail.ReadBasic", "Mail.Read"), ("Mail.Send",)]) == ("Mail.ReadBasic", "Mail.Send")
    assert least([("Mail.ReadBasic", "Mail.Read"), ("Mail.Read", "Mail.ReadWrite")]) == ("Mail.Read",)
    assert missing([("Mail.Send",), ("Mail.Read", "Mail.ReadWrite")], ["https://x/mail.readwrite"]) == (
        "Mail.Send",
    )


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


# -- paging -----------------------------------------------------------------------------------------------------------
PLACE = Place("messages.list", "me", b"key")


def numbers(state: Any) -> Page:
    """Ten pages of ten numbers."""
    start = state or 0
    return Page([{"n": start + n} for n in range(10)], start + 10 if start < 90 else None)


@pytest.mark.parametrize("limit", [1, 3, 10, 25, 99, 100, 1000])
def test_a_list_in_parts_is_the_whole_list(limit: int) -> None:
    found: list[int] = []
    cursor: str | None = None
    while True:
        answer = collect(numbers, PLACE, cursor, limit)
        assert len(answer["value"]) <= limit
        found += [item["n"] for item in answer["value"]]
        cursor = answer["nextCursor"]
        if cursor is None:
            break
    assert found == list(range(100))


def test_iterating_goes_on_where_a_cursor_ends() -> None:
    cursor = collect(numbers, PLACE, None, 25)["nextCursor"]
    assert [item["n"] for item in iterate(numbers, PLACE, cursor, None)] == list(range(25, 100))


@pytest.mark.parametrize(
    ("taken", "limit", "pages"),
    [(1, None, 1), (5, None, 1), (6, None, 2), (10, 10, 1), (11, 11, 2), (100, None, 10)],
)
def test_no_page_is_asked_for_that_is_not_needed(taken: int, limit: int | None, pages: int) -> None:
    asked: list[Any] = []

    def counted(state: Any) -> Page:
        asked.append(state)
        return numbers(state)

    items = iterate(counted, PLACE, None, limit)
    assert [next(items)["n"] for _ in range(taken)] == list(range(taken))
    until = monotonic() + 1
    while len(asked) < pages and monotonic() < until:
        sleep(0.001)
    assert len(asked) == pages


FORGED = Place("messages.list", "me", b"another key").encode(
    "https://graph.microsoft.com/v1.0/users/kim/messages", 0
)


@pytest.mark.parametrize("cursor", ["x", "", "W10=", "bnVsbA==", "é", FORGED, PLACE.encode("state", 0)[:-4]])
def test_a_cursor_of_ones_own_making_is_refused(cursor: str) -> None:
    with pytest.raises(errors.InvalidInput, match="/cursor"):
        PLACE.decode(cursor)


@pytest.mark.parametrize(
    "other", [Place("messages.search", "me", b"key"), Place("messages.list", "kim", b"key")]
)
def test_a_cursor_belongs_to_its_operation_and_mailbox(other: Place) -> None:
    with pytest.raises(errors.InvalidInput, match="belongs to"):
        other.decode(PLACE.encode("state", 0))


def test_a_thousand_wrong_fields_make_no_error_that_nobody_can_read() -> None:
    few = errors.InvalidInput.of([(f"/to/{at}", "must be an address") for at in range(20)])
    many = errors.InvalidInput.of([(f"/to/{at}", "must be an address") for at in range(1000)])
    assert few.message.endswith("/to/19: must be an address")
    assert many.message == f"{few.message}; and 980 more"
    assert len(many.details["problems"]) == 200
