"""What is read off the wire: JSON within bounds, and the head of an answer as http.client reads it."""

import http.client
import io
import json
import time

import pytest

from outlook_connector.graph import head
from outlook_connector.graph.session import _IN_ONE_LINE
from outlook_connector.json_reading import DEEPEST, read_json

PLAIN = b"Content-Type: application/json\r\nRetry-After:  3 \r\nX-Empty:\r\nX-Word: caf\xe9\r\n\r\n"
ODD = (
    b"X-Folded: one\r\n two\r\nContent-Length: 5\r\n\r\n",
    b"X Odd: 1\r\nContent-Length: 5\r\n\r\n",
    b"no colon at all\r\nContent-Length: 5\r\n\r\n",
    b"Content-Length: 5\nX-Bare: line end\n\n",
)


def nested(levels: int, opening: str, closing: str) -> bytes:
    return (opening * levels + "1" + closing * levels).encode()


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_values_are_taken_up_to_the_deepest_level_and_no_deeper(opening: str, closing: str) -> None:
    each = opening.count("[") + opening.count("{")
    assert read_json(nested(DEEPEST // each, opening, closing))
    for levels in (DEEPEST + 2, 200, 300, 1_000, 5_000, 100_000):
        with pytest.raises(ValueError, match="deep"):
            read_json(nested(-(-levels // each), opening, closing))


def test_a_deep_value_is_found_beside_many_shallow_ones() -> None:
    text = b"[" + b"[1]," * 50_000 + nested(DEEPEST + 5, "[", "]") + b"]"
    with pytest.raises(ValueError, match="deep"):
        read_json(text)


@pytest.mark.parametrize(
    "text",
    [
        '"\\ud83d"',
        '{"id": 123456789012345678901234567890, "pad": "' + "x" * 300 + '"}',
        "\ufeff{}",
        "[1.5, true, null]",
    ],
)
def test_what_only_the_standard_library_reads_is_read_all_the_same(text: str) -> None:
    found = read_json(text.encode())
    assert (
        found == pytest.approx(json.loads(text.encode())) if "123" not in text else float(found["id"]) > 1e29
    )


@pytest.mark.parametrize("text", [b"", b"{", b"nothing", b'{"a": 1} x', b"\xff\xfe\xfa"])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):
        read_json(text)


def test_an_answers_head_is_read_as_by_the_standard_library() -> None:
    ours, theirs = head.fields(io.BytesIO(PLAIN)), http.client.parse_headers(io.BytesIO(PLAIN))
    assert {name.lower(): value.strip() for name, value in theirs.items()} == {
        name.lower(): value for name, value in ours.items()
    }
    assert ours["retry-after"] == "3"
    assert not ours.defects


@pytest.mark.parametrize("text", ODD)
def test_an_odd_head_is_left_to_the_standard_library(text: bytes) -> None:
    assert head.fields(io.BytesIO(text)).items() == http.client.parse_headers(io.BytesIO(text)).items()


def test_a_field_that_goes_on_in_the_next_line_is_of_one_line() -> None:
    found = head.fields(io.BytesIO(ODD[0]))
    assert head.in_one_line(found) == [("X-Folded", "one two"), ("Content-Length", "5")]


@pytest.mark.parametrize("text", [b"X: " + b"y" * 70_000 + b"\r\n\r\n", b"X: y\r\n" * 101 + b"\r\n"])
def test_a_head_without_measure_is_refused(text: bytes) -> None:
    with pytest.raises(http.client.HTTPException):
        head.fields(io.BytesIO(text))


def test_a_head_that_is_hard_to_take_apart_costs_no_time() -> None:
    spaces = b" \t" * 16_000
    line = b"X:" + spaces + b"y" + spaces
    begun = time.process_time()
    head.fields(io.BytesIO((line + b"z\r\n") * 20 + (line + b"\rz\r\n") + b"\r\n"))
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("value", ["a\r\nb", "a\n", " a", "\r"])
def test_a_header_that_would_break_its_line_is_seen(value: str) -> None:
    assert not _IN_ONE_LINE(value)


@pytest.mark.parametrize("value", ["", "a", "a b", "Bearer x.y-z", '{"a": "ü"}'])
def test_a_header_of_one_line_passes(value: str) -> None:
    assert _IN_ONE_LINE(value)
