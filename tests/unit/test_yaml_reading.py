"""YAML is read as PyYAML's safe loader reads it, in bounded size and without keys that stand twice."""

import pytest
import yaml

from outlook_connector.schema import package_root
from outlook_connector.yaml_reading import read_yaml

TEXTS = (
    "", "# only a comment", "null", "a: 1", "a: 1\n...\n", "- - - 1", "a:\n  - b: c\n    d:\n",
    "- 1\n- [2, 3.5, yes, null, ~, 2026-01-01, 0x10, 'x', \"y\", .inf]", "a: &x [1]\nb: *x", "<<: {a: 1}\nb: 2",
    "!!str 1", "a: !!int '3'", "=: 1", "true: 1", "~: 1", "? \n: 1", "a: |\n  x\n  y\n", "a: \nb: ''", "a: 012",
    "a: 1_000", "a: 1:30", "k: 2026-01-01T10:00:00Z", "%YAML 1.1\n---\na: 1", "'1': a\n2: b",
)  # fmt: skip
REFUSED = (
    "a: 1\na: 2", "1: a\n'1': b", "{a: 1, \"a\": 2}", "? [1]\n: 2", "--- 1\n--- 2", "[" * 60 + "]" * 60, "a: [",
    "\ta: 1",
    "a: &a [*a]", "a: !!python/name:os.system", "[" + "1," * 100_001 + "]", "x" * (1 << 20) + "y",
    "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(
        f"{name}: &{name} [{','.join(['*' + before] * 9)}]" for before, name in zip("abcdefg", "bcdefgh", strict=True)
    ),
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_values_are_those_of_the_safe_loader(text: str) -> None:
    ours, theirs = read_yaml(text), yaml.safe_load(text)
    assert ours == theirs
    assert repr(ours) == repr(theirs)


def test_the_manifest_is_read_as_the_safe_loader_reads_it() -> None:
    text = (package_root() / "connector.yaml").read_text(encoding="utf-8")
    assert read_yaml(text) == yaml.safe_load(text)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_wrong_or_too_much_is_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        read_yaml(text)


@pytest.mark.parametrize("text", ["a: 1\nb: 2\na: 3", "a: &x 1\nb: *x\na: 3"], ids=["plain", "with an alias"])
def test_a_key_that_stands_twice_is_told_where_it_stands_again(text: str) -> None:
    with pytest.raises(yaml.YAMLError, match=r"the key 'a' stands twice\s+in .*, line 3, column 1"):
        read_yaml(text)
