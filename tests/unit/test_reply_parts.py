"""From Graph's replies to what a caller gets: errors, retries and pages, without any I/O."""

import random
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Any

import pytest

from outlook_connector import errors
from outlook_connector.graph.paging import Page, Place, collect, iterate
from outlook_connector.graph.retry import DECISIONS, Failure, Verdict, failure_of, wait
from outlook_connector.reply import Reply, error_of, retry_after


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
