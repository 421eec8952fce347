"""A worker that is killed at each moment of a mail's way: every task is answered by the next one, every mail is sent
once."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Any

import pytest

from outlook_connector import connect
from outlook_connector.sandbox import Sandbox

from .celery_broker import MISSING, available
from .running import MISSING as NO_REDIS
from .running import available as redis_available
from .sends import WAYS

HELD = {"delay": 600.0, "drop": "before"}
"""A request that is never answered, and does nothing."""
DRAFT, MARK, SEND = "POST /me/messages", "PATCH /me/messages/*", "POST /me/messages/*/send"
LOOK = "GET /me/messages/*"
VERSION = "/v1.0"
MOMENTS: Mapping[str, tuple[str, Mapping[str, Mapping[str, Any]]]] = {
    "before the draft": ("messages.send", {DRAFT: HELD}),
    "with a draft that has no key yet": ("messages.reply", {MARK: HELD}),
    "between draft and send": ("messages.send", {SEND: HELD}),
    "with the mail sent and not noted": ("messages.send", {SEND: {"drop": "after"}, LOOK: HELD}),
}
DEADLINE = 15
"""Seconds of an invocation: until all of them are held, and for which a killed worker's keys stay taken."""


@pytest.mark.skipif(not available(), reason=MISSING)
@pytest.mark.skipif(not redis_available(), reason=NO_REDIS)
def test_a_mail_is_sent_once_whenever_its_worker_is_killed() -> None:
    from outlook_connector.hosts.tasks import answer_of, submit

    from .celery import Mailbox
    from .celery_workers import celery_world, servers

    with servers() as (broker, store), Sandbox() as sandbox:
        config = sandbox.config(http={"caBundle": sandbox.ca_file, "deadline": DEADLINE})
        with (
            connect(sandbox.config(tokenStore="memory:")) as connector,
            celery_world(broker, store, sandbox, config, retries=10) as world,
        ):
            mailbox: Any = Mailbox(sandbox, connector)
            mails = [
                (name, WAYS[name](mailbox, number), faults)
                for number, (name, faults) in enumerate(MOMENTS.values())
            ]
            worker = world.worker("--concurrency", str(len(MOMENTS)))
            answer_of(submit(world.app, "profile.get"), 60)
            results = []
            for number, (name, given, faults) in enumerate(mails):
                for match, fault in faults.items():
                    sandbox.fault(match=match, **fault)
                asked = len(sandbox.requests)
                results.append(submit(world.app, name, given, task_id=f"mail-{number}"))
                _until_asked(sandbox, asked, list(faults)[-1])
            assert not [one.id for one in results if one.ready()]
            worker.kill(whole=True)
            worker.start()
            answers = [answer_of(one, 120) for one in results]
    assert [moment for moment, one in zip(MOMENTS, answers, strict=True) if "messageId" not in one] == []
    subjects = sorted(one["subject"].removeprefix("RE: ") for one in sandbox.ledger["submissions"])
    assert subjects == [f"Mail {number}" for number in range(len(MOMENTS))]


def _until_asked(sandbox: Sandbox, after: int, match: str) -> None:
    until = time.monotonic() + DEADLINE
    while not any(
        fnmatch(f"{one.method} {one.path.removeprefix(VERSION)}", match) for one in sandbox.requests[after:]
    ):
        assert time.monotonic() < until, f"nobody asked for {match}"
        time.sleep(0.02)
