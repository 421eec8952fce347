"""What a Celery worker decides without a broker: its settings, what is logged, what is sent."""

from __future__ import annotations

import json
import logging
import socket
import ssl
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

pytest.importorskip("celery")

from cli_world import run

from outlook_connector import ConfigError, InvalidInput
from outlook_connector.hosts.tasks import OperationFailed, make_app, read_settings
from outlook_connector.hosts.tasks.cloudevents import cloud_event, encoded
from outlook_connector.hosts.tasks.quiet import LOGGERS
from outlook_connector.hosts.tasks.settings import chosen

CONNECTION = {"auth": "hostToken", "accessToken": "t", "tokenStore": "sqlite:/nowhere/store.sqlite3"}
GOOD: dict[str, Any] = {
    "connections": {"sales": CONNECTION},
    "schedule": {"inbox": {"trigger": "message.received", "input": {"folder": "inbox"}, "every": 5}},
}


def refused(changes: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        read_settings({**GOOD, **changes})
    return caught.value.message


def test_settings_are_read_with_their_defaults() -> None:
    settings = read_settings(GOOD, environment={})
    assert (settings.broker, settings.results, settings.queue) == ("amqp://", "rpc://", "outlook")
    watched = settings.schedule["inbox"]
    assert (watched.trigger, watched.connection, watched.every) == ("message.received", "sales", 5)


def test_settings_take_references_and_what_the_command_line_adds(tmp_path: Path) -> None:
    file = tmp_path / "worker.yaml"
    file.write_text("broker: {env: BROKER}\nconnections: {}\n")
    config = tmp_path / "sales.json"
    config.write_text(json.dumps(CONNECTION))
    settings = read_settings(
        file,
        connections={"sales": str(config)},
        environment={"BROKER": "amqps://me:secret@rabbit.example/flows"},
    )
    assert settings.broker == "amqps://me:secret@rabbit.example/flows"
    assert settings.connections == {"sales": str(config)}
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"brokr": "amqp://"}, "brokr"),
        ({"broker": "redis://localhost"}, "broker"),
        ({"connections": {"a b": CONNECTION}}, "connections"),
        ({"connections": {"sales": {"clientId": 1}}}, "Connection sales"),
        ({"connections": {"sales": "/nowhere/sales.yaml"}}, "Connection sales"),
        ({"schedule": {"a": {"trigger": "message.nope"}}}, "schedule.a.trigger is not the name"),
        ({"schedule": {"a": {"trigger": "message.received", "input": {"foldr": "x"}}}}, "schedule.a.input"),
        ({"schedule": {"a": {"trigger": "message.received", "input": {"cursor": "x"}}}}, "leave it out"),
        ({"schedule": {"a": {"trigger": "message.received", "connection": "x"}}}, "schedule.a.connection"),
        ({"schedule": {"a": {"trigger": "message.received", "every": 0}}}, "schedule.a.every"),
        ({"connections": {"sales": {**CONNECTION, "tokenStore": "memory:"}}}, "tokenStore its workers share"),
    ],
)
def test_wrong_settings_are_refused_with_their_place(changes: dict[str, Any], told: str) -> None:
    assert told in refused(changes)


def test_the_connection_that_is_meant_is_the_named_one_the_only_one_or_default() -> None:
    assert chosen({"a": 1}, None) == "a"
    assert chosen({"a": 1, "default": 2}, None) == "default"
    assert chosen({"a": 1, "b": 2}, "b") == "b"
    for known, name, code in (
        ({"a": 1, "b": 2}, None, "connectionNotNamed"),
        ({"a": 1}, "x", "unknownConnection"),
    ):
        with pytest.raises(InvalidInput) as caught:
            chosen(known, name)
        assert caught.value.code == code
    with pytest.raises(InvalidInput):
        chosen({"a": 1}, ["a"])


def test_connections_that_forget_with_their_process_what_they_wrote_are_known() -> None:
    connections = {
        "forgets": {"auth": "hostToken", "accessToken": "t"},
        "reads": {"auth": "hostToken", "accessToken": "t", "readOnly": True},
        "keeps": CONNECTION,
    }
    assert read_settings({"connections": connections}).forgetful == ("forgets",)


def test_an_event_is_a_cloud_event_with_its_own_id() -> None:
    event = {
        "id": "0f" * 16,
        "trigger": "message.received",
        "change": "created",
        "time": "2026-11-24T10:00:00Z",
        "mailbox": "kim+x@contoso.example",
        "messageId": "AAk=",
        "message": {"subject": "\ud800"},
    }
    found = cloud_event("sales", event)
    assert {name: found[name] for name in ("specversion", "id", "source", "type", "subject", "time")} == {
        "specversion": "1.0",
        "id": event["id"],
        "source": "/outlook/sales/kim%2Bx@contoso.example",
        "type": "outlook.message.received",
        "subject": "AAk=",
        "time": event["time"],
    }
    assert found["data"] == event
    assert json.loads(encoded(found)) == found


def test_a_failure_shows_neither_details_nor_input_in_its_texts() -> None:
    error = InvalidInput.of([("/to", "must be an address")])
    failed = OperationFailed.of(error)
    assert failed.args == ({"error": error.to_dict()},)
    assert repr(failed) == "OperationFailed('invalidInput')"
    assert str(failed) == f"{error.message} (invalidInput)"


CELERY_SAYS: tuple[tuple[str, int, str, Any], ...] = (
    (
        "celery.app.trace",
        logging.INFO,
        "Task %(name)s succeeded: %(return_value)s",
        {"name": "n", "return_value": "SECRET"},
    ),
    (
        "celery.worker.strategy",
        logging.INFO,
        "Task %(name)s received: %(args)s",
        {"name": "n", "args": "SECRET"},
    ),
    ("celery.pool", logging.DEBUG, "TaskPool: Apply %s (args:%s kwargs:%s)", ("f", "SECRET", "SECRET")),
    (
        "celery.worker.consumer.consumer",
        logging.ERROR,
        "Received unregistered task of type %s.\nThe full contents of the message body was:\n%s",
        ("x", "SECRET"),
    ),
    (
        "celery.worker.consumer.consumer",
        logging.ERROR,
        "Can't decode message body: %r\nbody: %s",
        ("x", "SECRET"),
    ),
)


@pytest.mark.parametrize(("name", "level", "text", "values"), CELERY_SAYS)
def test_celerys_own_logs_hold_no_input_and_no_output(
    name: str, level: int, text: str, values: Any, caplog: pytest.LogCaptureFixture
) -> None:
    make_app(read_settings(GOOD))
    assert name in LOGGERS
    with caplog.at_level(logging.DEBUG, logger=name):
        arguments = (values,) if isinstance(values, dict) else values
        logging.getLogger(name).log(level, text, *arguments, extra={"data": {"args": "SECRET"}})
    record = caplog.records[-1]
    assert record.getMessage()
    assert "SECRET" not in record.getMessage() + str(vars(record))


def _shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):  # the listener's end
        while True:
            ours, _ = listener.accept()
            with ours, suppress(OSError):
                context.wrap_socket(ours, server_side=True)


def test_the_brokers_certificate_has_to_be_for_its_name(tmp_path: Path) -> None:
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("elsewhere.example").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=_shake_hands, args=(listener, context), daemon=True).start()
        port = listener.getsockname()[1]
        app = make_app(
            read_settings({**GOOD, "broker": f"amqps://127.0.0.1:{port}//", "caBundle": str(bundle)})
        )
        with pytest.raises(ssl.SSLCertVerificationError, match=r"127\.0\.0\.1"):
            app.connection_for_write().connect()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "No connection is configured"),
        (["--connection", "sales"], "NAME=CONFIG.yaml"),
        (["--connection", "sales=/nowhere.yaml"], "Connection sales"),
        (["--connection", "a b=/nowhere.yaml"], "connections"),
        (["--settings", "/nowhere/worker.yaml"], "worker.yaml"),
        (["--connection", "sales=CONFIG", "--beat"], "needs a schedule"),
        (["--connection", "sales=CONFIG", "--broker", "http://x:y@z"], "broker"),
    ],
)
def test_the_command_refuses_what_it_cannot_work_with(
    arguments: list[str], told: str, tmp_path: Path
) -> None:
    file = tmp_path / "sales.json"
    file.write_text(json.dumps(CONNECTION))
    result = run(
        "worker", *(one.replace("CONFIG", str(file)) if "=CONFIG" in one else one for one in arguments)
    )
    assert result.code == 2
    assert told in result.err
    assert "x:y" not in result.err
