"""Answers with a page of a collection, its count, or one entity, the same way for every resource."""

from collections.abc import Callable, Iterable
from typing import Any

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.odata.collection import matching, page
from outlook_connector.sandbox.graph.odata.properties import Shape
from outlook_connector.sandbox.graph.request import Request

Json = dict[str, Any]


def page_answer(
    request: Request,
    rows: Iterable[Any],
    shape: Shape,
    arrival: Callable[[Any], Any],
    write: Callable[[Any], Json],
    context: str,
) -> Answer:
    """200 with the page that the query asks for; `write` makes a row's JSON."""
    found = page(matching(rows, request.query, shape, arrival), request.query, request.prefer.page_size)
    selected = f"({','.join(request.query.select)})" if request.query.select else ""
    body: Json = {"@odata.context": request.context(f"{context}{selected}")}
    if request.query.count:
        body["@odata.count"] = found.total
    body["value"] = [write(row) for row in found.rows]
    if found.next_query:
        body["@odata.nextLink"] = request.link(found.next_query)
    return Answer.json(200, body)


def count_answer(
    request: Request, rows: Iterable[Any], shape: Shape, arrival: Callable[[Any], Any]
) -> Answer:
    """200 with the number of rows as plain text."""
    total = len(matching(rows, request.query, shape, arrival))
    return Answer(200, str(total).encode(), {"Content-Type": "text/plain"})


def entity_answer(
    request: Request, status: int, values: Json, context: str, headers: dict[str, str] | None = None
) -> Answer:
    """One entity with its context before it."""
    selected = f"({','.join(request.query.select)})" if request.query.select else ""
    body = {"@odata.context": request.context(f"{context}{selected}/$entity"), **values}
    return Answer.json(status, body, headers)
