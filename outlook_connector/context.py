"""What a handler is given: the means to do its work, and no tokens, sessions or manifest."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from .auth import Auth
from .files import Files
from .graph.client import Graph
from .hourly import Hourly
from .manifest import Need
from .policy import Policy
from .sent import SentKeys
from .store import Store


@dataclass(frozen=True)
class Context:
    """One invocation's means. ``needs`` are the permissions of all operations that the connection allows, and
    ``owner`` names the mailbox for anything that is remembered in the ``store``; ``cursor_key`` seals cursors."""

    graph: Graph
    auth: Auth
    files: Files
    policy: Policy
    sent: SentKeys
    hourly: Hourly
    store: Store
    owner: str
    cursor_key: bytes = field(repr=False)
    needs: tuple[Need, ...] = ()
    clock: Callable[[], float] = time.time
