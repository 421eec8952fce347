"""Looks at the sandbox with a token of the application, beside the clients and apart from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

Json = dict[str, Any]


@dataclass
class Judge:
    """`facts` is what the sandbox said when it started."""

    facts: Json

    def __post_init__(self) -> None:
        self._http = requests.Session()
        self._http.trust_env, self._http.verify = False, self.facts["caFile"]
        form = {
            "grant_type": "client_credentials",
            "client_id": self.facts["clientId"],
            "client_secret": self.facts["clientSecret"],
            "scope": "https://graph.microsoft.com/.default",
        }
        granted = self._http.post(
            f"{self.facts['authority']}/oauth2/v2.0/token", data=form, timeout=20
        ).json()
        self._headers = {"Authorization": f"Bearer {granted['access_token']}"}

    def get(self, user: str, path: str) -> Json:
        """What Graph answers below a user."""
        url = f"{self.facts['graphUrl']}/users/{user}{path}"
        answer = self._http.get(url, headers=self._headers, timeout=20)
        answer.raise_for_status()
        return dict(answer.json())

    def everything(self, user: str, path: str = "/mailFolders/inbox/messages") -> list[Json]:
        """All messages of a folder, newest first."""
        return list(self.get(user, f"{path}?$top=1000&$orderby=receivedDateTime desc")["value"])

    def message(self, user: str, message_id: str) -> Json:
        return self.get(user, f"/messages/{quote(message_id, safe='')}")

    def arrived(self, user: str, subject: str) -> Json:
        """The one message of the inbox with this subject."""
        (found,) = (item for item in self.everything(user) if item["subject"] == subject)
        return found

    def throttle(self, match: str, seconds: float) -> None:
        """Lets the next request that matches be answered 429, with a pause to keep."""
        fault = {"match": match, "status": 429, "retryAfter": seconds}
        self._http.post(f"{self.facts['adminUrl']}/faults", json=fault, timeout=20).raise_for_status()

    def admin(self, path: str) -> Any:
        """What the sandbox itself tells: `ledger` or `requests`."""
        return self._http.get(f"{self.facts['adminUrl']}/{path}", timeout=20).json()
