"""``docs/clients.md`` says what the tests run, and what it cites is there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checks import CHECKS
from conftest import Run
from document import render
from foreign import CLIENTS, HERE, SCENARIOS, Foreign
from gaps import GAPS, Gap

BY_NAME = {client.name: client for client in CLIENTS}
DOCUMENT = HERE.parents[1] / "docs" / "clients.md"


def test_the_document_is_what_the_tables_say() -> None:
    told = "run: python tests/clients/document.py > docs/clients.md"
    assert DOCUMENT.read_text(encoding="utf-8") == render(), told


def test_every_scenario_has_its_check() -> None:
    assert list(CHECKS) != []
    assert set(CHECKS) == set(SCENARIOS)
    assert {gap.scenario for gap in GAPS} <= set(SCENARIOS)


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: f"{gap.client}-{gap.scenario}")
def test_a_gap_is_in_the_clients_own_source(gap: Gap, runs: Callable[[Foreign], Run]) -> None:
    client = runs(BY_NAME[gap.client]).client
    assert client.source is not None
    place = client.source / gap.file
    if gap.absent:
        sources = [file.read_text(encoding="utf-8") for file in place.rglob("*.py")]
        assert sources
        assert not [text for text in sources if gap.absent in text]
    else:
        assert place.read_text(encoding="utf-8").splitlines()[gap.number - 1].strip() == gap.line
