"""Reads a query string into Graph's query options: https://learn.microsoft.com/graph/query-parameters"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from outlook_connector.sandbox.graph.problem import bad_request, parse_uri

_OPTIONS = frozenset(
    (
        "$top",
        "$skip",
        "$select",
        "$filter",
        "$orderby",
        "$search",
        "$count",
        "$expand",
        "$skiptoken",
        "$deltatoken",
    )
)
MOST = 1000


@dataclass(frozen=True)
class Expansion:
    """One item of `$expand`: a navigation property and the options in its parentheses."""

    name: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Query:
    """The options of one request; `custom` holds parameters without a `$`, such as `includeHiddenFolders`."""

    top: int | None = None
    skip: int = 0
    select: tuple[str, ...] = ()
    filter: str | None = None
    orderby: tuple[tuple[str, bool], ...] = ()
    search: str | None = None
    count: bool = False
    expand: tuple[Expansion, ...] = ()
    skip_token: str | None = None
    delta_token: str | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    custom: Mapping[str, str] = field(default_factory=dict)


def parse(raw: str) -> Query:
    """Reads a raw query string. Raises 400 for an unknown `$` option and for values out of range."""
    pairs = tuple((_named(name), value) for name, value in parse_qsl(raw, keep_blank_values=True))
    options = _unique([pair for pair in pairs if pair[0] in _OPTIONS])
    return Query(
        top=_number(options, "$top", 1),
        skip=_number(options, "$skip", 0) or 0,
        select=tuple(split(options.get("$select", ""))),
        filter=options.get("$filter") or None,
        orderby=tuple(_order(item) for item in split(options.get("$orderby", ""))),
        search=options.get("$search") or None,
        count=options.get("$count", "false").lower() == "true",
        expand=tuple(expansion(item) for item in split(options.get("$expand", ""))),
        skip_token=options.get("$skiptoken"),
        delta_token=options.get("$deltatoken"),
        pairs=pairs,
        custom={name.lower(): value for name, value in pairs if name not in _OPTIONS},
    )


def split(text: str, mark: str = ",") -> list[str]:
    """Splits at `mark` outside parentheses and quotes, dropping empty parts."""
    pattern = rf"(?:[^{mark}('\"]|\((?:[^()']|'[^']*'|\([^()]*\))*\)|'[^']*'|\"[^\"]*\")+"
    return [part.strip() for part in re.findall(pattern, text) if part.strip()]


def expansion(text: str) -> Expansion:
    """Reads `name(option;option)`."""
    name, _, inner = text.partition("(")
    parts = (option.partition("=") for option in split(inner.removesuffix(")"), ";"))
    return Expansion(name.strip(), {key.strip().lower(): value.strip() for key, _, value in parts})


def _named(name: str) -> str:
    # The `$` may be left out: https://learn.microsoft.com/graph/query-parameters
    lower = name.lower()
    if lower in _OPTIONS or f"${lower}" in _OPTIONS:
        return lower if lower.startswith("$") else f"${lower}"
    if name.startswith("$"):
        raise parse_uri(f"The query parameter '{name}' is not supported.")
    return name


def _unique(pairs: list[tuple[str, str]]) -> dict[str, str]:
    options: dict[str, str] = {}
    for name, value in pairs:
        if name in options:
            raise bad_request(
                f"Query option '{name}' was specified more than once, but it must be at most once."
            )
        options[name] = value.strip()
    return options


def _number(options: Mapping[str, str], name: str, least: int) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not text.isdigit():
        wants = f"The {name} query option requires a non-negative integer value."
        raise bad_request(f"Invalid value '{text}' for {name} query option found. {wants}")
    if int(text) < least or (name == "$top" and int(text) > MOST):
        raise bad_request(f"The value of {name} must be between {least} and {MOST}.", "ErrorInvalidUrlQuery")
    return int(text)


def _order(text: str) -> tuple[str, bool]:
    """Reads `property [asc|desc]`; true means descending."""
    name, _, direction = text.partition(" ")
    if direction.strip().lower() not in ("", "asc", "desc"):
        raise parse_uri(f"Syntax error at position {len(name) + 1} in '{text}'.")
    return name, direction.strip().lower() == "desc"
