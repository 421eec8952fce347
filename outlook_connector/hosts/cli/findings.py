"""What ``doctor``'s checks are given and what they give back."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ...errors import ConfigError, ConnectorError

if TYPE_CHECKING:
    from ...assembly import Assembly

Verdict = tuple[str, str, str]
"""State, what was found, what to do."""


@dataclass(frozen=True)
class Finding:
    """One line of the report: ``ok``, ``warn``, ``fail`` or ``skip``; what was found, and what to do about it."""

    check: str
    state: str
    found: str
    do: str = ""
    error: ConnectorError | None = None

    def to_dict(self) -> dict[str, Any]:
        facts = {"check": self.check, "state": self.state, "found": self.found, "do": self.do}
        error = {"error": self.error.to_dict()} if self.error else {}
        return {**{key: value for key, value in facts.items() if value}, **error}


@dataclass
class Patient:
    """The connection under examination."""

    parts: "Assembly"
    clock: Callable[[], float] = time.time

    @cached_property
    def profile(self) -> dict[str, Any] | ConnectorError:
        """What Graph answers of whose mailbox it is, asked once: two checks go by it."""
        from ...binding import get

        bound = self.parts.context.graph.bound(self.parts.connector.config.mailbox)
        try:
            person: dict[str, Any] = bound.json(get("/", query={"$select": "displayName,userPrincipalName"}))
        except ConnectorError as error:
            return error
        return person


def failure(name: str, error: ConnectorError) -> Finding:
    """A finding for an error: its advice apart from its message where it has one."""
    advice = str(error.details.get("advice", ""))
    return Finding(name, "fail", error.message.removesuffix(advice).strip(), advice or _mend(error), error)


def _mend(error: ConnectorError) -> str:
    """What to do about an error of the configuration that has no advice of its own: which keys to look at."""
    if not isinstance(error, ConfigError):
        return ""
    pointers = [str(one.get("pointer", "")) for one in error.details.get("problems", ())]
    keys = ", ".join(dict.fromkeys(one.strip("/").replace("/", ".") for one in pointers if one.strip("/")))
    return f"Mend {keys or 'the configuration'}: the README lists the keys under Configuration."
