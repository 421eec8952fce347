"""The triggers' machines by themselves: whatever the order and however often, each happening is told once."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from outlook_connector.triggers import arrivals, flags, members, versions
from outlook_connector.triggers.arrivals import OVERLAP, Arrivals
from outlook_connector.triggers.flags import Flags
from outlook_connector.triggers.members import Members
from outlook_connector.triggers.source import seconds, stamp
from outlook_connector.triggers.versions import Versions

START = 1_000_000
FAR = 10**10
Item = dict[str, Any]


def message(name: int, received: int, **more: Any) -> Item:
    return {"id": f"m{name}", "receivedDateTime": stamp(received), **more}


TIMES = st.integers(START - 2_000, START + 5_000)
ROUNDS = st.lists(st.tuples(st.lists(st.integers(0, 30), max_size=12), st.booleans()), max_size=12)


@given(received=st.lists(TIMES, min_size=31, max_size=31), rounds=ROUNDS)
def test_an_arrival_is_told_once_and_none_after_the_floor_is_left_out(
    received: list[int], rounds: list[tuple[list[int], bool]]
) -> None:
    state = Arrivals(floor=START, mark=START)
    told: set[str] = set()
    for names, settled in rounds:
        floor = state.floor
        items = [message(name, received[name]) for name in names]
        state, found = arrivals.advance(state, items, FAR)
        new = [one["id"] for one in found]
        assert len(new) == len(set(new))
        assert not told & set(new)
        assert set(new) == {f"m{name}" for name in names if received[name] >= floor} - told
        told |= set(new)
        if settled:
            state = arrivals.settle(state, 600)


@given(rounds=ROUNDS)
def test_what_is_forgotten_is_not_told_again(rounds: list[tuple[list[int], bool]]) -> None:
    """The window is of no seconds, so that all but the latest are forgotten at once."""
    state, told = Arrivals(floor=0, mark=0), []
    for names, settled in rounds:
        state, found = arrivals.advance(state, [message(name, 100 * name) for name in names], FAR)
        told += [one["id"] for one in found]
        state = arrivals.settle(state, 0) if settled else state
    assert len(told) == len(set(told))


def test_more_arrivals_than_are_remembered_are_not_told_again() -> None:
    many = [
        message(name, START + name // 3, internetMessageId=f"<{name}>") for name in range(arrivals.MOST + 500)
    ]
    state, found = arrivals.advance(Arrivals(START, START), many, FAR)
    assert len(found) == len(many)
    state = arrivals.settle(state, FAR)
    assert len(state.seen) == arrivals.KEYS
    assert arrivals.advance(state, many, FAR)[1] == []


def test_a_copy_has_not_arrived_but_what_one_sends_to_oneself_has() -> None:
    sent = message(1, START + 1, internetMessageId="<a>", parentFolderId="sent")
    here = message(2, START + 1, internetMessageId="<a>", parentFolderId="inbox")
    copy = message(3, START + 1, internetMessageId="<a>", parentFolderId="projects")
    state, found = arrivals.advance(Arrivals(START, START), [sent, here], FAR, {"sent"})
    assert here in found
    assert arrivals.advance(state, [copy], FAR, {"sent"})[1] == []


def test_a_message_from_the_future_does_not_hide_those_that_come() -> None:
    now = START + 10
    state, found = arrivals.advance(Arrivals(START, START), [message(1, START + 10**7)], now)
    state = arrivals.settle(state, OVERLAP)
    assert (len(found), state.mark) == (1, now)
    state, found = arrivals.advance(state, [message(1, START + 10**7), message(2, now + 1)], now + 2)
    assert [one["id"] for one in found] == ["m2"]


def test_drafts_and_removals_have_not_arrived() -> None:
    draft, removed = message(1, START + 1, isDraft=True), {"id": "m2", "@removed": {"reason": "deleted"}}
    assert arrivals.advance(Arrivals(START, START), [draft, removed], FAR)[1] == []


def version(name: int, number: int, *, born: int, changed: int) -> Item:
    times = {"createdDateTime": stamp(born), "lastModifiedDateTime": stamp(changed)}
    return {"id": f"m{name}", "changeKey": f"{name}/{number}", **times}


CHANGES = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.booleans()), max_size=40)


@given(changes=CHANGES)
def test_each_version_is_told_once_and_a_new_message_only_when_it_changes(
    changes: list[tuple[int, bool, bool]],
) -> None:
    """Messages 0 to 2 are older than the start, the others are made when they are first met; time goes on by 100
    seconds with each step, and what the overlap holds is read again at each."""
    state, now = Versions(mark=START), START
    log: list[Item] = []
    number: dict[int, int] = {}
    born = dict.fromkeys(range(3), START - 10 * OVERLAP)
    expected, told = [], []
    for name, settled, again in changes:
        now += 100
        is_new = name not in born
        born.setdefault(name, now)
        number[name] = number.get(name, 0) + 1
        log = [one for one in log if one["id"] != f"m{name}"]
        log.append(version(name, number[name], born=born[name], changed=now))
        if not is_new:
            expected.append(f"{name}/{number[name]}")
        shown = [one for one in log if seconds(one, "lastModifiedDateTime") >= state.mark - OVERLAP]
        state, found = versions.advance(state, shown * (2 if again else 1), FAR)
        told += [one["changeKey"] for one in found]
        state = versions.settle(state) if settled else state
    assert told == expected


@given(changes=st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=40))
def test_a_flag_is_told_when_it_is_set_and_not_while_it_stays(changes: list[tuple[int, bool]]) -> None:
    state = Flags(mark=START)
    is_set: dict[int, bool] = {}
    for name, wanted in changes:
        item = {"id": f"m{name}", "flag": {"flagStatus": "flagged" if wanted else "complete"}}
        state, found = flags.advance(state, [item, item], FAR)
        assert len(found) == (wanted and not is_set.get(name, False))
        is_set[name] = wanted
        state = flags.settle(state)


FOLDERS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["1", "2", "3"]), max_size=8)
REST = st.lists(st.tuples(FOLDERS, st.booleans(), st.booleans()), max_size=12)


def delta(before: dict[str, str], after: dict[str, str]) -> list[Item]:
    gone = [{"id": name, "@removed": {"reason": "deleted"}} for name in before if name not in after]
    return [*whole({name: one for name, one in after.items() if before.get(name) != one}), *gone]


def whole(of: dict[str, str]) -> list[Item]:
    return [{"id": name, "print": one} for name, one in of.items()]


@given(start=FOLDERS, rounds=REST)
def test_members_are_followed_through_lost_places_and_repetitions(
    start: dict[str, str], rounds: list[tuple[dict[str, str], bool, bool]]
) -> None:
    state, _ = members.advance(Members(), whole(start), print_of)
    state, missed = members.settle(state)
    assert missed == {}
    there = start
    for after, lost, twice in rounds:
        state = members.lose_place(state) if lost else state
        items = whole(after) if lost else delta(there, after)
        state, told = members.advance(state, items * (2 if twice else 1), print_of)
        state, missed = members.settle(state)
        assert {str(one["id"]) for one in told.new} == set(after) - set(there)
        changed = {name for name in set(after) & set(there) if after[name] != there[name]}
        assert {(str(one["id"]), before) for one, before in told.other} == {(n, there[n]) for n in changed}
        assert {**told.left, **missed} == {name: there[name] for name in set(there) - set(after)}
        assert state.known == after
        there = after


def print_of(item: Any) -> str:
    return str(item["print"])


def test_what_came_and_went_in_one_page_did_neither() -> None:
    removed = {"id": "a", "@removed": {"reason": "deleted"}}
    _, told = members.advance(Members(), [{"id": "a", "print": "1"}, removed], print_of)
    assert told.new == ()


def test_a_change_of_a_new_message_is_told_however_long_the_way_to_it() -> None:
    """It was made after the mark, and long before the changes that are read first."""
    born = START + 60
    state, found = versions.advance(Versions(START), [version(0, 1, born=born, changed=born)], FAR)
    assert found == []
    for page in range(1, 6):
        other = version(page, 1, born=START - 10 * OVERLAP, changed=START + 2_000 + page)
        state = versions.trim(versions.advance(state, [other], FAR)[0])
    again = version(0, 2, born=born, changed=START + 3_000)
    assert versions.advance(state, [again], FAR)[1] == [again]
