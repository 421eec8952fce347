"""What a worker works on: the broker, the connections by name, the schedule. The keys are those of ``worker.json``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ... import config_source
from ...config import Config
from ...config_building import build
from ...errors import ConfigError, InvalidInput, Problem
from ...manifest import load
from ...schema import Schemas
from ..sharing import check_apart

DEFAULT = "default"
"""The connection that is meant where none is named and there are several."""


@dataclass(frozen=True)
class Watched:
    """One entry of the schedule: a trigger that is polled every so many seconds."""

    trigger: str
    connection: str
    input: Mapping[str, Any] = field(default_factory=dict)
    every: float = 30.0


@dataclass(frozen=True)
class Settings:
    """``connections`` lead to the path of a configuration, or to the configuration itself; ``forgetful`` names those
    that may write, and keep in each process alone what must not be done again."""

    broker: str = field(default="amqp://", repr=False)
    results: str = field(default="rpc://", repr=False)
    ca_bundle: str | None = None
    result_seconds: int = 3600
    queue: str = "outlook"
    retries: int = 5
    longest_wait: float = 600.0
    exchange: str = "outlook.events"
    connections: Mapping[str, str | Mapping[str, Any]] = field(default_factory=dict, repr=False)
    schedule: Mapping[str, Watched] = field(default_factory=dict)
    forgetful: tuple[str, ...] = ()


_KEYS = {"resultSeconds": "result_seconds", "caBundle": "ca_bundle", "longestWait": "longest_wait"}


def read_settings(
    source: Mapping[str, Any] | str | os.PathLike[str],
    *,
    connections: Mapping[str, str] | None = None,
    broker: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """Settings from a mapping or a JSON or YAML file; ``connections`` and ``broker`` come on top of what it says.

    Every connection's configuration and every input of the schedule is checked; nothing is opened. Raises
    ``ConfigError``.
    """
    raw = config_source.read(source, environment)
    raw = {**raw, "connections": {**raw.get("connections", {}), **(connections or {})}}
    if broker is not None:
        raw["broker"] = broker
    problems = Schemas(Path(__file__).parent).problems("worker.json", raw)
    if problems:
        raise _refusal(problems)
    schedule = {
        name: _watched(name, one, raw["connections"]) for name, one in raw.pop("schedule", {}).items()
    }
    checked = {name: _connection(name, one, environment) for name, one in raw["connections"].items()}
    check_apart(checked, environment)
    for name, one in schedule.items():
        if _is_private(checked[one.connection]):
            told = "needs a connection whose tokenStore its workers share: the trigger's cursor is kept there"
            raise _refusal([(f"/schedule/{name}/connection", told)])
    forgetful = tuple(name for name, one in checked.items() if _is_private(one) and not one.rules.read_only)
    known = {_KEYS.get(key, key): value for key, value in raw.items()}
    return Settings(**known, schedule=schedule, forgetful=forgetful)


def chosen(connections: Mapping[str, Any], name: Any) -> str:
    """The connection that ``name`` means: one's own choice, else the only one, else ``default``.

    Raises ``InvalidInput`` (``connectionNotNamed``, ``unknownConnection``), which tells no names.
    """
    if name is None and len(connections) == 1:
        return next(iter(connections))
    wanted = DEFAULT if name is None else name
    if isinstance(wanted, str) and wanted in connections:
        return wanted
    if name is None:
        raise InvalidInput("The worker has several connections: name one.", code="connectionNotNamed")
    raise InvalidInput("The worker has no connection of that name.", code="unknownConnection")


def _watched(name: str, entry: Mapping[str, Any], connections: Mapping[str, Any]) -> Watched:
    trigger = load().triggers.get(entry["trigger"])
    if trigger is None:
        raise _refusal([(f"/schedule/{name}/trigger", "is not the name of a trigger")])
    given = entry.get("input", {})
    problems = load().schemas.problems(trigger.input_schema, given)
    if "cursor" in given:
        problems = [("/cursor", "is kept by the worker: leave it out")]
    if problems:
        raise _refusal([(f"/schedule/{name}/input{at}", told) for at, told in problems])
    try:
        connection = chosen(connections, entry.get("connection"))
    except InvalidInput:
        raise _refusal([(f"/schedule/{name}/connection", "must be the name of a connection")]) from None
    return Watched(entry["trigger"], connection, given, entry.get("every", 30.0))


def _is_private(config: Config) -> bool:
    """Whether each process has a token store of its own."""
    store = config.token_store
    return store.startswith("memory:") if store else config.auth == "hostToken"


def _connection(name: str, config: Any, environment: Mapping[str, str]) -> Config:
    try:
        return build(config_source.read(config, environment), Schemas())
    except ConfigError as error:
        raise ConfigError(
            f"Connection {name}: {error.message}", code=error.code, details=error.details
        ) from None


def _refusal(problems: list[Problem]) -> ConfigError:
    told = "; ".join(f"{at.removeprefix('/').replace('/', '.') or '(all)'} {what}" for at, what in problems)
    details = {"problems": [{"pointer": at, "message": what} for at, what in problems]}
    return ConfigError(f"The worker's settings are not valid: {told}.", details=details)
