"""Clients that others wrote, against the sandbox; `docs/clients.md` has the matrix."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checks import CHECKS
from conftest import Run
from foreign import CLIENTS, SCENARIOS, Foreign

Runs = Callable[[Foreign], Run]
each_client = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)


@each_client
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_client_of_others_and_the_sandbox_agree_on(scenario: str, client: Foreign, runs: Runs) -> None:
    CHECKS[scenario](runs(client))


@each_client
def test_its_tokens_are_those_of_the_sandboxs_own_sign_in(client: Foreign, runs: Runs) -> None:
    run = runs(client)
    codes = [item for item in run.requests("GET", "/oauth2/v2.0/authorize") if item["status"] == 302]
    grants = [item for item in run.requests("POST", "/oauth2/v2.0/token") if item["status"] == 200]
    assert len(codes) == 1
    assert len(grants) >= 3  # a person's, the application's, and the judge's
    graph = [item for item in run.judge.admin("requests") if item["path"].startswith("/v1.0/")]
    assert all(item["has_bearer"] for item in graph)


@each_client
def test_it_needs_nothing_that_the_sandbox_has_not(client: Foreign, runs: Runs) -> None:
    """Every answer below 500, and every refusal one that a scenario provokes."""
    arrived = runs(client).judge.admin("requests")
    refused = {(item["method"], item["status"]) for item in arrived if item["status"] >= 400}
    assert refused == {("GET", 404), ("GET", 429)}
