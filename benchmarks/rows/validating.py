"""Validation of a mail's input and of a page of 100 messages, in microseconds, beside the libraries alone."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from outlook_connector.manifest import load
from outlook_connector.plain import plain
from outlook_connector.schema import Schemas, explainer

from ..place import CC, SUBJECT, TEXT, TO
from ..row import Row
from ..running import Samples
from ..server.messages import message
from . import Stage

MAIL = {"to": list(TO), "cc": list(CC), "subject": SUBJECT, "body": TEXT, "bodyType": "html"}
OPEN: dict[str, Any] = {"type": "object"}


def run(stage: Stage) -> Row:
    schemas = load().schemas
    page = {"value": [message(number) for number in range(100)], "nextCursor": None}
    works = {
        **_works("a mail", schemas, "messages.send.input.json", MAIL),
        **_works("a page of 100", schemas, "messages.list.output.json", page),
    }
    samples: Samples = {name: [] for name in works}
    for _ in range(stage.times(24, 8)):
        for name, work in works.items():
            times = 1 if "jsonschema alone" in name else 20
            begun = perf_counter()
            for _ in range(times):
                work()
            samples[name].append((perf_counter() - begun) / times)
    title = "validation of a send and of a page of 100"
    return Row("validating", title, "s", samples, [], compared_with="connector, a mail")


def _works(what: str, schemas: Schemas, name: str, value: Any) -> dict[str, Callable[[], Any]]:
    """As the dispatcher does it, with the input made plain first; and each library's verdict alone."""
    import jsonschema_rs

    document, slow = schemas.document(name), explainer(schemas, name)
    files = [(f"https://bench.invalid/common/{one.name}", schemas.document(f"common/{one.name}"))
             for one in (schemas.directory / "common").glob("*.json")]  # fmt: skip
    fast = jsonschema_rs.Draft202012Validator(
        {**document, "$id": f"https://bench.invalid/{name}"},
        registry=jsonschema_rs.Registry(files),
        validate_formats=True,
    )
    ours = (
        (lambda: schemas.problems(name, plain(value)))
        if "input" in name
        else (lambda: schemas.problems(name, value))
    )
    return {
        f"connector, {what}": ours,
        f"jsonschema-rs alone, {what}": lambda: fast.is_valid(value),
        f"jsonschema alone, {what}": lambda: slow.is_valid(value),
    }
