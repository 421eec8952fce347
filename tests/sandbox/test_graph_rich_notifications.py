"""Notifications with the data of what changed, opened as a receiver has to open them.

https://learn.microsoft.com/graph/change-notifications-with-resource-data
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from graph_calls import Client, Office, message
from webhook import Webhook, serving

from outlook_connector.sandbox import Sandbox

Json = dict[str, Any]
ADELE = "adele@contoso.example"
RESOURCE = "me/mailFolders('Inbox')/messages?$select=subject,body,from"


@dataclass(frozen=True)
class Keys:
    """A receiver's key and the certificate that it gives away."""

    private: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def text(self) -> str:
        return base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()


def _certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "receiver")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return builder.sign(key, hashes.SHA256())


@pytest.fixture(scope="module")
def keys() -> Keys:
    private = rsa.generate_private_key(65537, 2048)
    return Keys(private, _certificate(private))


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with serving() as running:
        yield running


def opened(content: Json, private: rsa.RSAPrivateKey) -> Json:
    """The data of a notification: the key with the private key, the signature first, then the content."""
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    key = private.decrypt(base64.b64decode(content["dataKey"]), oaep)
    data = base64.b64decode(content["data"])
    signature = hmac.new(key, data, hashlib.sha256).digest()
    assert hmac.compare_digest(signature, base64.b64decode(content["dataSignature"]))
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    padded = decryptor.update(data) + decryptor.finalize()
    plain: Json = json.loads(padded[: -padded[-1]])
    return plain


def _body(hook: Webhook, now: datetime, keys: Keys, **more: Any) -> Json:
    return {
        "changeType": "created,updated,deleted",
        "notificationUrl": f"{hook.url}/notify",
        "resource": RESOURCE,
        "expirationDateTime": (now + timedelta(minutes=60)).isoformat(),
        "includeResourceData": True,
        "encryptionCertificate": keys.text,
        "encryptionCertificateId": "receiver-1",
        **more,
    }


def test_a_receiver_opens_the_data_and_checks_who_sent_it(hook: Webhook, keys: Keys) -> None:
    with Sandbox() as sandbox:
        session = requests.Session()
        session.trust_env, session.verify = False, sandbox.ca_file
        session.headers["Authorization"] = f"Bearer {_token(sandbox, session)}"
        made = session.post(f"{sandbox.graph_url}/subscriptions", json=_body(hook, sandbox.clock.now(), keys))
        assert made.status_code == 201, made.text
        assert made.json()["includeResourceData"] is True
        sandbox.deliver(ADELE, {"subject": "Confidential ✉", "body": {"content": "Secret"}})
        assert sandbox.graph.wait_for_notifications()
        ((_, arrived),) = hook.received
        claims = _checked(sandbox, session, arrived["validationTokens"])
        (item,) = arrived["value"]
    assert claims["azp"] == "0bf30f3b-4a52-48df-9a82-234910c4a086"
    assert item["encryptedContent"]["encryptionCertificateId"] == "receiver-1"
    thumbprint = keys.certificate.fingerprint(hashes.SHA1()).hex().upper()
    assert item["encryptedContent"]["encryptionCertificateThumbprint"] == thumbprint
    data = opened(item["encryptedContent"], keys.private)
    assert data.keys() == {"subject", "body", "from"}
    assert (data["subject"], data["body"]["content"]) == ("Confidential ✉", "Secret")
    assert "Confidential" not in json.dumps(arrived)


def _token(sandbox: Sandbox, session: requests.Session) -> str:
    form = {
        "grant_type": "refresh_token",
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "refresh_token": sandbox.config()["refreshToken"],
        "scope": "https://graph.microsoft.com/.default",
    }
    answer = session.post(f"{sandbox.authority}/oauth2/v2.0/token", form).json()
    return str(answer["access_token"])


def _checked(sandbox: Sandbox, session: requests.Session, tokens: list[str]) -> Json:
    """The claims of the one token, held against what Entra publishes."""
    (token,) = tokens
    about = session.get(f"{sandbox.authority}/v2.0/.well-known/openid-configuration").json()
    published = jwt.PyJWKSet.from_dict(session.get(about["jwks_uri"]).json())
    key = published[jwt.get_unverified_header(token)["kid"]].key
    claims: Json = jwt.decode(
        token, key, algorithms=["RS256"], audience=sandbox.client_id, issuer=about["issuer"]
    )
    return claims


def _told(office: Office, hook: Webhook) -> list[Json]:
    assert office.service.wait_for_notifications()
    return hook.at("/notify")


def _subscribed(office: Office, client: Client, hook: Webhook, keys: Keys, **more: Any) -> Json:
    reply = client.post("/subscriptions", _body(hook, office.clock.now(), keys, **more))
    assert reply.status == 201, reply.body
    return dict(reply.json)


def test_what_is_gone_is_told_without_data(hook: Webhook, keys: Keys) -> None:
    office = Office()
    adele = office.person().preferring('IdType="ImmutableId"')
    _subscribed(office, adele, hook, keys)
    item = office.service.deliver(ADELE, {"subject": "Soon gone"})
    assert adele.delete(message(item)).status == 204
    told = {one["changeType"]: one for one in _told(office, hook)}
    assert "encryptedContent" in told["created"]
    assert "encryptedContent" not in told["deleted"]
    assert told["created"]["resourceData"]["id"] == item


def test_mail_read_basic_gets_no_bodies(hook: Webhook, keys: Keys) -> None:
    office = Office()
    _subscribed(office, office.person("adele", "Mail.ReadBasic"), hook, keys)
    office.service.deliver(ADELE, {"subject": "Seen"})
    (item,) = _told(office, hook)
    assert opened(item["encryptedContent"], keys.private).keys() == {"subject", "from"}


def test_a_certificate_can_be_replaced(hook: Webhook, keys: Keys) -> None:
    office = Office()
    adele = office.person()
    one = f"/subscriptions/{_subscribed(office, adele, hook, keys)['id']}"
    private = rsa.generate_private_key(65537, 2048)
    other = Keys(private, _certificate(private))
    change = {"encryptionCertificate": other.text, "encryptionCertificateId": "receiver-2"}
    assert adele.patch(one, change).json["encryptionCertificateId"] == "receiver-2"
    office.service.deliver(ADELE, {"subject": "For the new key"})
    (item,) = _told(office, hook)
    assert opened(item["encryptedContent"], private)["subject"] == "For the new key"


ELLIPTIC = ec.generate_private_key(ec.SECP256R1())
SHORT = rsa.generate_private_key(65537, 1024)


@pytest.mark.parametrize(
    "more",
    [
        {"encryptionCertificate": None},
        {"encryptionCertificateId": None},
        {"encryptionCertificate": "no certificate"},
        {"encryptionCertificate": Keys(SHORT, _certificate(SHORT)).text},
        {
            "encryptionCertificate": base64.b64encode(
                _certificate(ELLIPTIC).public_bytes(serialization.Encoding.DER)
            ).decode()
        },
        {"resource": "me/messages"},
        {"resource": "me/messages?$select=nothing"},
        {"expirationDateTime": (datetime.now(UTC) + timedelta(minutes=1500)).isoformat()},
    ],
    ids=[
        "no certificate",
        "no id",
        "junk",
        "short key",
        "elliptic key",
        "no select",
        "wrong select",
        "too long",
    ],
)
def test_what_cannot_be_sent_safely_is_refused(hook: Webhook, keys: Keys, more: Json) -> None:
    office = Office()
    body = _body(hook, office.clock.now(), keys, **more)
    assert office.person().post("/subscriptions", body).status == 400


def test_a_person_subscribes_to_no_mailbox_of_others(hook: Webhook, keys: Keys) -> None:
    office = Office()
    nestor = office.person("nestor", "Mail.Read", "Mail.Read.Shared")
    assert nestor.get("/users/kim@contoso.example/messages", top=1).status == 200
    body = _body(
        hook, office.clock.now(), keys, resource="users/kim@contoso.example/messages?$select=subject"
    )
    assert nestor.post("/subscriptions", body).code == "ErrorAccessDenied"
