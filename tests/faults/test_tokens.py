"""The small run of every scenario: what tokens must survive."""

from __future__ import annotations

import pytest

from .tokens import plan

SMALL = plan(full=False)


@pytest.mark.parametrize("name", SMALL)
def test_tokens_survive(name: str) -> None:
    found = SMALL[name]()
    assert not found.wrong, f"{found.name}: {found.figures}"
