"""What the demo plays on: a sandbox, two people's connectors, and what the steps leave for one another."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..following import Follower, sign_in

if TYPE_CHECKING:
    from ....assembly import Assembly
    from ....sandbox.directory import User
    from ....sandbox.sandbox import Sandbox

POLL, PATIENCE = 0.05, 5.0
"""Seconds between two looks for a mail, and until it counts as lost."""


class NotShown(Exception):
    """A step did not show what it should have."""


@dataclass
class Person:
    """A user of the sandbox and the connector that is theirs."""

    user: "User"
    parts: "Assembly"

    def invoke(self, name: str, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return self.parts.connector.invoke(name, values)


@dataclass
class Stage:
    """``sign_in_time``: seconds for a person at a real browser; ``None`` where the program follows the pages."""

    sandbox: "Sandbox"
    directory: str
    sign_in_time: float | None
    props: dict[str, Any] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)

    def __enter__(self) -> Self:
        from ....assembly import assemble

        for user in self.sandbox.users[:2]:
            config = self.sandbox.config(
                user.address,
                refreshToken=None,
                account=user.given_name.lower(),
                tokenStore=f"sqlite:///{self.directory}/tokens.sqlite3",
                files={"allow": [self.directory]},
            )
            self.sandbox.entra.withdraw_consent(user.address)  # so that the consent page is shown
            self.people.append(Person(user, assemble(config)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for person in self.people:
            person.parts.connector.close()

    @property
    def first(self) -> Person:
        return self.people[0]

    @property
    def second(self) -> Person:
        return self.people[1]

    def follow(self, person: Person) -> tuple[dict[str, Any], list[str]]:
        """Signs in by the operations ``auth.begin`` and ``auth.complete``, with the pages followed in between."""
        begun = person.invoke("auth.begin", {"loginHint": person.user.address})
        follower = Follower(self.sandbox.redirect_uri, self.sandbox.ca_file)
        user = person.user
        returned, pages = sign_in(follower, begun["authorizationUrl"], user.address, user.password)
        return person.invoke("auth.complete", returned), pages

    def browse(self, person: Person, seconds: float) -> dict[str, Any]:
        """Signs in as ``outlook-connector login`` does, in the person's own browser."""
        import webbrowser

        from ....auth import login
        from ..output import tell

        tell(
            f"Sign in as {person.user.address} with the password {person.user.password}. The browser does not know"
        )
        tell("the sandbox's certificate and warns of it; it is this machine's own.")
        return login(person.parts.context.auth, open_browser=webbrowser.open, timeout=seconds, announce=tell)


def until(look: Callable[[], Any], what: str) -> tuple[Any, float]:
    """What ``look`` finds, and after how many seconds. Raises ``NotShown`` where it finds nothing in time."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE:
        found = look()
        if found:
            return found, time.monotonic() - started
        time.sleep(POLL)
    raise NotShown(f"{what} did not come within {PATIENCE:g} s.")


def check(holds: bool, what: str) -> None:
    """Raises ``NotShown`` unless it holds."""
    if not holds:
        raise NotShown(f"This should be so and is not: {what}.")
