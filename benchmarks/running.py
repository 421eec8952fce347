"""The static server and the workers as processes, and rounds in which every contender has its turn."""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .place import Place

TOP = Path(__file__).resolve().parent.parent
PEERS = TOP / ".venv-peers"
OWN = ("bare", "tuned", "urllib3_alone", "sockets", "connector", "connector_sqlite")
"""Contenders of this environment, which share one process."""
FOREIGN = ("o365", "office365_client", "msgraph_sdk")
"""Contenders of the peers' environment, a process each."""

Samples = dict[str, list[float]]
Told = Callable[[str], object]


@contextmanager
def serving() -> Iterator[Place]:
    """The static server, with a certificate authority of its own, which stands among those that everybody trusts: a
    process reads them all when it starts."""
    import certifi
    import trustme

    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as directory:
        trusted, alone, own = (Path(directory) / name for name in ("usual.pem", "alone.pem", "server.pem"))
        trusted.write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())
        authority.cert_pem.write_to_path(alone)
        certificate.private_key_and_cert_chain_pem.write_to_path(own)
        with process([sys.executable, "-m", "benchmarks.server", str(own)], environment()) as server:
            port = int(line(server))
            yield Place(f"https://127.0.0.1:{port}", str(trusted), str(alone))


def environment(place: Place | None = None) -> dict[str, str]:
    """As little as possible, since requests looks through all of it at each call; with the authority to trust."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    trust = (
        {"REQUESTS_CA_BUNDLE": place.authority_file, "SSL_CERT_FILE": place.authority_file} if place else {}
    )
    return {**kept, **trust, "PYTHONHASHSEED": "0"}


@dataclass
class Worker:
    """A process with contenders in it."""

    process: subprocess.Popen[str]
    can: Mapping[str, Sequence[str]]

    def ask(self, **what: Any) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(asked(self.process, json.dumps(what)))
        return told


@contextmanager
def worker(place: Place, names: Sequence[str]) -> Iterator[Worker]:
    """``names`` in one process of the environment that they belong to."""
    python = str(PEERS / "bin/python") if set(names) & set(FOREIGN) else sys.executable
    command = [python, "-m", "benchmarks.worker", json.dumps(asdict(place)), *names]
    with process(command, environment(place)) as started:
        yield Worker(started, json.loads(line(started)))


@contextmanager
def everybody(place: Place, own: Sequence[str] = OWN) -> Iterator[dict[str, Worker]]:
    """Every contender's worker; without the peers where their environment is missing."""
    with ExitStack() as stack:
        shared = stack.enter_context(worker(place, own))
        found = dict.fromkeys(own, shared)
        for name in FOREIGN if PEERS.exists() else ():
            found[name] = stack.enter_context(worker(place, [name]))
        yield found


@dataclass
class Turns:
    """Who has a turn in how many of the rounds, and what came of it. Slow ones need fewer to be known as well."""

    every: Mapping[str, int] = field(default_factory=dict)
    samples: Samples = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def rounds(self, workers: Mapping[str, Worker], work: str, rounds: int, warm: int = 5) -> Samples:
        """Call by call, in an order drawn anew for each round."""
        dice = random.Random(7)  # noqa: S311 - an order, not a secret
        able = [name for name, one in workers.items() if work in one.can[name]]
        for number in range(-warm, rounds):
            for name in dice.sample(able, len(able)):
                if number % self.every.get(name, 1) == 0 and name not in self.failed:
                    self._turn(name, workers[name].ask(contender=name, work=work), number >= 0)
        return self.samples

    def _turn(self, name: str, told: Mapping[str, Any], counts: bool) -> None:
        if "error" in told:
            self.failed[name] = told["error"]
        elif counts:
            self.samples.setdefault(name, []).append(told["seconds"])


@contextmanager
def process(command: Sequence[str], variables: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """One that is talked to by lines, and ends with its standard input."""
    started = subprocess.Popen(  # noqa: S603 - our own modules
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=TOP, env=dict(variables)
    )
    try:
        yield started
    finally:
        _input(started).close()
        try:
            started.wait(5)
        except subprocess.TimeoutExpired:
            started.kill()


def _input(process: subprocess.Popen[str]) -> Any:
    return process.stdin


def asked(process: subprocess.Popen[str], what: str) -> str:
    """The line with which the process answers one."""
    _input(process).write(what + "\n")
    _input(process).flush()
    return line(process)


def line(process: subprocess.Popen[str]) -> str:
    """The next one that the process writes. Raises ``RuntimeError`` where it has ended."""
    stream: Any = process.stdout
    line: str = stream.readline()
    if not line:
        raise RuntimeError(f"{process.args!r} ended: {process.wait()}")
    return line
