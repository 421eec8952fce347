"""Generated mails: sent, read in the other mailbox, as MIME, and imported again, by what docs/survival.md says."""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, example, given, settings

from outlook_connector import Connector, connect
from outlook_connector.normalise import Lookup, attachment, recipient
from outlook_connector.sandbox import Sandbox

from .letters import KIM, LETTERS
from .survival import NOWHERE, PLACES, RULES, of_message, of_mime, table

Json = dict[str, Any]
HOW_MANY = int(os.environ.get("OUTLOOK_ROUND_TRIPS", "100"))
FIELDS = table("field")
_SELECT = [
    *("subject", "body", "from", "toRecipients", "ccRecipients", "bccRecipients", "replyTo", "importance"),
    *("isReadReceiptRequested", "isDeliveryReceiptRequested", "categories", "internetMessageHeaders"),
    *("internetMessageId", "hasAttachments"),
]


@dataclass(frozen=True)
class Desks:
    """Two people of one sandbox: Adele writes, Kim reads and exports into a directory."""

    adele: Connector
    kim: Connector
    directory: Path


@dataclass(frozen=True)
class Arrived:
    """A letter, and its MIME in Kim's mailbox."""

    letter: Json
    mime: bytes
    message_id: str


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox())
        allowed = {"files": {"allow": [str(tmp_path)]}}
        people = ("adele@contoso.example", KIM)
        adele, kim = (stack.enter_context(connect(sandbox.config(who, **allowed))) for who in people)
        yield Desks(adele, kim, tmp_path)


def expected(letter: Json, place: str) -> Json:
    """The fields as the letter gives them; recipients in the form in which they go over the wire."""
    given_files, kind = _in_order(letter, place), letter["bodyType"]
    files = [_properties(one) for one in given_files]
    found: Json = {
        "subject": letter["subject"],
        "body kind": kind,
        f"{kind} body": letter["body"],
        "from address": "adele@contoso.example",
        "importance": letter.get("importance", "normal"),
        "read receipt": letter.get("readReceipt", False),
        "delivery receipt": letter.get("deliveryReceipt", False),
        "categories": letter.get("categories", []),
        "own headers": {name.lower(): value for name, value in letter.get("headers", {}).items()},
        "attachment names": [one["name"] for one in files],
        "attachment types": [one["contentType"] for one in files],
        "attachment bytes": [base64.b64decode(one["contentBytes"]) for one in given_files],
        "attachments inline": [one["isInline"] for one in files],
        "attachment content ids": [one.get("contentId") for one in files],
        "has attachments": any(not one["isInline"] for one in files),
    }
    for field, name in (("to", "to"), ("cc", "cc"), ("bcc", "bcc"), ("reply-to", "replyTo")):
        people = [recipient(one)["emailAddress"] for one in letter.get(name, [])]
        given_names = [one.get("name") if isinstance(one, dict) else None for one in letter.get(name, [])]
        found[f"{field} addresses"] = [one["address"] for one in people]
        found[f"{field} names"] = given_names
    return found


def _properties(file: Json) -> Json:
    # No file is named by a path, so nothing is looked up.
    return dict(attachment(file, cast("Lookup", None)).properties)


def _in_order(letter: Json, place: str) -> list[Json]:
    """The attachments, those that belong to an html body first where that is MIME, or was."""
    files: list[Json] = letter.get("attachments", [])
    if place not in ("messages.getMime", "messages.importMime") or letter["bodyType"] == "text":
        return files
    return sorted(files, key=lambda one: not _properties(one)["isInline"])


def journey(desks: Desks, letter: Json) -> tuple[Arrived, dict[str, Json]]:
    """Sends a letter; its fields in every place where it can be read at once."""
    desks.adele.invoke("messages.send", letter)
    sent = _newest(desks.adele, "sentitems")
    received = _newest(desks.kim, "inbox")
    mime = desks.kim.invoke("messages.getMime", {"messageId": received["id"]})["contentBytes"]
    imported = desks.kim.invoke("messages.importMime", {"contentBytes": mime})
    arrived = Arrived(letter, base64.b64decode(mime), received["internetMessageId"])
    found = (
        of_message(sent),
        of_message(received),
        of_mime(message_from_bytes(arrived.mime, policy=default)),
        of_message(_read(desks.kim, imported["id"])),
    )
    return arrived, dict(zip(PLACES, found, strict=False))


def _newest(desk: Connector, folder: str) -> Json:
    listed = desk.invoke("messages.list", {"folder": folder, "limit": 1, "select": ["subject"]})
    return _read(desk, listed["value"][0]["id"])


def _read(desk: Connector, message_id: str) -> Json:
    asked = {"messageId": message_id, "select": _SELECT, "expand": "attachments"}
    message: Json = desk.invoke("messages.get", asked)
    return message


def test_what_the_table_says_must_survive_survives(desks: Desks) -> None:
    before = desks.kim.invoke("messages.count", {"folder": "inbox"})["count"]
    arrived: dict[str, Arrived] = {}

    @settings(max_examples=HOW_MANY, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @example({"to": [KIM], "subject": "", "body": "", "bodyType": "text"})
    @given(LETTERS)
    def each_letter(letter: Json) -> None:
        one, places = journey(desks, letter)
        arrived[one.message_id] = one
        for place, found in places.items():
            assert not list(differences(place, one, found))

    each_letter()
    assert len(arrived) >= HOW_MANY
    assert _check_lines(desks, arrived) == _check_files(desks, arrived) == before + len(arrived)


def test_a_file_that_goes_up_in_pieces_survives_as_well(desks: Desks) -> None:
    content = base64.b64encode(bytes(range(256)) * 14_000).decode()
    files = [{"name": "фильм 🎬.mp4", "contentBytes": content}, {"name": "a.txt", "contentBytes": "aGk="}]
    letter = {
        "to": [KIM],
        "subject": "Large",
        "body": "<p>Film</p>",
        "bodyType": "html",
        "attachments": files,
    }
    desks.adele.invoke("messages.send", letter)
    received = _newest(desks.kim, "inbox")
    mime = desks.kim.invoke("messages.getMime", {"messageId": received["id"]})["contentBytes"]
    one = Arrived(letter, base64.b64decode(mime), received["internetMessageId"])
    assert not list(differences("messages.get", one, of_message(received)))
    parsed = message_from_bytes(one.mime, policy=default)
    assert not list(differences("messages.getMime", one, of_mime(parsed)))


def _check_lines(desks: Desks, arrived: Mapping[str, Arrived]) -> int:
    """Exports the inbox as lines, and holds those of the letters against the table; how many lines there are."""
    asked = {"folder": "inbox", "format": "jsonl", "attachmentContent": True}
    desks.kim.invoke("messages.export", {**asked, "saveTo": str(desks.directory / "lines")})
    with (desks.directory / "lines" / "messages.jsonl").open(encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    for line in lines:
        if one := arrived.get(line["internetMessageId"]):
            assert not list(differences("messages.export", one, of_message(line)))
    return len(lines)


def _check_files(desks: Desks, arrived: Mapping[str, Arrived]) -> int:
    """Exports the inbox as files, and compares those of the letters byte by byte; how many files there are."""
    desks.kim.invoke("messages.export", {"folder": "inbox", "saveTo": str(desks.directory / "files")})
    contents = [path.read_bytes() for path in (desks.directory / "files").glob("*.eml")]
    assert {one.mime for one in arrived.values()} <= set(contents)
    return len(contents)


def differences(place: str, one: Arrived, found: Json) -> Iterator[tuple[str, str, Any, Any]]:
    """Each field that is not in `place` what the document says: field, rule, what was given, what is there."""
    wanted = {**expected(one.letter, place), "internet message id": one.message_id}
    for field, *rules in FIELDS:
        rule = rules[PLACES.index(place)]
        if field in wanted and rule != NOWHERE and not RULES[rule](wanted[field], found[field]):
            yield field, rule, wanted[field], found[field]


def test_the_table_speaks_of_every_field_that_is_compared_and_of_no_other() -> None:
    letter = {"to": [KIM], "subject": "All", "body": "x", "bodyType": "text"}
    known = {*expected(letter, PLACES[0]), "internet message id", "html body"} - {"bcc names"}
    assert {field for field, *_ in FIELDS} == known
    assert {rule for _, *rules in FIELDS for rule in rules} - {NOWHERE} == set(RULES)
    assert {rule for rule, _ in table("rule")} == {*RULES, NOWHERE}
