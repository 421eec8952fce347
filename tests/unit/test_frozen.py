"""``frozen`` is ``dataclass(frozen=True)`` in all that can be seen of it, without compiling each method anew."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import pytest

from outlook_connector.frozen import changed, frozen


@frozen
class Point:
    """Where something is."""

    x: int
    y: list[int] = field(default_factory=list, compare=False)
    key: str = field(default="", repr=False)

    @cached_property
    def twice(self) -> int:
        return 2 * self.x


@frozen
class Named:
    """With words of its own."""

    name: str
    length: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", len(self.name))

    def __repr__(self) -> str:
        return "a name"

    def __hash__(self) -> int:
        return 7


@dataclass(frozen=True)
class Usual:
    """Python's own."""

    x: int
    y: list[int] = field(default_factory=list, compare=False)
    key: str = field(default="", repr=False)


@pytest.mark.parametrize("kind", [Point, Usual])
def test_a_value_is_set_once(kind: Any) -> None:
    value = kind(1)
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        value.x = 2
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'z'"):
        value.z = 3
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del value.x
    assert value == kind(1)


@pytest.mark.parametrize("kind", [Point, Usual])
def test_what_is_the_same_is_equal_and_has_one_hash_and_its_secrets_are_not_shown(kind: Any) -> None:
    assert kind(1, [2], "k") == kind(1, [3], "k")
    assert {kind(1, [2]), kind(1, [3])} == {kind(1)}
    assert kind(1) != kind(1, key="other")
    assert repr(kind(1, [2], "hidden")) == f"{kind.__name__}(x=1, y=[2])"


def test_values_of_two_kinds_differ_whatever_is_in_them() -> None:
    others: list[Any] = [Usual(1), Named("1"), (1, [], "")]
    assert all(Point(1) != other for other in others)


@pytest.mark.parametrize(
    "same", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one)), replace]
)
def test_copies_are_values_as_well(same: Callable[[Point], Point]) -> None:
    made = same(Point(1, [2], "k"))
    assert (made, made.y, made.twice) == (Point(1, key="k"), [2], 2)
    with pytest.raises(FrozenInstanceError):
        made.x = 2  # type: ignore[misc]  # what is refused


def test_the_functions_of_dataclasses_work() -> None:
    assert asdict(Point(1, [2], "k")) == {"x": 1, "y": [2], "key": "k"}
    assert replace(Point(1, [2], "k"), x=5) == Point(5, key="k")
    assert [one.name for one in fields(Point)] == ["x", "y", "key"]


def test_what_a_class_says_of_itself_is_kept() -> None:
    assert (repr(Named("Adele")), hash(Named("Adele")), Named("Adele").length) == ("a name", 7, 5)
    assert Named("Adele") == Named("Adele")
    with pytest.raises(FrozenInstanceError):
        Named("Adele").length = 3  # type: ignore[misc]  # what is refused


def test_no_class_that_a_connection_needs_is_compiled_six_times() -> None:
    program = """
import dataclasses, sys
import outlook_connector.assembly
print([f"{m}.{c.__name__}" for m, one in sys.modules.items() if m.startswith("outlook_connector")
       for c in vars(one).values() if isinstance(c, type) and c.__module__ == m
       and (made := vars(c).get("__dataclass_params__")) and made.frozen])
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told == "[]\n"


def test_a_changed_one_is_as_replace_makes_it_and_keeps_nothing_that_was_worked_out() -> None:
    point = Point(1, [2], "key")
    assert point.twice == 2
    other = changed(point, x=5)
    assert (other, other.y, other.key, other.twice) == (replace(point, x=5), [2], "key", 10)
    assert point.x == 1
    with pytest.raises(TypeError, match="no fields of Point: twice, z"):
        changed(point, z=1, twice=3)
    with pytest.raises(FrozenInstanceError):
        other.x = 7  # type: ignore[misc]  # what is tested


@pytest.mark.parametrize(
    ("given", "named", "told"),
    [
        *(((), {}, "needs a value for: x"), ((1, [], "", 4), {}, "takes 3 values, and 4 were given")),
        *(((1,), {"x": 2}, "more than one value for: x"), ((1,), {"z": 2}, "no field: z")),
        ((), {"z": 1}, "no field: z"),
    ],
)
def test_what_the_fields_do_not_fit_is_refused(
    given: tuple[Any, ...], named: dict[str, Any], told: str
) -> None:
    with pytest.raises(TypeError, match=told):
        Point(*given, **named)


def test_what_is_not_given_is_made_anew_for_each() -> None:
    assert Point(1).y is not Point(1).y
    assert Point(x=1, key="k") == Point(1, [], "k")
