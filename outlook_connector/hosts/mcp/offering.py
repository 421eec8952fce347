"""Which operations a client is offered, and why others are refused."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ...checks import unknown
from ...dispatcher import Connector
from ...errors import ConnectorError, OperationDenied, UnknownOperation
from ...manifest import EFFECTS, Operation

READ = "read"
ALLOWABLE = tuple(effect for effect in EFFECTS if effect != READ)
"""What ``--allow`` takes; reading needs no leave of its own."""


def tool_name(operation: str) -> str:
    """``messages.list`` as ``messages_list``: many clients take no dot."""
    return operation.replace(".", "_")


class Offering:
    """The operations that both the connection's policy and the allowed effects let through, by their tools' names."""

    def __init__(self, connector: Connector, allowed: Iterable[str] = ()) -> None:
        self.allowed = frozenset({READ, *allowed})
        self._manifest = connector.manifest
        self._known = {tool_name(name): one for name, one in connector.manifest.operations.items()}
        by_policy = frozenset(connector.operations)
        self.tools: Mapping[str, Operation] = MappingProxyType(
            {
                tool: one
                for tool, one in self._known.items()
                if one.name in by_policy and self._refusal(one) is None
            }
        )

    def operation(self, tool: str) -> Operation:
        """The operation behind a tool. Raises ``UnknownOperation``, or ``OperationDenied`` where its effect was not
        allowed; what the policy forbids is refused by the connector itself, with the rule that does."""
        found = self._known.get(tool)
        if found is None:
            raise self._unknown(tool)
        refusal = self._refusal(found)
        if refusal:
            raise refusal
        return found

    def _unknown(self, tool: str) -> UnknownOperation:
        """What every host tells of the operation whose tool this would be. A name with a dot is none of a tool, though
        there may be such an operation."""
        if "." in tool:
            return unknown("tool", tool, self._known, ())
        operation = tool.replace("_", ".", 1)
        return unknown("operation", operation, self._manifest.names, self._manifest.triggers)

    def _refusal(self, operation: Operation) -> ConnectorError | None:
        details = {"operation": operation.name, "effect": operation.effect}
        if operation.root == "none" and operation.effect != READ:
            return OperationDenied(
                f"{operation.name} is no tool: a person signs in and out, with outlook-connector login.",
                details={**details, "rule": "mcp"},
            )
        missing = [effect for effect in _effects(operation) if effect not in self.allowed]
        if not missing:
            return None
        flags = " ".join(f"--allow {effect}" for effect in missing)
        return OperationDenied(
            f"This server does not allow {operation.name}: it was started without {flags}. "
            "Only the person who starts it can change that; nothing was done.",
            details={**details, "rule": flags},
        )


def _effects(operation: Operation) -> tuple[str, ...]:
    """All of them where the effect follows from the method that a call names."""
    return ALLOWABLE if operation.by_method else (operation.effect,)
