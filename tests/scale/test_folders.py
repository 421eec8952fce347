"""A tree of 1,500 folders on 3 levels, listed whole."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest

from outlook_connector import Connector, connect
from outlook_connector.sandbox import Sandbox

TOPS, MIDDLES, LEAVES = 10, 10, 14
COUNT = TOPS + TOPS * MIDDLES + TOPS * MIDDLES * LEAVES - 10
"""10 at the top, 100 below them, and 1,390 below those: one of the hundred has 4 only."""
TREE = {"recursive": True}


def made(connector: Connector, parents: list[tuple[str, int]], level: str) -> list[str]:
    """Folders in each parent, as many as stand beside it; their ids."""
    requests = [
        {
            "method": "POST",
            "path": f"/mailFolders/{parent}/childFolders",
            "body": {"displayName": f"{level} {number}"},
        }
        for parent, count in parents
        for number in range(count)
    ]
    answer = connector.invoke("graph.batch", {"requests": requests})
    assert answer["failed"] == 0
    return [one["body"]["id"] for one in answer["value"]]


@pytest.fixture(scope="module")
def forest() -> Iterator[tuple[Sandbox, Connector, set[str]]]:
    allowed = {"allow": ["*", "graph.batch"]}
    with Sandbox() as sandbox, connect(sandbox.config(operations=allowed)) as connector:
        tops = made(connector, [("msgfolderroot", TOPS)], "top")
        middles = made(connector, [(one, MIDDLES) for one in tops], "middle")
        counts = [LEAVES] * (len(middles) - 1) + [LEAVES - 10]
        leaves = made(connector, list(zip(middles, counts, strict=True)), "leaf")
        ids = {*tops, *middles, *leaves}
        assert len(ids) == COUNT == 1500
        yield sandbox, connector, ids


def requests_of(sandbox: Sandbox, earlier: int) -> int:
    return sum(one.service == "graph" for one in sandbox.requests[earlier:])


def test_the_whole_tree_is_listed_each_folder_once_and_its_parent_before_it(
    forest: tuple[Sandbox, Connector, set[str]],
) -> None:
    sandbox, connector, ids = forest
    earlier, began = len(sandbox.requests), time.monotonic()
    found = connector.invoke("folders.list", {**TREE, "limit": 5000})
    seconds, requests = time.monotonic() - began, requests_of(sandbox, earlier)
    assert found["nextCursor"] is None
    listed = [one["id"] for one in found["value"]]
    assert len(listed) == len(set(listed))
    assert ids <= set(listed)
    places = {one["path"]: at for at, one in enumerate(found["value"])}
    parents = [(one["path"].rpartition("/")[0], at) for at, one in enumerate(found["value"])]
    assert all(places[parent] < at for parent, at in parents if parent)
    assert requests <= 10, "the top, and for each level a batch for 20 parents"
    print(f"{len(listed)} folders: {requests} requests, {seconds:.1f} s")


def test_the_tree_comes_in_parts_with_a_small_cursor(forest: tuple[Sandbox, Connector, set[str]]) -> None:
    _, connector, ids = forest
    found: list[str] = []
    cursor, longest = None, 0
    while cursor is not None or not found:
        more: dict[str, Any] = {"cursor": cursor} if cursor else {}
        answer = connector.invoke("folders.list", {**TREE, "limit": 400, "pageSize": 150, **more})
        found += [one["id"] for one in answer["value"]]
        cursor = answer["nextCursor"]
        longest = max(longest, len(cursor or ""))
    assert len(found) == len(set(found))
    assert ids <= set(found)
    assert longest < 2000
    print(f"the longest cursor: {longest} letters")


def test_a_folder_that_comes_or_goes_between_two_parts_moves_no_other(
    forest: tuple[Sandbox, Connector, set[str]],
) -> None:
    _, connector, _ = forest
    first = connector.invoke("folders.list", {**TREE, "limit": 500, "pageSize": 100})
    new = connector.invoke("folders.create", {"displayName": "A new one at the beginning"})
    connector.invoke("folders.delete", {"folder": first["value"][250]["id"]})
    rest = connector.invoke("folders.list", {**TREE, "limit": 5000, "cursor": first["nextCursor"]})
    given = [one["id"] for one in (*first["value"], *rest["value"])]
    assert len(given) == len(set(given))
    assert new["id"] not in given
    whole = connector.invoke("folders.list", {**TREE, "limit": 5000})["value"]
    deleted = {one["id"] for one in whole if one["path"].startswith("Deleted Items/")}
    assert {one["id"] for one in whole} - set(given) - deleted == {new["id"]}


def test_iterate_gives_the_same_tree(forest: tuple[Sandbox, Connector, set[str]]) -> None:
    sandbox, connector, ids = forest
    earlier = len(sandbox.requests)
    found = [one["id"] for one in connector.iterate("folders.list", TREE)]
    assert len(found) == len(set(found)) >= len(ids) - 20
    assert requests_of(sandbox, earlier) <= 10


def test_a_cursor_holds_no_more_than_a_place() -> None:
    name = "x" * 255
    with Sandbox() as sandbox, connect(sandbox.config()) as connector:
        parent: dict[str, Any] = {}
        for _ in range(8):
            made_ = connector.invoke("folders.create", {"displayName": name, **parent})
            parent = {"parentFolder": made_["id"]}
        found: list[str] = []
        given: dict[str, Any] = {**TREE, "limit": 1}
        while True:
            answer = connector.invoke("folders.list", given)
            found += [one["path"] for one in answer["value"]]
            if answer["nextCursor"] is None:
                break
            assert len(answer["nextCursor"]) < 2000
            assert base64.urlsafe_b64decode(answer["nextCursor"])
            given["cursor"] = answer["nextCursor"]
    assert sum(one.startswith("x") for one in found) == 8
    assert len(found) == len(set(found))
