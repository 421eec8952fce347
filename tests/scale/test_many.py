"""2,000 messages updated while 3 % of the parts are throttled."""

import time
from collections.abc import Iterator

import pytest

from outlook_connector import Connector, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

COUNT = 2000
REFUSED = 60
"""3 % of the parts."""


@pytest.fixture(scope="module")
def flooded() -> Iterator[tuple[Sandbox, Connector, list[str]]]:
    sender = {"emailAddress": {"address": "flood@elsewhere.example"}}
    with Sandbox() as sandbox, connect(sandbox.config()) as connector:
        for number in range(COUNT):
            sandbox.deliver(anchors.ADELE, {"subject": f"flood {number}", "from": sender})
        given = {"from": "flood@elsewhere.example", "select": ["id"], "pageSize": 1000}
        ids = [one["id"] for one in connector.iterate("messages.list", given)]
        assert len(ids) == COUNT
        yield sandbox, connector, ids


def batches(sandbox: Sandbox, earlier: int) -> int:
    return sum(one.path.endswith("/$batch") for one in sandbox.requests[earlier:])


def test_all_are_updated_and_only_what_was_refused_is_sent_again(
    flooded: tuple[Sandbox, Connector, list[str]],
) -> None:
    sandbox, connector, ids = flooded
    earlier, began = len(sandbox.requests), time.monotonic()
    for _ in range(REFUSED // 3):
        sandbox.fault(match="PATCH /me/messages/*", status=429, retry_after=0.3, times=3)
    found = connector.invoke("messages.updateMany", {"messageIds": ids, "categories": ["Flood"]})
    seconds = time.monotonic() - began
    assert (found["succeeded"], found["failed"]) == (COUNT, 0)
    assert [one["messageId"] for one in found["value"]] == ids
    assert all(one["message"]["categories"] == ["Flood"] for one in found["value"])
    assert batches(sandbox, earlier) == COUNT // 20 + REFUSED // 20
    assert seconds >= 0.3 * REFUSED // 20, "Retry-After is kept"
    print(f"{COUNT} messages, {REFUSED} refusals: {batches(sandbox, earlier)} batches, {seconds:.1f} s")


def test_refusals_spread_over_the_batches_cost_one_more_batch_each(
    flooded: tuple[Sandbox, Connector, list[str]],
) -> None:
    sandbox, connector, ids = flooded
    earlier = len(sandbox.requests)
    spread = ids[:: COUNT // REFUSED][:REFUSED]
    for one in spread:
        sandbox.fault(match=f"PATCH /me/messages/{one}", status=429, retry_after=0.05, times=1)
    found = connector.invoke("messages.updateMany", {"messageIds": ids, "importance": "low"})
    assert (found["succeeded"], found["failed"]) == (COUNT, 0)
    assert batches(sandbox, earlier) == COUNT // 20 + REFUSED
