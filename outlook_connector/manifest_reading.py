"""Small readers of a manifest's values: each gives a value of its type, and notes where there is none.

``problems`` is added to; what stands in the wrong value's place lets the reading go on, so that all problems of a
manifest are found at once.
"""

from collections.abc import Mapping
from typing import Any

from .errors import Problem
from .frozen import frozen

Need = tuple[str, ...]
"""One permission, or several of which any one is enough, least privileged first."""


@frozen
class Permissions:
    """What a token needs, by kind. A call needs every ``Need`` of its kind."""

    delegated: tuple[Need, ...] = ()
    application: tuple[Need, ...] = ()

    def of(self, auth: str) -> tuple[Need, ...]:
        """The needs of a connection whose ``auth`` is given; a host's own token is a person's."""
        return self.application if auth in ("application", "managedIdentity") else self.delegated


class Entry:
    """An operation or a trigger: its schemas are files that are named after it."""

    name: str

    @property
    def input_schema(self) -> str:
        return f"{self.name}.input.json"

    @property
    def output_schema(self) -> str:
        """The schema of an operation's answer, or of one event."""
        return f"{self.name}.output.json"


def mapping(value: Any, at: str, problems: list[Problem]) -> Mapping[str, Any]:
    """An object."""
    if isinstance(value, (dict, Mapping)):  # nearly always a dict, which is told at once
        return value
    problems.append((at, "must be an object"))
    return {}


def only(raw: Mapping[str, Any], known: set[str], at: str, problems: list[Problem]) -> None:
    """Notes every key that is not ``known``."""
    if not raw.keys() <= known:
        problems.extend((f"{at}/{key}", "is not known") for key in raw if key not in known)


def text(raw: Mapping[str, Any], key: str, at: str, problems: list[Problem]) -> str:
    """A text that is not empty, without the space around it."""
    value = raw.get(key)
    if isinstance(value, str) and (bare := value.strip()):
        return bare
    problems.append((f"{at}/{key}", "must be a text that is not empty"))
    return ""


def texts(value: Any, at: str, problems: list[Problem]) -> tuple[str, ...]:
    """A list of texts that are not empty."""
    if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
        return tuple(value)
    problems.append((at, "must be a list of texts"))
    return ()


def flag(raw: Mapping[str, Any], key: str, default: bool, at: str, problems: list[Problem]) -> bool:
    """True or false; ``default`` where it is left out."""
    value = raw.get(key, default)
    if not isinstance(value, bool):
        problems.append((f"{at}/{key}", "must be true or false"))
    return bool(value)


def choice(
    raw: Mapping[str, Any],
    key: str,
    choices: tuple[str, ...],
    at: str,
    problems: list[Problem],
    default: str = "",
) -> str:
    """One of ``choices``; ``default`` where it is left out."""
    value = raw.get(key, default)
    if value in choices:
        return str(value)
    problems.append((f"{at}/{key}", f"must be one of {', '.join(choices)}"))
    return choices[0]


def permissions(value: Any, at: str, problems: list[Problem]) -> Permissions:
    """What a token needs, by kind."""
    raw = mapping(value, at, problems)
    only(raw, {"delegated", "application"}, at, problems)
    return Permissions(
        _needs(raw.get("delegated", []), f"{at}/delegated", problems),
        _needs(raw.get("application", []), f"{at}/application", problems),
    )


def _needs(value: Any, at: str, problems: list[Problem]) -> tuple[Need, ...]:
    if not isinstance(value, list):
        problems.append((at, "must be a list of permissions; a list in the list means any of these"))
        return ()
    return tuple([_need(item, at, problems) for item in value])


def _need(value: Any, at: str, problems: list[Problem]) -> Need:
    if value and isinstance(value, str):
        return (value,)
    return texts(value if isinstance(value, list) else [value], at, problems)


def is_handler(value: Any) -> bool:
    """Whether the text has the form ``module.function``."""
    if not isinstance(value, str):
        return False
    module, _, function = value.partition(".")
    return module.isidentifier() and function.isidentifier()
