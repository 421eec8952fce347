"""The first call from a cold process: imports, sign-in and one list of messages."""

from dataclasses import replace

from ..measures import ratio
from ..row import Row, against
from . import Stage, processes

PROGRAMS = {"requests and msal": "cold_bare", "connector": "cold_connector"}


def run(stage: Stage) -> Row:
    rounds = stage.times(20, 8)
    samples = processes.timed(PROGRAMS, stage.place, rounds)
    place = replace(stage.place, authority_file=stage.place.authority_alone)
    alone = processes.timed(PROGRAMS, place, rounds)
    share = ratio(alone["connector"], alone["requests and msal"]).middle
    return Row(
        "cold",
        "first call from a cold process",
        "s",
        {**samples, **{f"{name}, one authority": taken for name, taken in alone.items()}},
        against(samples, {"requests and msal": 1.2}),
        {
            "where one authority alone is trusted, which is read in no time": f"{share:.2f} of requests and msal"
        },
        compared_with="requests and msal",
    )
