"""Subscriptions: handshake, notifications, lifecycle events, expiry."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from graph_calls import Client, Office, Reply, mail, message
from webhook import Webhook, serving

from outlook_connector.sandbox.seed import anchors

ADELE = "adele@contoso.example"
INBOX = "me/mailFolders('Inbox')/messages"
Json = dict[str, Any]


@pytest.fixture
def adele(office: Office) -> Client:
    return office.person().preferring('IdType="ImmutableId"')


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with serving() as running:
        yield running


def _body(office: Office, hook: Webhook, minutes: float = 60, **more: Any) -> Json:
    expires = (office.clock.now() + timedelta(minutes=minutes)).isoformat()
    return {
        "changeType": "created,updated,deleted",
        "notificationUrl": f"{hook.url}/notify",
        "lifecycleNotificationUrl": f"{hook.url}/lifecycle",
        "resource": INBOX,
        "expirationDateTime": expires,
        "clientState": "a secret",
        **more,
    }


def _subscribe(office: Office, client: Client, hook: Webhook, **more: Any) -> Json:
    reply = client.post("/subscriptions", _body(office, hook, **more))
    assert reply.status == 201, reply.body
    return dict(reply.json)


def _told(office: Office, hook: Webhook, path: str = "/notify") -> list[Json]:
    assert office.service.wait_for_notifications()
    return hook.at(path)


def test_a_subscription_begins_with_a_handshake_at_both_addresses(
    office: Office, adele: Client, hook: Webhook
) -> None:
    made = _subscribe(office, adele, hook)
    assert hook.handshakes == 2
    assert (made["resource"], made["clientState"]) == (INBOX, "a secret")
    assert adele.get(f"/subscriptions/{made['id']}").json["id"] == made["id"]
    assert [row["id"] for row in adele.get("/subscriptions").value] == [made["id"]]


@pytest.mark.parametrize(
    ("handshake", "word"),
    [
        ((500, "text/plain", "{token}"), "200 OK"),
        ((200, "text/plain", "something else"), "exactly match"),
        ((200, "application/json", "{token}"), "exactly match"),
    ],
)
def test_a_receiver_that_fails_the_handshake_is_refused(
    office: Office, adele: Client, hook: Webhook, handshake: tuple[int, str, str], word: str
) -> None:
    hook.handshake = handshake
    reply = adele.post("/subscriptions", _body(office, hook))
    assert (reply.status, reply.code) == (400, "ValidationError")
    assert word in reply.json["error"]["message"]
    assert adele.get("/subscriptions").value == []


def test_a_receiver_that_takes_too_long_is_refused(office: Office, adele: Client, hook: Webhook) -> None:
    office.service.switches.handshake_seconds, hook.pause = 0.1, 0.5
    assert "timed out" in adele.post("/subscriptions", _body(office, hook)).json["error"]["message"]


def test_what_comes_changes_and_goes_is_told(office: Office, adele: Client, hook: Webhook) -> None:
    made = _subscribe(office, adele, hook)
    office.person("kim").post("/me/sendMail", {"message": mail("News", ADELE)})
    adele.patch(message(anchors.QUARTERLY_REPORT), {"isRead": True})
    adele.post(message(anchors.NEWSLETTER, "/move"), {"destinationId": "archive"})
    told = {item["changeType"]: item for item in _told(office, hook)}
    assert {kind: item["resourceData"]["id"] for kind, item in told.items()} == {
        "created": adele.newest()["id"],
        "updated": anchors.QUARTERLY_REPORT,
        "deleted": anchors.NEWSLETTER,
    }
    one = told["created"]
    assert (one["subscriptionId"], one["clientState"]) == (made["id"], "a secret")
    assert one["tenantId"] == office.directory.tenant_id
    assert one["resource"].startswith("Users/")
    assert one["resourceData"]["@odata.type"] == "#Microsoft.Graph.Message"


def test_only_what_was_asked_for_is_told(office: Office, adele: Client, hook: Webhook) -> None:
    _subscribe(office, adele, hook, changeType="created")
    _subscribe(office, adele, hook, resource="/me/mailFolders/archive/messages", changeType="created")
    adele.patch(message(anchors.QUARTERLY_REPORT), {"isRead": True})
    office.person("kim").post("/me/sendMail", {"message": mail("For Nestor", "nestor@contoso.example")})
    assert _told(office, hook) == []
    adele.post(message(anchors.NEWSLETTER, "/move"), {"destinationId": "archive"})
    assert [item["changeType"] for item in _told(office, hook)] == ["created"]


def test_what_happened_before_is_not_told(office: Office, adele: Client, hook: Webhook) -> None:
    first = _subscribe(office, adele, hook)["id"]
    adele.delete(f"/subscriptions/{first}")
    office.service.deliver(ADELE, {"subject": "In between"})
    _subscribe(office, adele, hook)
    office.service.deliver(ADELE, {"subject": "After"})
    assert len(_told(office, hook)) == 1


def test_a_filter_narrows_what_is_told(office: Office, adele: Client, hook: Webhook) -> None:
    _subscribe(office, adele, hook, resource=f"{INBOX}?$filter=importance eq 'high'")
    office.service.deliver(ADELE, {"subject": "Calm"})
    office.service.deliver(ADELE, {"subject": "Urgent", "importance": "high"})
    assert len(_told(office, hook)) == 1


def test_a_notification_that_was_not_taken_comes_again(office: Office, adele: Client, hook: Webhook) -> None:
    _subscribe(office, adele, hook)
    hook.statuses = [503]
    office.service.deliver(ADELE, {"subject": "Again"})
    told = _told(office, hook)
    assert len(told) == 2
    assert told[0] == told[1]


def test_notifications_can_be_lost_and_doubled(office: Office, adele: Client, hook: Webhook) -> None:
    made = _subscribe(office, adele, hook)
    office.service.switches.lose_notifications = 1
    office.service.deliver(ADELE, {"subject": "Lost"})
    assert _told(office, hook) == []
    (event,) = _told(office, hook, "/lifecycle")
    assert (event["lifecycleEvent"], event["subscriptionId"]) == ("missed", made["id"])
    office.service.switches.double_notifications = 1
    office.service.deliver(ADELE, {"subject": "Twice"})
    assert len(_told(office, hook)) == 2


@pytest.mark.parametrize("event", ["reauthorizationRequired", "missed", "subscriptionRemoved"])
def test_lifecycle_events_are_sent_when_ordered(
    office: Office, adele: Client, hook: Webhook, event: str
) -> None:
    made = _subscribe(office, adele, hook)
    assert office.service.lifecycle(event) == 1
    assert [item["lifecycleEvent"] for item in _told(office, hook, "/lifecycle")] == [event]
    left = 404 if event == "subscriptionRemoved" else 200
    assert adele.get(f"/subscriptions/{made['id']}").status == left


def test_a_subscription_is_renewed_reauthorized_and_expires(
    office: Office, adele: Client, hook: Webhook
) -> None:
    one = f"/subscriptions/{_subscribe(office, adele, hook, minutes=10)['id']}"
    later = (office.clock.now() + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%S.1234567Z")
    assert adele.patch(one, {"expirationDateTime": later}).json["expirationDateTime"] == f"{later[:19]}Z"
    assert adele.post(f"{one}/reauthorize").status == 204
    office.clock.advance(1900)
    assert adele.get(one).code == "ResourceNotFound"
    office.service.deliver(ADELE, {"subject": "Too late"})
    assert _told(office, hook) == []


def test_another_address_is_asked_first(office: Office, adele: Client, hook: Webhook) -> None:
    one = f"/subscriptions/{_subscribe(office, adele, hook)['id']}"
    assert adele.patch(one, {"notificationUrl": f"{hook.url}/other"}).status == 200
    assert hook.handshakes == 3
    office.service.deliver(ADELE, {"subject": "Elsewhere"})
    assert len(_told(office, hook, "/other")) == 1


def _post(office: Office, client: Client, hook: Webhook, **more: Any) -> Reply:
    return client.post("/subscriptions", _body(office, hook, **more))


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"changeType": "renamed"}, 400),
        ({"minutes": 10_081}, 400),
        ({"minutes": -1}, 400),
        ({"clientState": "x" * 129}, 400),
        ({"notificationUrl": "http://127.0.0.1:1/"}, 400),
        ({"notificationUrl": "https://example.org/"}, 400),
        ({"notificationUrl": "https://127.0.0.1:1/"}, 400),
        ({"resource": "me/events"}, 400),
        ({"resource": "me/mailFolders/nowhere/messages"}, 404),
        ({"resource": "users/kim@contoso.example/messages"}, 403),
        ({"resource": None}, 400),
    ],
)
def test_what_cannot_be_subscribed_to_is_refused(
    office: Office, adele: Client, hook: Webhook, more: Json, status: int
) -> None:
    assert _post(office, adele, hook, **more).status == status


def test_an_app_subscribes_for_any_mailbox_and_sees_its_own_alone(
    office: Office, adele: Client, hook: Webhook
) -> None:
    app = office.person(None, "Mail.Read")
    made = _subscribe(office, app, hook, resource="users/kim@contoso.example/messages")
    assert adele.get(f"/subscriptions/{made['id']}").status == 404
    assert len(app.get("/subscriptions").value) == 1
    assert _post(office, app, hook).status == 400
    office.service.deliver("kim@contoso.example", {"subject": "For Kim"})
    assert len(_told(office, hook)) == 1


def test_a_reset_forgets_subscriptions(office: Office, adele: Client, hook: Webhook) -> None:
    _subscribe(office, adele, hook)
    office.service.reset()
    assert adele.get("/subscriptions").value == []
