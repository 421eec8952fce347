"""subscriptions.*: what is asked of Graph, what comes of it, and what never shows."""

import base64
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from outlook_connector import Connector, GraphError, InvalidInput, NotFound, OperationDenied, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

SECRET = "a-client-state-nobody-may-see"


def subscribed(sandbox: Sandbox, connector: Connector, **given: Any) -> dict[str, Any]:
    whole = {"changeTypes": ["created"], "notificationUrl": sandbox.notification_url, **given}
    return connector.invoke("subscriptions.create", whole)


def minutes_left(subscription: dict[str, Any]) -> float:
    ends = datetime.fromisoformat(subscription["expirationDateTime"])
    return (ends - datetime.now(UTC)) / timedelta(minutes=1)


def test_a_new_mail_in_the_folder_is_told_to_the_receiver(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    made = subscribed(outlook_sandbox, outlook_connector, folder="inbox", clientState=SECRET)
    arrived = outlook_sandbox.deliver("adele@contoso.example", {"subject": "News", "body": {"content": "x"}})
    (notice,) = outlook_sandbox.notifications
    assert (notice["subscriptionId"], notice["clientState"]) == (made["id"], SECRET)
    assert notice["resourceData"]["id"] == arrived, "the ids are immutable, as everywhere"


@pytest.mark.parametrize("folder", ["Inbox/Projects/2026", anchors.PROJECT_FOLDER])
def test_a_folder_is_named_by_its_path_or_its_id(
    outlook_sandbox: Sandbox, outlook_connector: Connector, folder: str
) -> None:
    subscribed(outlook_sandbox, outlook_connector, folder=folder)
    moved = {"messageId": anchors.NEWSLETTER, "destinationFolder": anchors.PROJECT_FOLDER}
    outlook_connector.invoke("messages.move", moved)
    assert [one["changeType"] for one in outlook_sandbox.notifications] == ["created"]


def test_a_filter_narrows_what_is_told(outlook_sandbox: Sandbox, outlook_connector: Connector) -> None:
    subscribed(outlook_sandbox, outlook_connector, filter="subject eq 'R&D 100% + #1'")
    for subject in ("Something else", "R&D 100% + #1"):
        outlook_sandbox.deliver("adele@contoso.example", {"subject": subject, "body": {"content": "x"}})
    assert len(outlook_sandbox.notifications) == 1


def test_it_is_listed_read_renewed_reauthorized_and_ended(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    made = subscribed(outlook_sandbox, outlook_connector, expiresIn=60)
    wanted = {"subscriptionId": made["id"]}
    assert [one["id"] for one in outlook_connector.iterate("subscriptions.list")] == [made["id"]]
    renewed = outlook_connector.invoke("subscriptions.renew", {**wanted, "expiresIn": 10_000})
    assert 9_990 < minutes_left(renewed) <= 10_000
    assert outlook_connector.invoke("subscriptions.reauthorize", wanted) == {}
    got = outlook_connector.invoke("subscriptions.get", wanted)
    assert got["expirationDateTime"] == renewed["expirationDateTime"]
    outlook_connector.invoke("subscriptions.delete", wanted)
    with pytest.raises(NotFound):
        outlook_connector.invoke("subscriptions.renew", {**wanted, "expiresIn": 60})
    assert outlook_connector.invoke("subscriptions.list")["value"] == []


def test_it_lives_for_nearly_a_week_unless_told_otherwise(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    assert 9_990 < minutes_left(subscribed(outlook_sandbox, outlook_connector)) <= 10_000


def test_another_mailbox_is_watched_only_where_it_may_be_named(outlook_sandbox: Sandbox) -> None:
    rules = {"mailboxes": {"allow": [anchors.ADELE]}}
    with connect(outlook_sandbox.config(auth="application", mailbox=anchors.ADELE, **rules)) as connector:
        made = subscribed(outlook_sandbox, connector)
        assert made["resource"] == "users/adele@contoso.example/messages"
        with pytest.raises(OperationDenied, match=r"mailboxes\.allow"):
            subscribed(outlook_sandbox, connector, mailbox=anchors.KIM)


@pytest.mark.parametrize("operation", ["get", "renew", "reauthorize", "delete"])
def test_what_watches_a_mailbox_that_may_not_be_named_is_not_touched(
    outlook_sandbox: Sandbox, operation: str
) -> None:
    given = {"expiresIn": 60} if operation == "renew" else {}
    application = outlook_sandbox.config(auth="application", mailbox=anchors.ADELE)
    with (
        connect(application) as everywhere,
        connect({**application, "mailboxes": {"allow": [anchors.ADELE]}}) as narrow,
    ):
        kims = subscribed(outlook_sandbox, everywhere, mailbox=anchors.KIM)["id"]
        adeles = subscribed(outlook_sandbox, everywhere)["id"]
        assert {one["id"] for one in narrow.invoke("subscriptions.list")["value"]} == {adeles}
        with pytest.raises(OperationDenied, match=r"mailboxes\.allow"):
            narrow.invoke(f"subscriptions.{operation}", {"subscriptionId": kims, **given})
        narrow.invoke(f"subscriptions.{operation}", {"subscriptionId": adeles, **given})
        assert kims in {one["id"] for one in everywhere.invoke("subscriptions.list")["value"]}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"notificationUrl": "http://flows.example.com/x"}, "/notificationUrl"),
        ({"notificationUrl": "https://user:secret@flows.example.com/x"}, "/notificationUrl"),
        ({"lifecycleNotificationUrl": "flows.example.com"}, "/lifecycleNotificationUrl"),
        ({"expiresIn": 10_081}, "/expiresIn"),
        ({"expiresIn": 0}, "/expiresIn"),
        ({"clientState": SECRET * 5}, "/clientState"),
        ({"clientState": ""}, "/clientState"),
        ({"changeTypes": []}, "/changeTypes"),
        ({"changeTypes": ["moved"]}, "/changeTypes/0"),
        ({"select": ["subject"]}, "/encryptionCertificate"),
        (
            {
                "encryptionCertificate": "AAAA",
                "encryptionCertificateId": "key-1",
                "select": ["subject"],
                "expiresIn": 1_441,
            },
            "/expiresIn",
        ),
    ],
)
def test_what_graph_would_refuse_is_refused_before_any_request(
    outlook_sandbox: Sandbox, outlook_connector: Connector, wrong: dict[str, Any], pointer: str
) -> None:
    before = len(outlook_sandbox.requests)
    with pytest.raises(InvalidInput) as refused:
        subscribed(outlook_sandbox, outlook_connector, **wrong)
    assert pointer in [one["pointer"] for one in refused.value.details["problems"]]
    assert SECRET not in str(refused.value.to_dict())
    assert len(outlook_sandbox.requests) == before


def test_the_client_state_is_in_no_answer_no_log_and_no_error(
    outlook_sandbox: Sandbox, outlook_connector: Connector, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = subscribed(outlook_sandbox, outlook_connector, clientState=SECRET)
    wanted = {"subscriptionId": made["id"]}
    answers = [
        made,
        outlook_connector.invoke("subscriptions.get", wanted),
        outlook_connector.invoke("subscriptions.list"),
        outlook_connector.invoke("subscriptions.renew", {**wanted, "expiresIn": 60}),
    ]
    with pytest.raises(GraphError) as refused:
        unheard = "https://localhost:1/nobody"
        subscribed(outlook_sandbox, outlook_connector, clientState=SECRET, notificationUrl=unheard)
    told = [str(answers), caplog.text, repr(refused.value), str(refused.value.to_dict())]
    assert not [text for text in told if SECRET in text]


def test_resource_data_comes_encrypted_for_the_certificate_and_such_a_subscription_lives_a_day(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    given = {
        "encryptionCertificate": certificate(),
        "encryptionCertificateId": "key-1",
        "select": ["subject"],
    }
    made = subscribed(outlook_sandbox, outlook_connector, folder="inbox", **given)
    assert made["includeResourceData"]
    assert made["resource"].endswith("/messages?$select=subject")
    assert 1_390 < minutes_left(made) <= 1_400
    outlook_sandbox.deliver("adele@contoso.example", {"subject": "In secret", "body": {"content": "x"}})
    (notice,) = outlook_sandbox.notifications
    assert notice["encryptedContent"]["encryptionCertificateId"] == "key-1"
    assert "In secret" not in str(notice)


def certificate() -> str:
    """A new RSA certificate (DER) in base64."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "receiver.example")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return base64.b64encode(built.public_bytes(serialization.Encoding.DER)).decode()
