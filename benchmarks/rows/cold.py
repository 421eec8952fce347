"""The first call from a cold process: imports, sign-in and one list of messages."""

from ..row import Row, against
from . import Stage, processes

PROGRAMS = {"requests and msal": "cold_bare", "connector": "cold_connector"}


def run(stage: Stage) -> Row:
    samples = processes.timed(PROGRAMS, stage.place, stage.times(20, 8))
    figures = against(samples, {"requests and msal": 1.2})
    return Row(
        "cold", "first call from a cold process", "s", samples, figures, compared_with="requests and msal"
    )
