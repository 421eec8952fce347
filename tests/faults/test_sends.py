"""The small run of the sends: one mail for each key, whatever happens to the first try."""

from __future__ import annotations

from .sends import SIZES, run


def test_every_mail_arrives_once_under_its_key() -> None:
    rows = list(run(*SIZES[False]))
    assert sum(one.mails for one in rows) == 20
    assert not [str(one) for one in rows if one.wrong]
