"""No pattern takes long on a text that was made to take long: those of the modules, and those of the schemas."""

from __future__ import annotations

import ast
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from outlook_connector.config import Rules
from outlook_connector.errors import OperationDenied
from outlook_connector.graph.challenge import claims_of
from outlook_connector.json_reading import read_json
from outlook_connector.policy import Policy
from outlook_connector.redaction import redacted
from outlook_connector.yaml_reading import read_yaml

ROOT = Path(__file__).resolve().parents[2]
LENGTH = 8000
"""Characters: on those a pattern whose time grows with the square takes some tenths of a second."""
LIMIT = 0.1
"""Seconds."""
USUAL = 'a0 .-@"\\'


METHODS = ("search", "match", "fullmatch", "findall", "finditer", "sub", "split")
OF_THE_OPERATOR = ("auth/certificates.py",)
"""What reads a file of the connection's own operator, and nothing that anybody else wrote."""


def in_modules() -> Iterator[tuple[str, bytes | str, str]]:
    """Every pattern that is given to ``re``, by where it stands, with each method that it is used by there; the
    sandbox's are no part of the connector."""
    package = ROOT / "outlook_connector"
    for file in sorted(package.rglob("*.py")):
        where = file.relative_to(package).as_posix()
        if not where.startswith("sandbox/") and where not in OF_THE_OPERATOR:
            yield from _patterns(where, file.read_text(encoding="utf-8"))


def _patterns(where: str, source: str) -> Iterator[tuple[str, bytes | str, str]]:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        name, call = (
            ("", node) if isinstance(node, ast.Call) else (_target(node), getattr(node, "value", None))
        )
        if not (isinstance(call, ast.Call) and ast.unparse(call.func).startswith("re.") and call.args):
            continue
        method, first = ast.unparse(call.func).removeprefix("re."), call.args[0]
        if not isinstance(first, ast.Constant) or (method == "compile") != bool(name):
            continue
        used = [one for one in METHODS if f"{name}.{one}(" in source] if name else [method]
        for one in used or ["fullmatch"]:
            yield f"{where}:{call.lineno}", first.value, one  # type: ignore[misc]  # a pattern is a text


def _target(node: ast.AST) -> str:
    first = node.targets[0] if isinstance(node, ast.Assign) else None
    return first.id if isinstance(first, ast.Name) else ""


def in_schemas() -> Iterator[tuple[str, str, int]]:
    """Every ``pattern`` of a schema, with the length that stands beside it."""
    found: dict[tuple[str, int], str] = {}
    for file in sorted((ROOT / "schemas").rglob("*.json")):
        for node in _nodes(json.loads(file.read_text(encoding="utf-8"))):
            if isinstance(node.get("pattern"), str):
                key = node["pattern"], min(int(node.get("maxLength", LENGTH)), LENGTH)
                found.setdefault(key, str(file.relative_to(ROOT)))
    yield from ((where, pattern, length) for (pattern, length), where in found.items())


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nodes(inner)


def texts(pattern: str, length: int = LENGTH) -> Iterator[str]:
    """What it may stumble over: one or two of its own signs and words again and again, and then something else."""
    signs = list(dict.fromkeys(re.sub(r"\\[a-zA-Z]", "", pattern) + USUAL))[:8]
    words = re.findall(r"[A-Za-z:/=\"' -]{2,}", pattern)
    pieces = [*signs, *(one + other for one in signs for other in signs), *words]
    for piece in pieces:
        text = (piece * (length // len(piece)))[: length - 1]
        yield text
        yield text + "\x00"


def slowest(run: Callable[[str], object], given: Iterator[str]) -> tuple[float, str]:
    """The longest time, of two each, and on what; the first that is too long is enough."""
    longest, where = 0.0, ""
    for text in given:
        seconds = min(_timed(run, text), 9.0)
        if seconds > LIMIT:
            seconds = min(seconds, _timed(run, text))
        if seconds > longest:
            longest, where = seconds, text[:40]
        if longest > LIMIT:
            break
    return longest, where


def _timed(run: Callable[[str], object], text: str) -> float:
    began = time.thread_time()
    run(text)
    return time.thread_time() - began


@pytest.mark.parametrize(("where", "pattern", "method"), list(in_modules()))
def test_a_pattern_of_a_module_takes_linear_time(where: str, pattern: bytes | str, method: str) -> None:
    words = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    compiled = re.compile(words, re.DOTALL)
    with_text = {"sub": lambda text: compiled.sub("", text)}
    seconds, on = slowest(with_text.get(method, getattr(compiled, method)), texts(words))
    assert seconds < LIMIT, f"{pattern!r} takes {seconds:.2f} s on {on!r}…"


@pytest.mark.parametrize(("where", "pattern", "length"), list(in_schemas()))
def test_a_pattern_of_a_schema_takes_linear_time_within_its_length(
    where: str, pattern: str, length: int
) -> None:
    verdict = jsonschema_rs.Draft202012Validator({"type": "string", "pattern": pattern})
    explained = re.compile(pattern)

    def run(text: str) -> None:
        verdict.is_valid(text)
        explained.search(text)

    seconds, on = slowest(run, texts(pattern, length))
    assert seconds < LIMIT, f"{pattern!r} takes {seconds:.2f} s on {on!r}…"


@pytest.mark.parametrize("pattern", [r"(a+)+$", r'([A-Za-z_]+)="([^"]*)"', r"(a|a)*$", r"\s*x"])
def test_a_pattern_that_does_not_is_found(pattern: str) -> None:
    short = 22 if "+)+" in pattern or "|" in pattern else LENGTH * 2
    seconds, _ = slowest(re.compile(pattern).search, texts(pattern, short))
    assert seconds > LIMIT


@pytest.mark.parametrize(
    "header", ["a" * 65_000, 'a="' * 20_000, 'a="b' * 16_000, "a=" * 32_000, '"' * 65_000]
)
def test_a_header_of_a_challenge_is_read_at_once(header: str) -> None:
    assert _timed(lambda text: claims_of({"www-authenticate": text}), header) < 0.2


def test_a_claims_challenge_of_many_levels_is_none() -> None:
    for deep in ("WwogW" * 1, "W1tb" * 10_000):
        assert claims_of({"www-authenticate": f'Bearer error="insufficient_claims", claims="{deep}"'}) is None


@pytest.mark.parametrize(
    "rule", ["*a*a*a*a*a*a*a*a*a*b", "*" * 60 + "b", "[a-a]*[a-a]*[a-a]*b", "?*?*?*?*?*?*b"]
)
def test_patterns_of_a_policy_take_no_longer(rule: str) -> None:
    policy = Policy(Rules(recipients_allow=(rule,)))

    def run(address: str) -> None:
        with pytest.raises(OperationDenied):
            policy.check_recipients([address])

    assert _timed(run, "a" * 320 + "@contoso.example") < LIMIT


@pytest.mark.parametrize(
    "piece",
    [
        "eyJ",
        "Bearer ",
        "?",
        "password=",
        "eyJa.",
        "access_token:",
        "/users/",
        "code",
        "0" * 32 + ".",
        "0" * 33,
    ],
)
def test_redaction_takes_linear_time(piece: str) -> None:
    assert _timed(redacted, piece * (100_000 // len(piece))) < 0.2


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + at)}: &{chr(98 + at)} [{','.join(['*' + chr(97 + at)] * 9)}]\n" for at in range(12)
)
CHAIN = "a0: &a0 [x]\n" + "".join(f"a{at + 1}: &a{at + 1} [*a{at}]\n" for at in range(400))


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        CHAIN,
        "a: &a [*a]",
        "a: &a {b: *a}",
        "[" * 100_000,
        "{a: " * 100_000,
        "- " * 100_000,
        "x" * 2_000_000,
    ],
    ids=["laughs", "chain", "itself", "itself in a mapping", "lists", "mappings", "blocks", "long"],
)
def test_yaml_stands_for_no_more_than_a_bounded_amount(text: str) -> None:
    import yaml

    began = time.thread_time()
    with pytest.raises(yaml.YAMLError):
        read_yaml(text)
    assert time.thread_time() - began < 1


def test_yaml_makes_no_objects_and_aliases_within_bounds_are_read() -> None:
    import yaml

    with pytest.raises(yaml.YAMLError):
        read_yaml("a: !!python/object/apply:os.system [id]")
    assert read_yaml("a: &x [1, 2]\nb: *x\nc: *x") == {"a": [1, 2], "b": [1, 2], "c": [1, 2]}


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 1000,
        b"[" * 30_000_000,
        b"[" * 102 + b"]" * 102,
        b'{"a":' * 200 + b"1" + b"}" * 200,
        b"[[]," * 4_000_000,
    ],
    ids=["open", "many", "deep", "deep objects", "wide"],
)
def test_json_of_too_many_levels_or_parts_is_none(text: bytes) -> None:
    began = time.thread_time()
    with pytest.raises(ValueError, match=r"nested|parts"):
        read_json(text)
    assert time.thread_time() - began < 1


def test_json_with_brackets_in_its_texts_is_read() -> None:
    assert read_json(b'{"body": "' + b"[{" * 5000 + b'", "x": [[1]]}')["x"] == [[1]]
