"""What a person wrote, and what opens a mailbox, stands in no log at any level, and in no error."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Iterator

import pytest

from outlook_connector import Connector, ConnectorError, connect
from outlook_connector.redaction import Redaction
from outlook_connector.sandbox import Sandbox

KIM = "kim@contoso.example"
CANARY = "canary"
"""Stands in everything that a mail holds."""


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that any logger of the client says, with its raw arguments."""
    text, root = io.StringIO(), logging.getLogger()

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.name.startswith(
                ("uvicorn", "asyncio", "outlook_connector.sandbox")
            ):  # the server's own
                text.write(f"{self.format(record)}\n{record.args!r}\n")

    collector, before = Collector(logging.NOTSET), root.level
    root.addHandler(collector)
    root.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(collector)
    root.setLevel(before)


def work(connector: Connector) -> None:
    """Calls that carry what a person wrote, in every place of a request."""
    mail = {"to": [f"{CANARY}-name <{KIM}>"], "subject": f"{CANARY}-subject", "body": f"{CANARY}-body"}
    connector.invoke("messages.send", mail)
    connector.invoke("messages.send", {**mail, "idempotencyKey": f"{CANARY}-key"})
    connector.invoke("messages.search", {"query": f"{CANARY}-search"})
    connector.invoke("messages.list", {"subject": f"{CANARY}-filter"})
    draft = connector.invoke("drafts.create", mail)["id"]
    file = {"name": f"{CANARY}-file.bin", "contentBytes": base64.b64encode(bytes(3 << 20)).decode()}
    connector.invoke("attachments.add", {"messageId": draft, "attachment": file})


def test_nothing_of_a_mail_stands_in_a_log(outlook_sandbox: Sandbox, log: io.StringIO) -> None:
    with connect(outlook_sandbox.config()) as connector:
        work(connector)
        outlook_sandbox.fault(match="* /*", status=503, times=2)
        connector.invoke("messages.search", {"query": f"{CANARY}-search"})
    told = log.getvalue()
    assert "urllib3" in told or "HTTP/1.1" in told, "the libraries were heard"
    assert CANARY not in told
    assert "authtoken=" not in told
    assert "eyJ" not in told


def test_a_mailbox_that_is_named_stands_in_no_log(outlook_sandbox: Sandbox, log: io.StringIO) -> None:
    with connect(outlook_sandbox.config(auth="application")) as connector:
        connector.invoke("messages.list", {"limit": 1})
    assert "/users/…" in log.getvalue()
    assert "adele@contoso.example" not in log.getvalue()
    assert outlook_sandbox.client_secret not in log.getvalue()


@pytest.mark.parametrize(
    "echo",
    [
        "Authorization: Bearer {token} is not valid",
        "token {token}",
        "refresh_token={token}&x=1",
        '"client_secret": "{token}"',
        "https://outlook.office.com/api?authtoken={token}",
        "clientState={token}",
    ],
)
def test_a_server_that_quotes_a_secret_is_not_repeated(echo: str, outlook_sandbox: Sandbox) -> None:
    token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl"
    body = {"error": {"code": f"x\n{echo.format(token=token)}", "message": echo.format(token=token)}}
    outlook_sandbox.fault(match="GET /me/messages", status=400, body=json.dumps(body), times=1)
    with connect(outlook_sandbox.config()) as connector, pytest.raises(ConnectorError) as caught:
        connector.invoke("messages.list")
    told = json.dumps(caught.value.to_dict()) + str(caught.value) + repr(caught.value)
    assert token not in told
    assert "\\n" not in told, "and begins no line of a log"


def test_an_exception_of_a_library_is_told_by_its_name(log: io.StringIO) -> None:
    logger = logging.getLogger("urllib3.connection")
    logger.addFilter(Redaction())
    try:
        raise ValueError("canary in a header")
    except ValueError:
        logger.warning("Failed to parse headers (url=%s)", "https://x/y?canary=1", exc_info=True)
    assert "(ValueError)" in log.getvalue()
    assert CANARY not in log.getvalue()
