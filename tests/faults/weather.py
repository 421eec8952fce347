"""The scenarios of many accounts, of a server that fails, and of secrets that must not show."""

from __future__ import annotations

import io
import json
import logging
import statistics
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from signin_cases import CASES
from signin_world import World

from outlook_connector.auth.row import Row
from outlook_connector.config_building import build
from outlook_connector.config_source import read
from outlook_connector.errors import ConnectorError
from outlook_connector.sandbox import Sandbox
from outlook_connector.schema import Schemas

from .processes import Shared, Worker, shared_store
from .scenarios import TOKEN, Outcome, none, outcome

ADELE = "adele@contoso.example"


def many_accounts(
    kind: str, *, accounts: int, workers: int, latency: float, patience: float = 1.0
) -> Outcome:
    """Each worker goes through all accounts, every one of which needs a refresh, beginning at another place; the lease
    of one more account is held by a worker that hangs. Nobody waits for another account's refresh: what counts is how
    long a worker slept until it had a token, since what it took on a busy machine is the machine's affair."""
    with Sandbox() as sandbox, shared_store(kind) as store:
        person = sandbox.users[0]
        common = sandbox.config()
        configs = [
            {
                **common,
                "account": f"account-{number}",
                "refreshToken": sandbox.entra.mint_refresh_token(person, sandbox.directory.app),
            }
            for number in range(accounts)
        ]
        stuck = build(read({**common, "account": "stuck"}, {}), Schemas())
        assert store.open().lease("lease/" + Row(store.open(), stuck).key, 3600) is not None
        sandbox.fault(TOKEN, delay=latency, times=None)
        started = [
            Worker(store, "accounts", configs=_from(configs, accounts * offset // workers))
            for offset in range(workers)
        ]
        for worker in started:
            worker.hear()
        for worker in started:
            worker.go()
        heard = [worker.hear() for worker in started]
        posts = World(sandbox).posts()
    seconds = sorted(one for found in heard for one in found["seconds"])
    slept = [one for found in heard for one in found["slept"]]
    figures = {
        "tokens": len(seconds),
        "failed": sum(found["failed"] for found in heard),
        "refresh posts": posts,
        "median s": round(statistics.median(seconds), 3),
        "99 % s": round(seconds[int(len(seconds) * 0.99)], 3),
        "longest s": round(seconds[-1], 3),
        "longest wait s": round(max(slept), 3),
        "waited": sum(one > latency + patience for one in slept),
    }
    must = {"failed": none, "waited": none, "refresh posts": lambda n: n == accounts}
    name = f"{accounts} accounts, {workers} workers, {latency * 1000:.0f} ms token latency, {kind}"
    return outcome(name, figures, **must)


def _from(configs: list[dict[str, Any]], start: int) -> list[dict[str, Any]]:
    return configs[start:] + configs[:start]


def outage(*, seconds: int) -> Outcome:
    """The token server answers 503 while the token is near its end and yet valid; time is the sandbox's own."""
    with Sandbox() as sandbox:
        world = World(sandbox)
        auth = world.auth()
        old = auth.token()
        world.pass_time(3600 - seconds - 30)  # pauses between attempts and a slow machine take some of it
        sandbox.fault(TOKEN, status=503, times=None)
        calls = failed = 0
        for _ in range(seconds):
            world.pass_time(1)
            calls += 1
            try:
                failed += world.me(auth.token()).status_code != 200
            except ConnectorError:
                failed += 1
        tried = world.posts() - 1
        sandbox.clear_faults()
        world.pass_time(31)
        figures = {
            "calls": calls,
            "failed": failed,
            "attempts at the server": tried,
            "renewed afterwards": auth.token() != old,
        }
    return outcome(f"503 for {seconds} s", figures, failed=none, **{"renewed afterwards": bool})


def canary() -> Outcome:
    """Every error path with all loggers at DEBUG: no secret in a log, an error, a result or the store's files."""
    found: list[str] = []
    with Sandbox() as sandbox, shared_store("sqlite") as store, _listening() as log:
        for name in CASES:
            sandbox.reset()
            found += [f"{name}: {one}" for one in _showing(name, sandbox, store, log)]
    figures = {"error paths": len(CASES), "occurrences": len(found), "where": found[:5]}
    return outcome("canary in every secret field", figures, occurrences=none)


def _showing(name: str, sandbox: Sandbox, store: Shared, log: io.StringIO) -> list[str]:
    """Which secrets of this case showed, by their kind."""
    world = World(sandbox)
    world.store = store.open()
    case = CASES[name]
    log.truncate(0)
    auth = case.prepare(world)
    told = ""
    try:
        auth.token()
    except ConnectorError as error:
        told = json.dumps(error.to_dict()) + "".join(traceback.format_exception(error)) + repr(error.__dict__)
    told += log.getvalue() + json.dumps(auth.status()) + repr(auth.config) + _files(store)
    secrets = _secrets(world, auth.config)
    auth.sign_out()
    return [kind for kind, value in secrets.items() if value and value in told]


def _secrets(world: World, config: Any) -> Mapping[str, str | None]:
    row, _ = Row(world.store, config).load()
    return {
        "client secret": config.client_secret.reveal() if config.client_secret else None,
        "refresh token": config.refresh_token.reveal() if config.refresh_token else None,
        "access token": row.access_token if row else None,
        "stored refresh token": row.refresh_token if row else None,
        "sandbox's secret": world.sandbox.client_secret,
    }


def _files(store: Shared) -> str:
    """The store's files as they are on the disk, its key file aside."""
    folder = Path(store.url.removeprefix("sqlite://")).parent
    return "".join(file.read_bytes().decode("latin-1") for file in folder.iterdir() if file.suffix != ".key")


@contextmanager
def _listening() -> Iterator[io.StringIO]:
    """All that any logger says, at any level, with its raw arguments."""
    text, root = io.StringIO(), logging.getLogger()

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text.write(f"{self.format(record)}\n{record.args!r}\n")

    collector, before = Collector(logging.NOTSET), root.level
    root.addHandler(collector)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.removeHandler(collector)
        root.setLevel(before)
