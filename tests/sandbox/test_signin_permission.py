"""A call that needs a permission which was not granted: told by name, and done once it has been, without a restart."""

from __future__ import annotations

from typing import Any

import pytest
from signin_world import World

from outlook_connector import Connector, ConnectorError, connect
from outlook_connector.errors import ConsentRequired, Forbidden, GraphError

SANDBOX = {"single_use_refresh_tokens": True}
ADELE, KIM, ADMIN = "adele@contoso.example", "kim@contoso.example", "nestor@contoso.example"
MAIL = {"to": ["a@b.example"], "subject": "Order 4711", "body": "Please confirm."}


Config = dict[str, Any]


def consent(world: World, connector: Connector, *scopes: str) -> None:
    """A person signs in and accepts these permissions, which nobody had granted before."""
    begun = connector.invoke("auth.begin", {"scopes": list(scopes)})
    connector.invoke("auth.complete", world.browse(begun["authorizationUrl"]))


@pytest.fixture
def config(world: World) -> Config:
    """A person's connection; nobody has consented to anything yet."""
    made = world.sandbox.config(refreshToken=None)
    world.sandbox.directory.grants.clear()
    return made


@pytest.fixture
def reading(world: World, config: Config) -> Connector:
    """A connection that may read mail, and nothing else."""
    connector = connect(config, token_store=world.store)
    consent(world, connector, "Mail.Read")
    return connector


def refusal(connector: Connector, name: str, given: dict[str, Any] | None = None) -> ConnectorError:
    with pytest.raises(ConnectorError) as refused:
        connector.invoke(name, given)
    return refused.value


@pytest.mark.parametrize(
    ("name", "given", "missing"),
    [
        ("messages.send", MAIL, "Mail.Send"),
        ("settings.get", {}, "MailboxSettings.Read"),
        ("messages.list", {"mailbox": KIM}, "Mail.Read.Shared"),
        ("folders.create", {"displayName": "Orders"}, "Mail.ReadWrite"),
    ],
)
def test_a_missing_permission_is_named_with_what_to_do(
    reading: Connector, world: World, name: str, given: dict[str, Any], missing: str
) -> None:
    asked, before = world.posts(), len(world.sandbox.requests)
    error = refusal(reading, name, given)
    assert isinstance(error, ConsentRequired)
    assert (error.details["missing"], error.details["status"]) == ([missing], 403)
    assert f"login --scope {missing}" in error.message
    assert "auth.begin" in error.details["advice"]
    assert (world.posts(), len(world.sandbox.requests)) == (asked, before + 1), "nothing more was asked for"


def test_a_use_that_needs_more_than_the_plainest_is_named_too(world: World, reading: Connector) -> None:
    consent(world, reading, "Mail.Send")
    error = refusal(reading, "messages.send", {**MAIL, "delivery": "tracked"})
    assert error.details["missing"] == ["Mail.ReadWrite"]
    assert "tracked" in error.message


def test_every_use_that_needs_the_missing_permission_is_named_not_the_first_alone(
    world: World, config: Config
) -> None:
    limited = {**config, "recipients": {"allow": ["*"]}}
    with connect(limited, token_store=world.store) as connector:
        consent(world, connector, "Mail.Read", "Mail.Send")
        message = connector.invoke("messages.list", {"limit": 1})["value"][0]["id"]
        refused = refusal(connector, "messages.reply", {"messageId": message, "comment": "Yes."})
    assert isinstance(refused, ConsentRequired)
    assert refused.details["missing"] == ["Mail.ReadWrite"]
    assert "moreRecipients" in str(refused) and "recipientsPolicy" in str(refused)


def test_an_iteration_names_it_as_well(reading: Connector) -> None:
    with pytest.raises(ConsentRequired, match=r"Mail\.Read\.Shared"):
        list(reading.iterate("messages.list", {"mailbox": KIM}))


def test_after_the_consent_the_same_connector_goes_on_with_old_and_new(
    world: World, reading: Connector
) -> None:
    refusal(reading, "messages.send", MAIL)
    consent(world, reading, "Mail.Send")
    assert reading.invoke("messages.send", MAIL)["status"] == "accepted"
    assert reading.invoke("messages.list", {"limit": 1})["value"]
    assert reading.invoke("auth.status")["scopes"] == ["Mail.Read", "Mail.Send"]


def test_another_worker_finds_the_consent_without_a_request_of_its_own(
    world: World, config: Config, reading: Connector
) -> None:
    other = connect(config, token_store=world.store)
    other.invoke("messages.list", {"limit": 1})
    consent(world, reading, "Mail.Send")
    asked = world.posts()
    assert other.invoke("messages.send", MAIL)["status"] == "accepted"
    assert world.posts() == asked


def test_an_administrators_consent_is_used_by_the_next_call_that_needs_it(
    world: World, config: Config, reading: Connector
) -> None:
    other = connect(config, token_store=world.store)
    other.invoke("messages.list", {"limit": 1})
    begun = reading.invoke("auth.begin", {"adminConsent": True, "scopes": ["Mail.Send"]})
    reading.invoke("auth.complete", world.browse(begun["authorizationUrl"], ADMIN))
    asked = world.posts()
    assert other.invoke("messages.send", MAIL)["status"] == "accepted"
    assert world.posts() == asked + 2, "all that is wanted, which is refused; then what was consented to"
    assert world.sandbox.entra.spent_refresh_tokens == 0


def test_a_mailbox_that_is_not_shared_is_no_matter_of_consent(world: World, reading: Connector) -> None:
    consent(world, reading, "Mail.Read.Shared")
    assert isinstance(refusal(reading, "messages.list", {"mailbox": KIM}), GraphError)


def test_a_refusal_for_another_reason_stays_what_it_is(world: World, reading: Connector) -> None:
    body = '{"error": {"code": "ErrorSendAsDenied", "message": "The user may not send as that."}}'
    world.sandbox.fault(match="POST /me/sendMail", status=403, body=body)
    assert isinstance(refusal(reading, "messages.send", MAIL), Forbidden)


def test_an_application_is_told_what_its_administrator_has_to_do(world: World) -> None:
    app = world.sandbox.directory.app
    app.application, app.required = app.application - {"Mail.Send"}, frozenset({"Mail.Send"})
    config = world.sandbox.config(auth="application", redirectUri=world.sandbox.config()["redirectUri"])
    with connect(config, token_store=world.store) as connector:
        error = refusal(connector, "messages.send", MAIL)
        assert isinstance(error, ConsentRequired)
        assert error.details["missing"] == ["Mail.Send"]
        assert "the application has not been granted" in error.message
        assert "API permissions" in error.details["advice"]
        begun = connector.invoke("auth.begin", {"adminConsent": True})
        connector.invoke("auth.complete", world.browse(begun["authorizationUrl"], ADMIN))
        assert connector.invoke("messages.send", MAIL)["status"] == "accepted"


def test_a_host_that_brings_its_token_is_told_to_bring_another(world: World, reading: Connector) -> None:
    consent(world, reading, "Mail.Read")
    token = reading._context.auth.token()
    taken_out = dict.fromkeys(("clientId", "clientSecret", "redirectUri", "refreshToken"))
    with connect(world.sandbox.config(**taken_out, auth="hostToken", accessToken=token)) as connector:
        assert connector.invoke("messages.list", {"limit": 1})["value"]
        error = refusal(connector, "messages.send", MAIL)
    assert error.details["missing"] == ["Mail.Send"]
    assert "accessToken" in error.details["advice"]


def test_an_administrators_consent_to_all_is_used_too_where_it_is_less_than_is_wanted(
    world: World, config: Config, reading: Connector
) -> None:
    begun = reading.invoke("auth.begin", {"adminConsent": True})["state"]
    user = world.sandbox.directory.user(ADELE)
    assert user is not None
    world.sandbox.directory.grant(user.id, world.sandbox.client_id, {"Mail.Send"})
    reading.invoke("auth.complete", {"admin_consent": "True", "state": begun})
    assert reading.invoke("messages.send", MAIL)["status"] == "accepted"
    assert reading.invoke("auth.status")["scopes"] == ["Mail.Read", "Mail.Send"]
