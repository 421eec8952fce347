"""An account moves between stores, sealed; consent is added to; what an administrator has to open is told."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from signin_world import World

from outlook_connector.errors import AuthError, InvalidInput, SignInRequired
from outlook_connector.store import MemoryStore

PASSPHRASE = "a passphrase of the operator"


SANDBOX = {"single_use_refresh_tokens": True}


def test_an_account_moves_to_another_store_and_goes_on_there(world: World) -> None:
    old = world.nobody()
    world.sign_in(old)
    exported = json.loads(json.dumps(old.export_account(PASSPHRASE)))
    new = world.nobody(store=MemoryStore(world.clock.time))
    assert new.import_account(exported, PASSPHRASE)["username"] == "adele@contoso.example"
    old.sign_out()
    assert world.me(new.refresh() and new.token()).status_code == 200
    assert world.sandbox.entra.spent_refresh_tokens == 0


def test_an_export_shows_nothing_without_its_passphrase(world: World) -> None:
    auth = world.nobody()
    world.sign_in(auth)
    exported = auth.export_account(PASSPHRASE)
    assert auth.token() not in json.dumps(exported)
    assert world.handed[-1]["refreshToken"] not in json.dumps(exported)
    with pytest.raises(InvalidInput, match="passphrase"):
        world.nobody().import_account(exported, "another passphrase")
    with pytest.raises(InvalidInput, match="12 characters"):
        auth.export_account("short")


@pytest.mark.parametrize("broken", [{}, {"salt": "=", "sealed": "x"}, {"salt": 5, "sealed": 7}])
def test_what_is_no_export_is_refused(world: World, broken: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match="export"):
        world.nobody().import_account(broken, PASSPHRASE)


def test_another_applications_account_is_refused(world: World) -> None:
    auth = world.nobody()
    world.sign_in(auth)
    other = world.auth(world.config(refreshToken=None, clientId="another-app"))
    with pytest.raises(InvalidInput, match="another application"):
        other.import_account(auth.export_account(PASSPHRASE), PASSPHRASE)


def test_nobodys_account_cannot_be_exported(world: World) -> None:
    with pytest.raises(SignInRequired):
        world.nobody().export_account(PASSPHRASE)


def test_scopes_asked_for_later_add_to_those_that_were_granted(world: World) -> None:
    auth = world.nobody()
    begun = auth.begin(scopes=["Mail.Read"])
    auth.complete(world.browse(begun["authorizationUrl"]))
    url = auth.begin(scopes=["Mail.Send"])["authorizationUrl"]
    asked = parse_qs(urlsplit(url).query)["scope"][0].split()
    assert {"Mail.Read", "Mail.Send"} <= set(asked)
    assert {"Mail.Read", "Mail.Send"} <= set(auth.complete(world.browse(url))["scopes"])


def test_status_tells_where_an_administrator_consents(world: World) -> None:
    url = world.nobody().status()["adminConsentUrl"]
    assert urlsplit(url).path.endswith("/v2.0/adminconsent")
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert query["client_id"] == world.sandbox.client_id
    assert query["scope"].endswith("/.default")


def test_another_persons_account_is_not_put_in_the_place_of_ones_own(world: World) -> None:
    kim = world.nobody(store=MemoryStore(world.clock.time))
    world.sign_in(kim, "kim@contoso.example")
    auth = world.nobody()
    world.sign_in(auth)
    with pytest.raises(AuthError) as refused:
        auth.import_account(kim.export_account(PASSPHRASE), PASSPHRASE)
    assert refused.value.code == "otherPerson"
    assert auth.status()["username"] == "adele@contoso.example"
