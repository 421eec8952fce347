"""Claims challenges of continuous access evaluation: which tokens Graph no longer takes, and what it asks for.

https://learn.microsoft.com/entra/identity-platform/claims-challenge
https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class _Demand:
    """Tokens from before `moment` (Unix time) are refused; `answered` are the apps that asked for newer ones."""

    moment: int
    answered: set[str] = field(default_factory=set)
    passing: set[str] = field(default_factory=set)


class Challenges:
    """The demands in force, by the id of the user or the app that they are made on."""

    def __init__(self) -> None:
        self._demands: dict[str, _Demand] = {}
        self._lock = threading.Lock()

    def demand(self, principal: str, now: datetime) -> None:
        """From now on tokens of this user or app that were issued before are challenged."""
        with self._lock:
            self._demands[principal] = _Demand(int(now.timestamp()))

    def issued(self, app_id: str, user_id: str | None, token_id: str, not_before: str) -> None:
        """Notes a token; `not_before` is the `nbf` that its request asked for in `claims`, "" for none."""
        with self._lock:
            for demand in self._of(app_id, user_id):
                if _moment(not_before) >= demand.moment:
                    demand.answered.add(app_id)
                if app_id in demand.answered:
                    demand.passing.add(token_id)

    def unmet(self, app_id: str, user_id: str | None, token_id: str) -> str | None:
        """The claims (JSON) that Graph asks for instead of this token; None where it will do."""
        with self._lock:
            unmet = [d for d in self._of(app_id, user_id) if token_id not in d.passing]
        if not unmet:
            return None
        wanted = {"essential": True, "value": str(max(demand.moment for demand in unmet))}
        return json.dumps({"access_token": {"nbf": wanted}})

    def clear(self) -> None:
        with self._lock:
            self._demands.clear()

    def _of(self, app_id: str, user_id: str | None) -> list[_Demand]:
        return [self._demands[one] for one in (app_id, user_id) if one in self._demands]


def _moment(not_before: str) -> int:
    """Unix time from a claim's text; 0 for what is none."""
    return int(not_before) if not_before.isdecimal() and len(not_before) < 16 else 0
