"""The sandbox as a process of its own, until it is told to stop."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from outlook_connector.sandbox import Sandbox


def run(port: int, as_json: bool) -> None:
    """Serves on `port` (0: a free one) until SIGINT or SIGTERM, then stops and returns.

    Once it answers it prints one line of JSON on stdout (see `describe`), or the same for people. Must be called
    from the main thread; raises OSError where the port is taken.
    """
    with _stop_signals() as stop, Sandbox(port=port) as sandbox:
        facts = describe(sandbox)
        print(json.dumps(facts) if as_json else _for_people(facts), flush=True)
        stop.wait()


def describe(sandbox: Sandbox) -> dict[str, Any]:
    """What a client needs in order to use a running sandbox; `config` is a whole connection configuration."""
    return {
        "graphUrl": sandbox.graph_url,
        "authority": sandbox.authority,
        "caFile": sandbox.ca_file,
        "tenantId": sandbox.tenant_id,
        "clientId": sandbox.client_id,
        "clientSecret": sandbox.client_secret,
        "publicClientId": sandbox.public_client_id,
        "redirectUri": sandbox.redirect_uri,
        "users": [
            {"id": user.id, "address": user.address, "name": user.name, "password": user.password}
            for user in sandbox.users
        ],
        "adminUrl": sandbox.admin_url,
        "config": sandbox.config(),
    }


def _for_people(facts: dict[str, Any]) -> str:
    shown = ("graphUrl", "authority", "caFile", "clientId", "clientSecret", "publicClientId", "adminUrl")
    lines = [f"{name:<15}{facts[name]}" for name in shown]
    users = [f"{user['address']:<28}password {user['password']}" for user in facts["users"]]
    return "\n".join(["The sandbox is running; Ctrl+C stops it.", "", *lines, "", *users])


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set, for as long as the block lasts."""
    stop = threading.Event()
    watched = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda _number, _frame: stop.set()) for number in watched}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.stdout.flush()
