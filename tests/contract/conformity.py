"""An operation's permissions, as the manifest gives them, held against those of the calls that it makes."""

from collections.abc import Iterator, Sequence
from typing import Any

from outlook_connector.manifest import Need, Operation, Trigger

from .truth import EXCEPTIONS, published

KINDS = {"delegated": "DelegatedWork", "application": "Application"}
"""The manifest's word and that of `permissions.json`."""


def disagreements(operation: Operation | Trigger, calls: Sequence[str]) -> Iterator[str]:
    """Where the manifest asks for too little, for too much, or for something else than a call needs."""
    overruled = {one["call"]: one for one in EXCEPTIONS["permissions"] if operation.name in one["operations"]}
    for call in sorted(set(overruled) - set(calls)):
        yield f"the exception for {call} is not needed: the call is not made"
    for kind, theirs in KINDS.items():
        asked = {
            call: _of_call(call, kind, theirs, overruled) for call in calls if not call.endswith("/$batch")
        }
        yield from _unknown(asked, kind)
        known = {call: one for call, one in asked.items() if one is not None}
        yield from _unsatisfied(operation, kind, known)
        yield from _superfluous(operation, kind, known)


def _of_call(call: str, kind: str, theirs: str, overruled: dict[str, Any]) -> list[str] | None:
    """A call's permissions with the least privileged marked by a star."""
    if call in overruled:
        first, *others = overruled[call][kind] or [""]
        return [f"*{first}", *others] if first else []
    return published(call, theirs)


def _unknown(asked: dict[str, list[str] | None], kind: str) -> Iterator[str]:
    for call, permissions in asked.items():
        if permissions is None:
            yield f"nothing is known of the {kind} permissions of {call}"


def _unsatisfied(operation: Operation | Trigger, kind: str, asked: dict[str, list[str]]) -> Iterator[str]:
    """Whichever alternative of each need is granted, every call must be allowed by one of them."""
    needs = [*_needs(operation.permissions, kind)]
    if not needs and not any(asked.values()):
        return
    for extra in operation.permissions_for.values():
        needs += _needs(extra, kind)
    for call, permissions in asked.items():
        enough = accepted(permissions)
        if not any(set(need) <= enough for need in needs):
            yield f"{call} takes {sorted(enough)} ({kind}), and the manifest has {needs}"


def _superfluous(operation: Operation | Trigger, kind: str, asked: dict[str, list[str]]) -> Iterator[str]:
    """What is asked for first must be the least privileged permission of a call that is made."""
    wanted = {one for permissions in asked.values() for one in least(permissions)}
    for need in _needs(operation.permissions, kind):
        if need[0] not in wanted:
            yield f"{need[0]} ({kind}) is not the least privileged for any call: {sorted(wanted)} are"


def _needs(permissions: Any, kind: str) -> tuple[Need, ...]:
    needs: tuple[Need, ...] = getattr(permissions, kind)
    return needs


def accepted(permissions: Sequence[str]) -> set[str]:
    """Every permission with which a call is allowed, wider ones included."""
    named = {one.lstrip("*") for one in permissions}
    return named | {one["permission"] for one in EXCEPTIONS["includes"] if one["narrower"] in named}


def least(permissions: Sequence[str]) -> set[str]:
    """The least privileged: of two that Microsoft marks, the one that reads only."""
    starred = {one[1:] for one in permissions if one.startswith("*")}
    readers = {one for one in starred if "Write" not in one}
    return readers or starred
