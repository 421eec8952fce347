"""Whatever is posted to a receiver of notifications, it answers, and never with a fault of its own."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from outlook_connector import connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.store.memory import MemoryStore
from outlook_connector.triggers import watches
from outlook_connector.triggers.watches import Watch
from outlook_connector.triggers.webhook import client_state

NAME, SECRET = "0123456789abcdef" * 2, "the secret of the watch"
STATE = client_state(NAME, SECRET)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(STATE)
NAMES = st.sampled_from(
    ["value", "clientState", "resourceData", "id", "lifecycleEvent", "subscriptionId", "x"]
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)
ITEMS = st.lists(
    st.fixed_dictionaries({"clientState": st.just(STATE) | VALUES}, optional={"id": VALUES}) | VALUES
)
BODIES = (
    st.binary(max_size=200)
    | VALUES.map(lambda one: json.dumps(one).encode())
    | ITEMS.map(lambda one: json.dumps({"value": one}).encode())
)


def test_whatever_is_posted_is_answered(outlook_sandbox: Sandbox) -> None:
    store = MemoryStore()
    watches.save_watch(store, NAME, Watch(SECRET), watches.load_watch(store, NAME)[1])
    with connect(outlook_sandbox.config(), token_store=store) as connector:

        @settings(max_examples=200, deadline=None)
        @given(BODIES)
        def posted(sent: bytes) -> None:
            assert connector.notified(sent).status in (202, 400, 403)

        posted()
    assert watches.load_marks(store, NAME)[0].heard > 0, "some of it proved to be ours"
