"""A sandbox, a store, a clock that both follow, and a browser without pages: what the sign-in tests share."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from outlook_connector.auth import Auth
from outlook_connector.config import Config
from outlook_connector.config_building import build
from outlook_connector.config_source import read
from outlook_connector.graph.session import Sessions
from outlook_connector.sandbox import Sandbox
from outlook_connector.schema import Schemas
from outlook_connector.store import MemoryStore, Store

SCOPES = ("Mail.ReadWrite", "Mail.Send", "User.Read")
SCHEMAS = Schemas()


class Clock:
    """The real time and what was added to it; sleeping adds instead of waiting."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def time(self) -> float:
        return time.time() + self.ahead

    def sleep(self, seconds: float) -> None:
        self.ahead += seconds


class PatientClock(Clock):
    """As above, but sleeping waits: for tests in which others do the work meanwhile."""

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class World:
    sandbox: Sandbox
    clock: Clock = field(default_factory=Clock)
    handed: list[dict[str, Any]] = field(default_factory=list)
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.clock.time)

    def config(self, user: str | None = None, auth: Any = "delegated", **overrides: Any) -> Config:
        return build(read(self.sandbox.config(user, auth, **overrides), {}), SCHEMAS)

    def auth(self, config: Config | None = None, **options: Any) -> Auth:
        """An ``Auth`` with a session of its own, as a worker of its own would have."""
        config = config or self.config()
        given = {"store": self.store, "on_tokens": self.handed.append, "clock": self.clock, **options}
        return Auth(config, session=Sessions(config, {}), scopes=SCOPES, **given)

    def nobody(self, **options: Any) -> Auth:
        """An ``Auth`` that holds no token yet."""
        return self.auth(self.config(refreshToken=None), **options)

    def browse(self, url: str, user: str = "adele@contoso.example") -> dict[str, str]:
        """Signs in without pages; the parameters that come to the redirect URI."""
        answer = self.http().get(url, headers={"x-sandbox-user": user}, allow_redirects=False)
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def sign_in(self, auth: Auth, user: str = "adele@contoso.example") -> dict[str, Any]:
        return auth.complete(self.browse(auth.begin()["authorizationUrl"], user))

    def me(self, token: str) -> requests.Response:
        """Graph's own opinion of a token."""
        return self.http().get(self.sandbox.graph_url + "/me", headers={"Authorization": f"Bearer {token}"})

    def http(self) -> requests.Session:
        session = requests.Session()
        session.verify, session.trust_env = self.sandbox.ca_file, False
        return session

    def pass_time(self, seconds: float) -> None:
        self.clock.ahead += seconds
        self.sandbox.clock.advance(seconds)

    def posts(self) -> int:
        """Requests for tokens so far."""
        return sum(r.method == "POST" and r.path.endswith("/token") for r in self.sandbox.requests)


def ask_together(number: int, ask: Any) -> list[Any]:
    """What ``number`` threads got that asked at the same moment; an exception counts as an answer."""
    start, answers = threading.Barrier(number), []

    def run() -> None:
        start.wait()
        try:
            answers.append(ask())
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            answers.append(error)

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
