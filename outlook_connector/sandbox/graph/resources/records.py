"""Collections of plain entities, such as categories and rules: listed, read and deleted the same way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.graph.model.own import Own
from outlook_connector.sandbox.graph.odata.properties import Property, Shape
from outlook_connector.sandbox.graph.odata.render import entity
from outlook_connector.sandbox.graph.problem import problem
from outlook_connector.sandbox.graph.request import Request
from outlook_connector.sandbox.graph.resources.listing import count_answer, entity_answer, page_answer

Json = dict[str, Any]


def _as_they_come(_row: Json) -> int:
    """All alike: a stable sort leaves the rows in their own order."""
    return 0


def shape_of(name: str, kinds: Mapping[str, str]) -> Shape:
    """A shape for entities that are stored as they are written; `kinds` are the types of its properties."""
    return Shape(name, {key: Property(kind, _getter(key)) for key, kind in kinds.items()})


def _getter(key: str) -> Callable[[Json], Any]:
    return lambda row: row.get(key)


@dataclass(frozen=True)
class Records:
    """One collection: `rows` finds it among a mailbox's belongings, `place` is its path below the mailbox."""

    shape: Shape
    place: str
    rows: Callable[[Own], dict[str, Json]]

    def stored(self, request: Request) -> dict[str, Json]:
        """The collection of the mailbox that the path names, id -> entity."""
        return self.rows(request.mailbox.own)

    def write(self, request: Request, row: Json) -> Json:
        """An entity with what the query selects."""
        return entity(row, self.shape, request.query.select)

    def list(self, request: Request) -> Answer:
        """A page of the collection, in its own order."""
        rows = self.stored(request).values()
        return page_answer(
            request, rows, self.shape, _as_they_come, lambda row: self.write(request, row), self.place
        )

    def count(self, request: Request) -> Answer:
        """How many there are."""
        return count_answer(request, self.stored(request).values(), self.shape, _as_they_come)

    def find(self, request: Request, param: str = "id") -> Json:
        """The entity that the path names. Raises 404."""
        found = self.stored(request).get(request.params[param])
        if found is None:
            raise problem("no_item")
        return found

    def answer(self, request: Request, status: int, row: Json) -> Answer:
        """One entity as the answer."""
        return entity_answer(request, status, self.write(request, row), self.place)

    def get(self, request: Request) -> Answer:
        """One entity."""
        return self.answer(request, 200, self.find(request))

    def put(self, request: Request, status: int, row: Json) -> Answer:
        """Stores an entity, new or changed, and answers with it."""
        self.stored(request)[row["id"]] = row
        return self.answer(request, status, row)

    def delete(self, request: Request) -> Answer:
        """Takes one away: 204."""
        del self.stored(request)[self.find(request)["id"]]
        return Answer(204)
