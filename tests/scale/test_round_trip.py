"""Generated mails: sent, read in the other mailbox, as MIME, and imported again, by what docs/survival.md says."""

import base64
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
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
    """Two people of one sandbox: Adele writes, Kim reads."""

    adele: Connector
    kim: Connector


@pytest.fixture(scope="module")
def desks() -> Iterator[Desks]:
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox())
        people = [stack.enter_context(connect(sandbox.config(who))) for who in ("adele@contoso.example", KIM)]
        yield Desks(*people)


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
    if place in PLACES[:2] or letter["bodyType"] == "text":
        return files
    return sorted(files, key=lambda one: not _properties(one)["isInline"])


def journey(desks: Desks, letter: Json) -> dict[str, Json]:
    """Sends a letter; its fields in every place where it can be read."""
    desks.adele.invoke("messages.send", letter)
    sent = _newest(desks.adele, "sentitems")
    received = _newest(desks.kim, "inbox")
    mime = desks.kim.invoke("messages.getMime", {"messageId": received["id"]})["contentBytes"]
    imported = desks.kim.invoke("messages.importMime", {"contentBytes": mime})
    found = (
        of_message(sent),
        of_message(received),
        of_mime(message_from_bytes(base64.b64decode(mime), policy=default)),
        of_message(_read(desks.kim, imported["id"])),
    )
    return dict(zip(PLACES, found, strict=True))


def _newest(desk: Connector, folder: str) -> Json:
    listed = desk.invoke("messages.list", {"folder": folder, "limit": 1, "select": ["subject"]})
    return _read(desk, listed["value"][0]["id"])


def _read(desk: Connector, message_id: str) -> Json:
    asked = {"messageId": message_id, "select": _SELECT, "expand": "attachments"}
    message: Json = desk.invoke("messages.get", asked)
    return message


@settings(
    max_examples=HOW_MANY,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@example({"to": [KIM], "subject": "", "body": "", "bodyType": "text"})
@given(LETTERS)
def test_what_the_table_says_must_survive_survives(desks: Desks, letter: Json) -> None:
    places = journey(desks, letter)
    for place, found in places.items():
        wanted = expected(letter, place)
        wanted["internet message id"] = places["Sent Items"]["internet message id"]
        assert not list(differences(place, wanted, found))


def differences(place: str, wanted: Json, found: Json) -> Iterator[tuple[str, str, Any, Any]]:
    """Each field that is not in `place` what the document says: field, rule, what was given, what is there."""
    for field, *rules in FIELDS:
        rule = rules[PLACES.index(place)]
        if field in wanted and rule != NOWHERE and not RULES[rule](wanted[field], found[field]):
            yield field, rule, wanted[field], found[field]


def test_the_table_speaks_of_every_field_that_is_compared_and_of_no_other(desks: Desks) -> None:
    letter = {"to": [KIM], "subject": "All", "body": "x", "bodyType": "text"}
    known = {*expected(letter, PLACES[0]), "internet message id", "html body"} - {"bcc names"}
    assert {field for field, *_ in FIELDS} == known
    assert {rule for _, *rules in FIELDS for rule in rules} - {NOWHERE} == set(RULES)
    assert {rule for rule, _ in table("rule")} == {*RULES, NOWHERE}
