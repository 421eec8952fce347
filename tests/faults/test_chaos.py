"""The smaller run of the weathers; ``python -m tests.faults.chaos --full`` has every call in every weather."""

from __future__ import annotations

from collections import Counter

from .chaos import CALLS, cases, run
from .storm import WEATHERS


def test_every_weather_and_every_call_is_in_the_smaller_run() -> None:
    weathers = Counter(case.weather for case in cases(full=False))
    assert weathers.keys() == WEATHERS.keys()
    assert {case.call for case in cases(full=False) if case.times} == CALLS.keys()
    assert {case.call for case in cases(full=False) if not case.times} == CALLS.keys()


def test_whatever_the_weather_the_call_ends_in_time_with_the_right_outcome() -> None:
    wrong = [told for row in run(full=False) for told in row.wrong]
    assert not wrong
