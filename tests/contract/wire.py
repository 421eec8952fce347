"""One exchange held against Graph as it was published: its path, query options, body and answer."""

import re
from collections.abc import Iterator
from typing import Any

from .recording import Exchange
from .truth import PATHS, Place, call_of, misfits, place_of, properties, template_of

NAMED_IN_QUERIES = ("$select", "$expand", "$orderby", "$filter")


def faults(exchange: Exchange) -> Iterator[str]:
    """What Graph would not know, empty where all is well. A call that is no path of Graph's is none of these."""
    template = template_of(exchange.path)
    if template is None:
        return
    call, place = call_of(exchange.method, exchange.path), place_of(template)
    for told in _in_query(exchange, template, place):
        yield f"{call}: {told}"
    for told in _in_body(exchange.body, place):
        yield f"{call}: the body's {told}"
    for told in _in_answer(exchange, place):
        yield f"{call}: the answer's {told}"


def is_listed(exchange: Exchange) -> bool:
    return is_path(exchange.method, exchange.path)


def is_path(method: str, path: str) -> bool:
    """Whether Graph has the path, and the method on it."""
    template = template_of(path)
    return template is not None and method in PATHS[template]["methods"]


def _in_query(exchange: Exchange, template: str, place: Place) -> Iterator[str]:
    """A link that Graph handed out holds what it likes."""
    if exchange.followed:
        return
    for option, value in exchange.query.items():
        if option not in PATHS[template]["query"]:
            yield f"takes no {option}"
        elif option in NAMED_IN_QUERIES and place.type:
            known = properties(place.type)
            yield from (
                f"{option} names {one}, no property of {place.type}"
                for one in _names(option, value)
                if one not in known
            )


def _names(option: str, value: str) -> list[str]:
    """The properties that an option names, those within others left aside."""
    if option in ("$select", "$orderby"):
        return [part.split()[0].split("/")[0] for part in value.split(",")]
    if option == "$expand":
        outermost = re.sub(r"\([^()]*(\([^()]*\)[^()]*)*\)", "", value)
        return [part.split("/")[-1] if "." in part else part for part in outermost.split(",")]
    plain = re.sub(r"'([^']|'')*'", "''", value)
    variables = set(re.findall(r"(\w+):", plain))
    found = re.findall(r"(?<![\w/:.@])([A-Za-z]\w*)(?=/|\s+(?:eq|ne|gt|ge|lt|le|in)\b)", plain)
    return [one for one in found if one not in variables]


def _in_body(body: Any, place: Place) -> Iterator[str]:
    if body is None or isinstance(body, bytes):
        return
    if place.parameters is None:
        yield from misfits(body, str(place.type))
        return
    known = {name.lower(): type_ for name, type_ in place.parameters.items()}
    for name, value in body.items():
        if name.lower() in known:
            yield from misfits(value, known[name.lower()], f"/{name}")
        else:
            yield f"/{name} is no parameter of the action"


def _in_answer(exchange: Exchange, place: Place) -> Iterator[str]:
    answer = exchange.answer
    if not isinstance(answer, dict) or "error" in answer or place.type is None:
        return
    listed = place.many and isinstance(answer.get("value"), list)
    yield from misfits(
        answer["value"] if listed else answer, f"Collection({place.type})" if listed else place.type
    )
