"""The smaller runs: mail arrives while hosts that watch are killed, and whatever may go wrong does."""

from pathlib import Path
from typing import Any

import pytest

from .triggers import INBOX, SIZES, run
from .triggers_push import run as run_by_push


@pytest.mark.parametrize("given", [{}, {"folder": "inbox"}], ids=["the mailbox", "a folder"])
def test_no_mail_is_missed_and_none_has_two_ids(given: dict[str, Any], tmp_path: Path) -> None:
    outcome = run(tmp_path, given, mails=300, kills=6, losses=2, seed=7)
    assert outcome.kills == 6
    assert outcome.missed == set()
    assert outcome.doubled == 0
    assert {message for _, message in outcome.taken} == outcome.arrived, "and nothing that was there before"


@pytest.mark.parametrize("by", [0, 1], ids=["the mailbox", "a folder"])
def test_no_mail_is_missed_by_push_and_none_has_two_ids(by: int) -> None:
    plan = SIZES[False][by]
    row = run_by_push(({}, INBOX)[by], plan, seed=7)
    wanted = {"removed": plan.removals, "place": plan.places, "killed": plan.kills}
    assert {name: row.counts[name] for name in wanted} == wanted
    lost, _, sent = str(row.counts["lost"]).partition(" of ")
    assert int(lost) > int(sent) / 10, "a part of the notifications did get lost"
    assert not row.wrong, str(row)
