"""An app's credential that is replaced in place, after refusals: it is tried at once, and the old one is not again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import pytest
from entra_assertions import Certificate
from signin_world import World

from outlook_connector.auth import Auth
from outlook_connector.auth.provider import IN_VAIN
from outlook_connector.config import Config
from outlook_connector.errors import AuthError
from outlook_connector.sandbox.tenant import WORKLOAD

OTHER = "system:serviceaccount:other"


def application(world: World, **credential: object) -> Config:
    return world.config(auth="application", clientSecret=None, **credential)


def refused_often(world: World, auth: Auth) -> None:
    """Calls fail, and beyond the first few none of them asks Microsoft Entra."""
    before = world.posts()
    for _ in range(2 * IN_VAIN):
        with pytest.raises(AuthError):
            auth.token()
    assert world.posts() == before + IN_VAIN


def in_a_file(world: World, path: Path) -> tuple[Config, Callable[[], None]]:
    copyfile(world.sandbox.federated_token_file(subject=OTHER), path)
    good = world.sandbox.federated_token_file()
    return application(world, federatedTokenFile=str(path)), lambda: _put(good, path)


def certified(world: World, path: Path) -> tuple[Config, Callable[[], None]]:
    good = world.sandbox.certificate_file()
    unknown = Certificate.self_signed()
    path.write_text(unknown.key + unknown.pem)
    return application(world, certificate={"path": str(path)}), lambda: _put(good, path)


def _put(good: str, path: Path) -> None:
    copyfile(good, path)


def called(world: World, path: Path) -> tuple[Config, Callable[[], None]]:
    """A callable makes another token at each call, as many issuers do."""
    subject = [OTHER]
    config = application(world, federatedToken=lambda: world.sandbox.issuer.token(subject[0]))
    return config, lambda: subject.__setitem__(0, WORKLOAD)


@pytest.mark.parametrize("given", [in_a_file, certified, called])
def test_a_credential_replaced_in_place_is_tried_at_once(
    world: World, tmp_path: Path, given: Callable[[World, Path], tuple[Config, Callable[[], None]]]
) -> None:
    config, replace = given(world, tmp_path / "credential")
    auth = world.auth(config)
    refused_often(world, auth)
    replace()
    assert auth.token()


def test_a_replacement_that_is_refused_too_has_as_many_attempts_as_the_first(
    world: World, tmp_path: Path
) -> None:
    config, _ = in_a_file(world, tmp_path / "token")
    auth = world.auth(config)
    refused_often(world, auth)
    copyfile(world.sandbox.federated_token_file(subject=f"{OTHER}-2"), tmp_path / "token")
    refused_often(world, auth)


def test_a_callables_token_that_has_ended_is_another_than_one_that_lives(world: World) -> None:
    life = [-900.0]
    issuer = world.sandbox.issuer
    auth = world.auth(application(world, federatedToken=lambda: issuer.token(WORKLOAD, lifetime=life[0])))
    refused_often(world, auth)
    life[0] = 3600.0
    assert auth.token()
