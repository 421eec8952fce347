"""What a handler is given: the means to do its work, and no tokens, sessions or manifest."""

import time
from collections.abc import Callable
from dataclasses import field

from .auth import Auth
from .binding import unsafe_segment
from .config import PERSONLESS
from .errors import InvalidInput
from .files import Files
from .frozen import frozen
from .graph.client import Graph
from .hourly import Hourly
from .manifest import Need
from .policy import Policy
from .sent import SentKeys
from .store import Store


def chosen_mailbox(graph: Graph, policy: Policy, named: str | None, at: str = "/mailbox") -> str | None:
    """The mailbox that an input means by ``named`` (``None`` is the connection's own): its address or id, or ``None``
    for the signed-in person's. ``at`` is where in the input it stands. Raises ``InvalidInput``, ``OperationDenied``."""
    config = graph.config
    mailbox = config.mailbox if named is None else None if named.lower() == "me" else named
    if mailbox is None and config.auth in PERSONLESS:
        raise InvalidInput.of([(at, "must name a mailbox: an application has none of its own")])
    if mailbox is not None and unsafe_segment(mailbox):
        raise InvalidInput.of([(at, "must be an address or an id")])
    policy.check_mailbox(mailbox)
    return mailbox


@frozen
class Context:
    """One invocation's means. ``owner`` names the mailbox for anything that is remembered in the ``store``.
    ``cursor_keys`` gives what seals cursors, from the store when it is first needed; ``all_needs`` and ``all_uses``
    what few calls ask for."""

    graph: Graph
    auth: Auth
    files: Files
    policy: Policy
    sent: SentKeys
    hourly: Hourly
    store: Store
    owner: str
    cursor_keys: Callable[[], bytes] = field(repr=False)
    all_needs: Callable[[], tuple[Need, ...]] = tuple
    all_uses: Callable[[], tuple[Need, ...]] = tuple
    clock: Callable[[], float] = time.time

    @property
    def needs(self) -> tuple[Need, ...]:
        """The permissions of all operations that the connection allows."""
        return self.all_needs()

    @property
    def uses(self) -> tuple[Need, ...]:
        """Those of their special uses."""
        return self.all_uses()

    @property
    def cursor_key(self) -> bytes:
        """What seals cursors. Raises ``ConnectorError`` where the store cannot be read."""
        return self.cursor_keys()
