"""``messages.send`` of one mail in one call."""

from ..row import Row, against
from ..running import Turns, everybody
from . import Stage

EVERY = {"o365": 2, "office365_client": 2, "msgraph_sdk": 4}


def run(stage: Stage) -> Row:
    turns = Turns(EVERY)
    with everybody(stage.place) as workers:
        samples = turns.rounds(workers, "send", stage.times(1600, 200))
    figures = against(samples, {"bare": 0.9, "tuned": 1.2})
    return Row("sending", "`messages.send` direct", "s", samples, figures, failed=turns.failed)
