"""The smaller run: mail arrives while the host that watches is killed, and Graph loses its place."""

from pathlib import Path
from typing import Any

import pytest

from .triggers import run


@pytest.mark.parametrize("given", [{}, {"folder": "inbox"}], ids=["the mailbox", "a folder"])
def test_no_mail_is_missed_and_none_has_two_ids(given: dict[str, Any], tmp_path: Path) -> None:
    outcome = run(tmp_path, given, mails=300, kills=6, losses=2, seed=7)
    assert outcome.kills == 6
    assert outcome.missed == set()
    assert outcome.doubled == 0
    assert {message for _, message in outcome.taken} == outcome.arrived, "and nothing that was there before"
