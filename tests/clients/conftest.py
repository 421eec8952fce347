"""One run of each client's program against a sandbox of its own, both as processes; tests look at what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from foreign import HERE, SCENARIOS, Foreign
from judge import Judge

sys.path.append(str(HERE.parent / "sandbox"))
from webhook import Webhook, serving

from outlook_connector.sandbox.seed import anchors

Json = dict[str, Any]


@dataclass
class Run:
    """What a client's program said, what the sandbox held before it, and what can be asked of it now."""

    client: Foreign
    order: Json
    inbox: list[Json]
    mailbox: list[Json]
    told: dict[str, Json]
    errors: str
    judge: Judge
    hook: Webhook

    def facts(self, scenario: str) -> Json:
        """What the program found; fails with its own words where it didn't."""
        line = self.told.get(scenario)
        assert line is not None, f"the program ended before {scenario}:\n{self.errors}"
        assert "failed" not in line, line["failed"]
        return dict(line["facts"])

    def requests(self, method: str, path: str) -> list[Json]:
        """What the sandbox got from anybody, by method and a part of the path, without regard to case."""
        arrived = self.judge.admin("requests")
        return [item for item in arrived if item["method"] == method and path.lower() in item["path"].lower()]


@contextmanager
def _sandbox() -> Iterator[Json]:
    arguments = [sys.executable, "-m", "outlook_connector.sandbox", "--port", "0", "--json"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def _order(facts: Json, client: Foreign, hook: Webhook) -> Json:
    handed = ("graphUrl", "authority", "tenantId", "clientId", "clientSecret", "redirectUri")
    return {
        **{name: facts[name] for name in handed},
        "user": anchors.ADELE,
        "other": anchors.KIM,
        "report": anchors.QUARTERLY_REPORT,
        "thread": anchors.LUNCH_THREAD,
        "newsletter": anchors.NEWSLETTER,
        "webhook": f"{hook.url}/notify",
        "subjects": {name: f"{name} by {client.name}" for name in SCENARIOS},
    }


def _environment(client: Foreign, ca_file: str, home: Path) -> dict[str, str]:
    """Nothing of ours but the certificate authority, under the name that each HTTP library looks for."""
    trusted = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"), ca_file)
    path = f"{client.environment / 'bin'}:{os.environ['PATH']}"
    return {**trusted, "PATH": path, "PYTHONPATH": str(HERE), "HOME": str(home)}


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Foreign], Run]]:
    """The run of a client, made when it is first asked for."""
    done: dict[str, Run] = {}
    with ExitStack() as stack:

        def run(client: Foreign) -> Run:
            if client.name not in done:
                _needs(client)
                facts, hook = stack.enter_context(_sandbox()), stack.enter_context(serving())
                done[client.name] = _run(client, facts, hook, tmp_path_factory.mktemp("home"))
            return done[client.name]

        yield run


def _needs(client: Foreign) -> None:
    if client.missing and os.environ.get("CLIENTS_REQUIRED"):
        pytest.fail(client.missing, pytrace=False)
    if client.missing:
        pytest.skip(client.missing)


def _run(client: Foreign, facts: Json, hook: Webhook, home: Path) -> Run:
    judge, order = Judge(facts), _order(facts, client, hook)
    inbox, mailbox = judge.everything(anchors.ADELE), judge.everything(anchors.ADELE, "/messages")
    judge.throttle("GET /me/mailFolders/sentitems", 1)
    program = subprocess.run(
        client.command,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        env=_environment(client, facts["caFile"], home),
    )
    told = [json.loads(line) for line in program.stdout.splitlines()]
    found = {line["scenario"]: line for line in told}
    return Run(client, order, inbox, mailbox, found, program.stderr, judge, hook)
