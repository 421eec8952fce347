"""The smaller run of the Celery workers: mails go out once while a worker is killed."""

from __future__ import annotations

import pytest

from .celery_broker import MISSING, available
from .running import MISSING as NO_REDIS
from .running import available as redis_available


@pytest.mark.skipif(not available(), reason=MISSING)
@pytest.mark.skipif(not redis_available(), reason=NO_REDIS)
def test_every_task_is_answered_and_every_mail_goes_out_once() -> None:
    from .celery import SMALL, run

    outcome = run(SMALL)
    assert outcome.told.killed == 1
    assert sum(row.operations for row in outcome.rows) == SMALL.operations
    assert not outcome.wrong
