"""Where a connection configuration comes from: a mapping, a JSON or YAML file, or the environment.

Any value may be a reference, ``{"env": "NAME"}`` or ``{"file": "path"}``, so that no secret has to stand in the
configuration itself. No error tells a value.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import ConfigError, Problem, pointer

PREFIX = "OUTLOOK_CONNECTOR_"
"""Environment variables: ``OUTLOOK_CONNECTOR_CONFIG`` names a file, ``OUTLOOK_CONNECTOR_TENANT_ID`` and so on
set one key each."""


def read(
    source: Mapping[str, Any] | str | os.PathLike[str] | None, environment: Mapping[str, str]
) -> dict[str, Any]:
    """The configuration's raw keys, references resolved: from a mapping, a JSON or YAML file, or the environment.

    Raises ``ConfigError`` for a file that cannot be read, and for a reference that leads nowhere.
    """
    if source is None:
        path = environment.get(PREFIX + "CONFIG")
        raw = {**(_from_file(path) if path else {}), **_from_environment(environment)}
    elif isinstance(source, Mapping):
        raw = dict(source)
    elif isinstance(source, (str, os.PathLike)):
        raw = _from_file(source)
    else:
        raise ConfigError("The connection configuration must be a mapping, the path of a file, or nothing.")
    problems: list[Problem] = []
    resolved = {str(key): _resolve(value, [key], environment, problems) for key, value in raw.items()}
    _check_texts(resolved, [], problems)
    if problems:
        raise refusal(problems)
    return resolved


def refusal(problems: list[Problem]) -> ConfigError:
    """One error for all that is wrong with a configuration."""
    told = "; ".join(
        f"{at.removeprefix('/').replace('/', '.') or '(all)'} {message}" for at, message in problems
    )
    details = {"problems": [{"pointer": at, "message": message} for at, message in problems]}
    end = "" if told.endswith("?") else "."
    return ConfigError(f"The connection configuration is not valid: {told}{end}", details=details)


def _resolve(value: Any, at: list[str | int], environment: Mapping[str, str], problems: list[Problem]) -> Any:
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"env"}:
        name = str(value["env"])
        if name not in environment:
            problems.append((pointer(at), f"refers to the environment variable {name}, which is not set"))
        return environment.get(name)
    if set(value) == {"file"}:
        try:
            return Path(str(value["file"])).expanduser().read_text(encoding="utf-8").strip()
        except UNREADABLE as error:
            problems.append((pointer(at), f"refers to the file {value['file']}: {_reason(error)}"))
            return None
    return {key: _resolve(inner, [*at, key], environment, problems) for key, inner in value.items()}


def _check_texts(value: Any, at: list[str | int], problems: list[Problem]) -> None:
    """A key, a name or an address is one line of text; only a certificate's has several."""
    if isinstance(value, str) and not value.replace("\n", "").replace("\r", "").isprintable():
        problems.append((pointer(at), "must be text without control characters"))
    elif isinstance(value, str) and not value.isprintable() and at[-1:] != ["pem"]:
        problems.append((pointer(at), "must be one line of text"))
    elif isinstance(value, (Mapping, list, tuple)):
        for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            _check_texts(inner, [*at, key], problems)


UNREADABLE = (OSError, ValueError, RuntimeError)
"""What reading a file named by a user may raise: a missing one, a name that cannot be one, an unknown ``~user``."""


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "cannot be read"
    return "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "is not the path of a file"


COLON = ' A value with a colon at its end or before a space needs quotes, such as "memory:".'


def _from_file(path: str | os.PathLike[str]) -> dict[str, Any]:
    """A JSON or YAML mapping. A parser's message quotes what it read, so only its position is told."""
    from yaml import YAMLError

    from .yaml_reading import read_yaml

    file = Path(path)
    try:
        raw = read_yaml(file.expanduser().read_text(encoding="utf-8"))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        colon = (
            COLON if str(getattr(error, "problem", "")).startswith("mapping values are not allowed") else ""
        )
        raise ConfigError(f"The configuration file {file} is not JSON or YAML{where}.{colon}") from None
    except UNREADABLE as error:
        told = f"The configuration file {str(path)!r} cannot be read: {_reason(error)}."
        raise ConfigError(told, details={"file": str(path)}) from None
    if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
        raise ConfigError(f"The configuration file {file} must hold one object of keys and values.")
    return raw


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """``OUTLOOK_CONNECTOR_CLIENT_ID`` sets ``clientId``; a value that is JSON (an object, a list, a number, true)
    is read as such where the key is not a text."""
    raw: dict[str, Any] = {}
    reserved = {"CONFIG", "KEY"}
    for name, text in environment.items():
        key = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and key not in reserved:
            first, *rest = key.lower().split("_")
            raw[first + "".join(part.title() for part in rest)] = _parsed(text)
    return raw


def _parsed(text: str) -> Any:
    if text[:1] not in "{[" and text not in ("true", "false"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
