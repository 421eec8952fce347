"""``messages.list`` of 10 messages."""

from ..row import Row, against
from ..running import Turns, everybody
from . import Stage

EVERY = {"o365": 4, "office365_client": 3, "msgraph_sdk": 25}
"""The slow ones have a turn in every so many rounds."""


def run(stage: Stage) -> Row:
    turns = Turns(EVERY)
    with everybody(stage.place) as workers:
        samples = turns.rounds(workers, "list", stage.times(1600, 200))
    figures = against(samples, {"bare": 0.8, "tuned": 1.15})
    return Row("listing", "`messages.list` of 10", "s", samples, figures, failed=turns.failed)
