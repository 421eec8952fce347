"""An operation as a tool's description for a client."""

from typing import Any

from mcp.types import Tool, ToolAnnotations

from ...manifest import Operation
from ...schema import Schemas
from .offering import READ, tool_name
from .schemas import input_of, output_of, rules_of


def tool(operation: Operation, schemas: Schemas) -> Tool:
    """Name, title, description, both schemas and the hints."""
    rules = rules_of(schemas, operation)
    meta: dict[str, Any] = {"outlook-connector/operation": operation.name}
    return Tool(
        name=tool_name(operation.name),
        title=operation.title,
        description=f"{operation.description} {rules}".strip(),
        input_schema=input_of(schemas, operation),
        output_schema=output_of(schemas, operation),
        annotations=hints(operation),
        _meta=meta,
    )


def hints(operation: Operation) -> ToolAnnotations:
    """From the manifest's ``effect`` and ``idempotent``. ``destructiveHint`` is false only for what adds and takes
    nothing away; of the writes, those that set a state are the idempotent ones. ``openWorldHint`` says that other
    people's words come back, or that words go out to them."""
    reads = operation.effect == READ
    adds = operation.effect == "write" and not operation.idempotent
    return ToolAnnotations(
        read_only_hint=reads,
        destructive_hint=not reads and not adds,
        idempotent_hint=operation.idempotent,
        open_world_hint=operation.root != "none",
    )
