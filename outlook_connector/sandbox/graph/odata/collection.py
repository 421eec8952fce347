"""One page of a collection: filter, search, order, page, count, and the link to the next page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from outlook_connector.sandbox.graph.odata.filters import compile_filter
from outlook_connector.sandbox.graph.odata.properties import PATHS, Shape, unknown_property, walk
from outlook_connector.sandbox.graph.odata.query import MOST, Query
from outlook_connector.sandbox.graph.odata.search import compile_search
from outlook_connector.sandbox.graph.problem import bad_request, parse_uri, problem

_DEFAULT_PAGE = 10
_NOT_WITH_SEARCH = (("filter", "$filter", "SearchWithFilter"), ("orderby", "$orderBy", "SearchWithOrderBy"))
_SortKey = Callable[[Any], Any]


@dataclass(frozen=True)
class Page:
    """Rows of one page, the query of the next one (None at the end), and how many rows there are in all."""

    rows: list[Any]
    next_query: str | None
    total: int


def matching(rows: Iterable[Any], query: Query, shape: Shape, arrival: _SortKey) -> list[Any]:
    """All rows that a query asks for, in its order; `arrival` is the key of the default order, newest first.

    Raises 400: InefficientFilter where $orderby and $filter do not go together as Graph wants it,
    SearchWithFilter and SearchWithOrderBy where $search stands beside them.
    """
    if query.search is not None:
        if not shape.searchable:
            raise bad_request("The query parameter '$search' is not supported for this resource.")
        return _found(rows, query, arrival)
    kept = sorted(rows, key=arrival, reverse=True)
    if query.filter is not None:
        chosen = compile_filter(query.filter, shape)
        _check_order(query, chosen.properties)
        kept = [row for row in kept if chosen.test(row)]
    for name, descending in reversed(query.orderby):
        kept.sort(key=_sort_key(name, shape), reverse=descending)
    return kept


def page(rows: list[Any], query: Query, page_size: int | None) -> Page:
    """Cuts the page out of all rows."""
    size = query.top or page_size or _DEFAULT_PAGE
    start = _start(query)
    end = start + size
    following = _next_query(query, end) if end < len(rows) else None
    return Page(rows[start:end], following, len(rows))


def _found(rows: Iterable[Any], query: Query, arrival: _SortKey) -> list[Any]:
    for attribute, name, code in _NOT_WITH_SEARCH:
        if getattr(query, attribute):
            raise bad_request(f"The query parameter '{name}' is not supported with '$search'.", code)
    if query.skip:
        raise bad_request("The query parameter '$skip' is not supported with '$search'.", "SearchWithSkip")
    test = compile_search(query.search or "")
    return sorted((row for row in rows if test(row)), key=arrival, reverse=True)[:MOST]


def _check_order(query: Query, filtered: tuple[str, ...]) -> None:
    ordered = tuple(name for name, _ in query.orderby)
    if ordered and filtered[: len(ordered)] != ordered:
        raise problem("inefficient")


def _sort_key(path: str, shape: Shape) -> _SortKey:
    first, *rest = path.split("/")
    found = shape.properties.get(first)
    if found is None:
        raise unknown_property(first, shape)
    if not (found.sortable if not rest else "/".join(rest) in PATHS.get(found.kind, {})):
        raise parse_uri(f"The property '{path}' cannot be used in $orderby.")

    def key(row: Any) -> Any:
        value = walk(found.get(row), rest) if rest else found.get(row)
        return (value is not None, value.casefold() if isinstance(value, str) else value)

    return key


def _start(query: Query) -> int:
    if query.skip_token is None:
        return query.skip
    if not query.skip_token.isdigit():
        raise bad_request("The skip token is invalid.", "ErrorInvalidUrlQuery")
    return int(query.skip_token)


def _next_query(query: Query, start: int) -> str:
    """The same query one page on; a search goes on by token, because it takes no $skip."""
    name = "$skip" if query.search is None else "$skiptoken"
    pairs = [(key, value) for key, value in query.pairs if key not in ("$skip", "$skiptoken")]
    return urlencode([*pairs, (name, str(start))], quote_via=quote)
