"""Whatever goes in and whatever Graph answers: only a ``ConnectorError`` comes out, and soon. The smaller run of
``python -m tests.faults.inputs``."""

from __future__ import annotations

from .inputs import ASKING, CASES, NAMES, run


def test_only_connector_errors_come_out_of_any_input_and_any_answer() -> None:
    rows = list(run(CASES[False]))
    assert [row.names for row in rows] == [len(NAMES), len(ASKING)]
    assert all(row.found.outcomes["ok"] for row in rows), (
        "some are let through, so that more than a refusal is tried"
    )
    assert not [told for row in rows for told in row.found.wrong]
