"""Celery with RabbitMQ and two workers, beside bare tasks with two workers of the same settings."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.faults.celery_broker import available, rabbitmq

from ..measures import ratio
from ..row import Figure, Row
from ..running import TOP, Samples, environment
from . import Stage

TASKS, WORKERS = 200, 2
KEY = "bm8gc2VjcmV0LCBhbmQgb2YgMzIgYnl0ZXMgbG9uZyE="


def run(stage: Stage) -> Row:
    title = f"Celery, {WORKERS} workers"
    if not available():
        return Row("tasks", title, "s", {}, [], {"left out": "RabbitMQ or Celery is missing"})
    with ExitStack() as stack:
        broker = stack.enter_context(rabbitmq())
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmarks-")))
        variables = {**environment(stage.place), "BENCHMARK_BROKER": broker.url, "BENCHMARK_RESULTS": "rpc://",
                     "BENCHMARK_PLACE": json.dumps(asdict(stage.place))}  # fmt: skip
        submits = stack.enter_context(_workers(stage, directory, variables))
        samples: Samples = {name: [] for name in submits}
        for number in range(-1, stage.times(8, 2)):
            for name, submit in submits.items():
                seconds = _timed(submit)
                if number >= 0:
                    samples[name].append(seconds / TASKS)
                stage.tell(f"tasks: {name} {seconds:.2f} s")
    value = ratio(samples["bare tasks"], samples["connector"])
    figures = [Figure("of the throughput of bare tasks", value, 0.8, at_most=False)]
    facts = {"token store": "SQLite, shared by the workers, which share the mailbox's limits through it"}
    return Row("tasks", title, "s", samples, figures, facts, compared_with="bare tasks")


def _timed(submit: Callable[[], Any]) -> float:
    begun = perf_counter()
    results = [submit() for _ in range(TASKS)]
    for one in results:
        if len(one.get(timeout=120)["value"]) != 10:
            raise RuntimeError("a page of another size")
    return perf_counter() - begun


@contextmanager
def _workers(
    stage: Stage, directory: Path, variables: Mapping[str, str]
) -> Iterator[dict[str, Callable[[], Any]]]:
    """Both kinds of workers, and what submits a task to each."""
    from outlook_connector.hosts.tasks import make_app, read_settings, submit

    store = {"tokenStore": f"sqlite:///{directory / 'tokens.db'}", "storeKey": KEY}
    settings = {"broker": variables["BENCHMARK_BROKER"], "results": variables["BENCHMARK_RESULTS"],
                "connections": {"adele": stage.place.config(**store)}}  # fmt: skip
    file = directory / "worker.json"
    file.write_text(json.dumps(settings))
    ours = [sys.executable, "-m", "outlook_connector.hosts.cli", "worker", "--settings", str(file)]
    bare = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "benchmarks.celery_bare",
        "worker",
        "--queues",
        "bare",
        "-l",
        "error",
    ]
    os.environ.update(variables)
    from ..celery_bare import messages

    with ExitStack() as stack:
        for number in range(WORKERS):
            for command, name in (
                ([*ours, "--concurrency", "1"], "ours"),
                ([*bare, "-c", "1", "-n", f"b{number}"], "bare"),
            ):
                stack.enter_context(_running(command, directory / f"{name}{number}.log", variables))
        app = make_app(read_settings(settings))
        stack.callback(app.close)
        time.sleep(1)
        yield {
            "bare tasks": lambda: messages.delay(10),
            "connector": lambda: submit(app, "messages.list", {"limit": 10}, "adele"),
        }


@contextmanager
def _running(command: Sequence[str], log: Path, variables: Mapping[str, str]) -> Iterator[None]:
    with log.open("wb") as told:
        process = subprocess.Popen(command, stdout=told, stderr=told, cwd=TOP, env=dict(variables))  # noqa: S603 - ours
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
