"""What an attacker, a broken network or a careless caller tries."""

import base64
import gzip
import json
import os
import ssl
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
import urllib3

from outlook_connector import (
    Connector,
    ConnectorError,
    InvalidInput,
    OperationDenied,
    OutcomeUnknown,
    TransportError,
    UnexpectedResponse,
    connect,
)
from outlook_connector.graph.retry import Failure
from outlook_connector.graph.wire import failure_of
from outlook_connector.sandbox import Sandbox

KIM, ADELE = "kim@contoso.example", "adele@contoso.example"
MAIL = {"to": [KIM], "subject": "Order 4711", "body": "Please confirm.", "idempotencyKey": "k"}


@pytest.fixture
def kim(outlook_sandbox: Sandbox) -> Iterator[Connector]:
    with connect(outlook_sandbox.config(user=KIM)) as connector:
        yield connector


def arrived(sandbox: Sandbox) -> int:
    return len(sandbox.ledger["submissions"])


# -- one mail ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("inner", "failure"),
    [
        (ssl.SSLCertVerificationError("self-signed"), Failure.UNREACHED),
        (ssl.SSLError("decryption failed"), Failure.LOST),
        (ssl.SSLEOFError("eof"), Failure.LOST),
    ],
)
def test_only_an_untrusted_certificate_says_that_nothing_was_sent(
    inner: ssl.SSLError, failure: Failure
) -> None:
    reason = urllib3.exceptions.SSLError(inner)
    error = requests.exceptions.SSLError(urllib3.exceptions.MaxRetryError(None, "/", reason))  # type: ignore[arg-type]  # no pool is needed
    assert failure_of(error) is failure


def test_a_key_belongs_to_the_mailbox_and_not_to_a_name(outlook_sandbox: Sandbox, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/store.db"
    with connect(outlook_sandbox.config(tokenStore=store)) as adele:
        assert adele.invoke("messages.send", MAIL)["deduplicated"] is False
        for name in ("me", ADELE, ADELE.upper()):
            assert adele.invoke("messages.send", {**MAIL, "mailbox": name})["deduplicated"] is True
    with connect(outlook_sandbox.config(user=KIM, tokenStore=store)) as kim:
        assert kim.invoke("messages.send", MAIL)["deduplicated"] is False
    assert arrived(outlook_sandbox) == 2


def test_a_key_is_found_in_the_mailbox_where_the_store_is_lost(outlook_sandbox: Sandbox) -> None:
    answers = []
    for _ in range(2):
        with connect(outlook_sandbox.config()) as connector:
            answers.append(connector.invoke("messages.send", MAIL))
    assert [one["deduplicated"] for one in answers] == [False, True]
    assert arrived(outlook_sandbox) == 1


def test_other_bytes_are_another_mail(outlook_connector: Connector) -> None:
    def mail(content: bytes) -> dict[str, Any]:
        return {**MAIL, "attachments": [{"name": "a", "contentBytes": base64.b64encode(content).decode()}]}

    outlook_connector.invoke("messages.send", mail(b"one"))
    with pytest.raises(InvalidInput, match="/idempotencyKey"):
        outlook_connector.invoke("messages.send", mail(b"two"))


def test_a_first_try_that_was_refused_leaves_the_key_free(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_sandbox.fault(match="POST /me/messages", status=400)
    with pytest.raises(ConnectorError):
        outlook_connector.invoke("messages.send", MAIL)
    assert outlook_connector.invoke("messages.send", {**MAIL, "subject": "Mended"})["deduplicated"] is False


def test_a_draft_that_was_changed_meanwhile_is_not_sent(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_sandbox.fault(match="POST /me/messages/*/send", drop="before")
    with pytest.raises(OutcomeUnknown) as caught:
        outlook_connector.invoke("messages.send", MAIL)
    draft = caught.value.details["messageId"]
    outlook_connector.invoke("drafts.update", {"draftId": draft, "to": ["stranger@evil.example"]})
    with pytest.raises(ConnectorError, match="was changed"):
        outlook_connector.invoke("messages.send", MAIL)
    assert arrived(outlook_sandbox) == 0


@pytest.mark.parametrize("match", ["POST /me/messages/*/attachments", "POST /me/messages/*/send"])
def test_a_mail_that_is_refused_leaves_no_draft(
    match: str, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    given = {name: value for name, value in MAIL.items() if name != "idempotencyKey"}
    given["attachments"] = [{"name": "a", "contentBytes": "YQ=="}]
    outlook_sandbox.fault(match=match, status=403, times=None)
    with pytest.raises(ConnectorError, match="403"):
        outlook_connector.invoke("messages.send", {**given, "delivery": "tracked"})
    outlook_sandbox.clear_faults()
    left = outlook_connector.invoke("messages.list", {"folder": "drafts", "subject": "Order 4711"})
    assert left["value"] == []


# -- policy -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "address",
    ["x@\u212aontoso.example", "x\u0251@contoso.example", "x@evil.example"],
)
def test_letters_that_look_alike_do_not_pass_for_what_is_allowed(
    address: str, outlook_sandbox: Sandbox
) -> None:
    with (
        connect(outlook_sandbox.config(recipients={"allow": ["*@contoso.example"]})) as connector,
        pytest.raises((OperationDenied, InvalidInput)),
    ):
        connector.invoke("messages.send", {**MAIL, "to": [address]})
    assert arrived(outlook_sandbox) == 0


def test_an_international_domain_goes_in_the_form_that_is_matched(outlook_connector: Connector) -> None:
    draft = outlook_connector.invoke("drafts.create", {"to": ["kim@bücher.example"], "subject": "x"})
    assert draft["toRecipients"][0]["emailAddress"]["address"] == "kim@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "domain", ["stra\u00dfe.example", "STRA\u1e9eE.example", "\u03c3\u03b1\u03c2.example"]
)
def test_a_domain_that_stands_for_two_is_refused(domain: str, outlook_connector: Connector) -> None:
    """By IDNA 2003 ``ß`` is ``ss``, a domain that somebody else may own."""
    with pytest.raises(InvalidInput, match="xn--"):
        outlook_connector.invoke("drafts.create", {"to": [f"kim@{domain}"], "subject": "x"})


def test_reading_by_recipient_is_not_sending(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config(recipients={"allow": []})) as connector:
        connector.invoke("messages.list", {"to": KIM})
        with pytest.raises(OperationDenied):
            connector.invoke("drafts.create", {"replyTo": ["stranger@evil.example"]})


def test_a_connection_that_only_reads_can_still_sign_in(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config(readOnly=True)) as connector:
        assert connector.invoke("auth.begin")["authorizationUrl"]
        with pytest.raises(OperationDenied):
            connector.invoke("messages.send", MAIL)


# -- answers ----------------------------------------------------------------------------------------------------------
def test_a_gzip_bomb_is_left_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outlook_connector.graph.wire.LARGEST_ANSWER", 1 << 20)
    with responses.RequestsMock() as mocked:
        bomb = gzip.compress(b" " * (1 << 24))
        address = "https://graph.microsoft.com/v1.0/me"
        mocked.get(
            address, body=bomb, headers={"Content-Encoding": "gzip"}, auto_calculate_content_length=True
        )
        with (
            connect({"accessToken": "x", "tokenStore": "memory:"}) as connector,
            pytest.raises(UnexpectedResponse, match="larger than"),
        ):
            connector.invoke("profile.get")


def test_a_page_that_leads_to_itself_ends(outlook_sandbox: Sandbox, outlook_connector: Connector) -> None:
    link = outlook_sandbox.graph_url + "/me/messages?$skip=1"
    outlook_sandbox.fault(
        match="GET /me/messages",
        status=200,
        body=json.dumps({"value": [], "@odata.nextLink": link}),
        times=None,
    )
    with pytest.raises(UnexpectedResponse, match="itself"):
        outlook_connector.invoke("messages.list")
    with pytest.raises(UnexpectedResponse, match="itself"):
        list(outlook_connector.iterate("messages.list"))


def test_an_upload_that_makes_no_progress_ends(outlook_sandbox: Sandbox) -> None:
    with connect(
        outlook_sandbox.config(http={"caBundle": outlook_sandbox.ca_file, "attempts": 2})
    ) as connector:
        draft = connector.invoke("drafts.create", {"subject": "x"})
        outlook_sandbox.fault(
            match="* /_upload*", status=200, body='{"nextExpectedRanges": ["0-"]}', times=None
        )
        outlook_sandbox.fault(match="PUT *", status=200, body='{"nextExpectedRanges": ["0-"]}', times=None)
        file = {"name": "a", "contentBytes": base64.b64encode(bytes(1 << 22)).decode()}
        with pytest.raises(TransportError, match="cut off"):
            connector.invoke("attachments.add", {"messageId": draft["id"], "attachment": file})


@pytest.mark.parametrize("body", ["{}", '{"id": 5}', '{"id": ""}', "[]", ""])
@pytest.mark.parametrize("name", ["messages.send", "drafts.create"])
def test_a_draft_without_an_id_is_one_clear_error(
    name: str, body: str, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_sandbox.fault(match="POST /me/messages", status=201, body=body, times=None)
    given = {"subject": "x", "to": [KIM], "attachments": [{"name": "a", "contentBytes": "YQ=="}]}
    with pytest.raises(OutcomeUnknown, match="cannot be read"):
        outlook_connector.invoke(
            name, {**given, **({"delivery": "tracked"} if name == "messages.send" else {})}
        )


# -- input ------------------------------------------------------------------------------------------------------------
DEEP: list[Any] = []
for _ in range(5000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "given",
    [
        *("text", [1], 5, {1: 2}, {"filter": b"x"}, {"limit": {1, 2}}, {"select": DEEP}, {"orderBy": " "}),
        *({"limit": float("nan")}, {"limit": float("inf")}),
        *({"limit": "\ud800"}, {"subject": "\ud800"}, {"\ud800": 1}),
    ],
)
def test_what_is_not_json_is_invalid_input(
    given: Any, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    for run in (outlook_connector.invoke, outlook_connector.iterate):
        with pytest.raises(InvalidInput):
            run("messages.list", given)
    assert not [one for one in outlook_sandbox.requests if one.service == "graph"]


@pytest.mark.parametrize("name", [None, 5, ["messages.list"], "", "__class__", "os.system", "messages"])
def test_what_is_no_operation_is_unknown(name: Any, outlook_connector: Connector) -> None:
    with pytest.raises(ConnectorError) as caught:
        outlook_connector.invoke(name)
    assert caught.value.code == "unknownOperation"


def test_a_whole_number_may_be_written_with_a_point(outlook_connector: Connector) -> None:
    assert len(outlook_connector.invoke("messages.list", {"limit": 5.0})["value"]) == 5


# -- files ------------------------------------------------------------------------------------------------------------
def test_what_is_no_plain_file_is_refused_at_once(outlook_sandbox: Sandbox, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    began, before = (
        time.monotonic(),
        len(list(Path("/proc/self/fd").iterdir())) if Path("/proc").exists() else 0,
    )
    with connect(outlook_sandbox.config(files={"allow": [str(tmp_path)]})) as connector:
        for path in ("pipe", ".", "loop", "x" * 300, "none/below", "\0"):
            with pytest.raises((InvalidInput, OperationDenied)):
                connector.invoke("drafts.create", {"attachments": [{"path": f"{tmp_path}/{path}"}]})
        with pytest.raises((InvalidInput, OperationDenied)):
            connector.invoke("drafts.create", {"attachments": [{"path": "~nosuchuser/x"}]})
        if before:
            assert len(list(Path("/proc/self/fd").iterdir())) <= before + 4
    assert time.monotonic() - began < 5


def test_a_download_does_not_overwrite_what_is_there(outlook_sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "regions.csv").write_text("mine")
    with connect(outlook_sandbox.config(files={"allow": [str(tmp_path)]})) as connector:
        found = connector.invoke(
            "messages.list", {"subject": "Quarterly report", "hasAttachments": True, "limit": 1}
        )["value"][0]
        listed = connector.invoke("attachments.list", {"messageId": found["id"]})["value"]
        csv = next(one for one in listed if one["name"] == "regions.csv")
        given = {"messageId": found["id"], "attachmentId": csv["id"], "saveTo": str(tmp_path)}
        assert connector.invoke("attachments.download", given)["path"].endswith("regions (1).csv")
        assert (tmp_path / "regions.csv").read_text() == "mine"
        with pytest.raises(InvalidInput, match="/saveTo"):
            connector.invoke("attachments.download", {**given, "saveTo": f"{tmp_path}/regions.csv/below"})


# -- leaks ------------------------------------------------------------------------------------------------------------
def test_an_error_shows_no_frame_in_which_a_token_or_a_mail_stands(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_sandbox.fault(match="POST /me/sendMail", status=403)
    body = "canary-in-the-body"
    try:
        outlook_connector.invoke("messages.send", {"to": [KIM], "body": body})
    except ConnectorError as error:
        frames = list(traceback.walk_tb(error.__traceback__))
        seen = [
            value
            for frame, _ in frames[1:]
            for name, value in frame.f_locals.items()
            if name not in ("input", "self")
        ]
        assert body not in repr(seen)
        assert "eyJ" not in repr(seen)
        assert error.__context__ is None or error.__suppress_context__
