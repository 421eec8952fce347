"""``python -m o365_client``: every scenario with O365."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from o365_client import more, reading, writing
from o365_client.session import Session
from running import order, run

SCENARIOS: dict[str, Callable[[Session], Awaitable[dict[str, Any]]]] = {
    "list": reading.listing,
    "page": reading.paging,
    "filter": reading.filtering,
    "search": reading.searching,
    "mime": reading.mime,
    "application": reading.application,
    "refusal": reading.refusal,
    "immutable": reading.immutable,
    "throttled": reading.throttled,
    "send": writing.sending,
    "reply": writing.replying,
    "move": writing.moving,
    "attachment": writing.attaching,
    "sendMime": writing.sending_mime,
    "batch": more.batching,
    "delta": more.changing,
    "rules": more.ruling,
    "subscriptions": more.subscribing,
}


async def main() -> None:
    session = Session(order())
    await run({name: partial(scenario, session) for name, scenario in SCENARIOS.items()})


if __name__ == "__main__":
    asyncio.run(main())
