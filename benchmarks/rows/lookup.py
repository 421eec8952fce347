"""A token's look-up among 10 and among 10,000 accounts of one store, by a worker that has none in memory."""

import random
import sqlite3
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from outlook_connector.assembly import assemble

from ..measures import ratio
from ..row import Figure, Row
from ..running import Samples
from . import Stage

FEW, MANY = 10, 10_000
COPY = (
    "INSERT INTO entries SELECT ?, blob, version, expires FROM entries "
    "WHERE key LIKE 'token/%' ORDER BY key DESC LIMIT 1"
)


def run(stage: Stage) -> Row:
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as directory:
        stores = {f"{amount:,} accounts": _filled(stage, Path(directory), amount) for amount in (FEW, MANY)}
        samples: Samples = {name: [] for name in stores}
        for _ in range(stage.times(200, 60)):
            for name, (file, amount) in stores.items():
                samples[name].append(_looked_up(stage, file, amount))
    few, many = samples
    figures = [Figure(f"of that among {FEW}", ratio(samples[many], samples[few]), 1.2)]
    return Row("lookup", "token look-up among 10,000 accounts", "s", samples, figures, compared_with=few)


def _config(stage: Stage, file: Path, account: int) -> dict[str, Any]:
    store = {"tokenStore": f"sqlite:///{file}", "storeKey": "bm8gc2VjcmV0LCBhbmQgb2YgMzIgYnl0ZXMgbG9uZyE="}
    return stage.place.config(account=f"account{account}", **store)


def _filled(stage: Stage, directory: Path, amount: int) -> tuple[Path, int]:
    """Signs the first ``FEW`` in, and copies their rows under other keys until there are as many as there are to be."""
    file = directory / f"{amount}.db"
    for account in range(FEW):
        with assemble(_config(stage, file, account)).connector as connector:
            connector.invoke("messages.list", {"limit": 1})
    with sqlite3.connect(file) as database:
        database.executemany(COPY, [(f"token/{number:064x}",) for number in range(amount - FEW)])
    return file, amount


def _looked_up(stage: Stage, file: Path, amount: int) -> float:
    parts = assemble(_config(stage, file, random.randrange(FEW)))  # noqa: S311 - no secret
    with parts.connector:
        begun = perf_counter()
        parts.context.auth.token()
        return perf_counter() - begun
