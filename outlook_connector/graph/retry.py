"""Whether a failed call is sent again: a table of what failed and whether the call may be repeated. Pure.

429 is a refusal before any work. So is 503 with ``Retry-After``, with which the service asks for the repetition.
Other 5xx answers come from gateways too, and a lost answer says nothing: a call that must not be done twice has
then an unknown outcome. https://learn.microsoft.com/graph/errors, https://learn.microsoft.com/graph/throttling
"""

import random
from collections.abc import Mapping
from enum import Enum


class Failure(Enum):
    """What went wrong with one attempt."""

    REFUSED = "refused, and asked to come again"
    UNAVAILABLE = "a gateway or the service failed in passing"
    BROKEN = "the service failed"
    UNREACHED = "no connection, so nothing was sent"
    LOST = "sent, and no whole answer came"


class Verdict(Enum):
    """What to do about it; ``AGAIN`` becomes ``FAIL`` when no attempt or no time is left."""

    AGAIN = "again"
    FAIL = "fail"
    UNKNOWN = "outcome unknown"


DECISIONS: Mapping[tuple[Failure, bool], Verdict] = {
    (Failure.REFUSED, True): Verdict.AGAIN,
    (Failure.REFUSED, False): Verdict.AGAIN,
    (Failure.UNAVAILABLE, True): Verdict.AGAIN,
    (Failure.UNAVAILABLE, False): Verdict.UNKNOWN,
    (Failure.BROKEN, True): Verdict.FAIL,
    (Failure.BROKEN, False): Verdict.UNKNOWN,
    (Failure.UNREACHED, True): Verdict.AGAIN,
    (Failure.UNREACHED, False): Verdict.AGAIN,
    (Failure.LOST, True): Verdict.AGAIN,
    (Failure.LOST, False): Verdict.UNKNOWN,
}
"""(failure, repeatable) → verdict."""

FIRST_WAIT = 0.5
LONGEST_BACKOFF = 30.0


def failure_of(status: int, retry_after: float | None) -> Failure | None:
    """The failure that a status stands for; ``None`` where the answer is final."""
    if status == 429 or (status == 503 and retry_after is not None):
        return Failure.REFUSED
    if status in (502, 503, 504, 509):
        return Failure.UNAVAILABLE
    return Failure.BROKEN if status >= 500 else None


def wait(attempt: int, retry_after: float | None, dice: random.Random) -> float:
    """Seconds before attempt ``attempt + 1`` (attempts count from 1): what the service asked for and a little
    more, so that waiting callers spread out; else exponential backoff with full jitter."""
    if retry_after is not None:
        return retry_after + dice.uniform(0, 0.1 * retry_after)
    return dice.uniform(0, min(LONGEST_BACKOFF, FIRST_WAIT * 2**attempt))
