"""The small run: one mailbox's limits under two workers."""

from __future__ import annotations

import pytest

from .limits import plan

SMALL = plan(full=False)


@pytest.mark.parametrize("name", SMALL)
def test_a_mailbox_is_never_asked_too_much_and_nobody_starves(name: str) -> None:
    found = SMALL[name]()
    assert not found.wrong, f"{found.name}: {found.figures}"
