"""Which permissions a set of operations needs, and which of them are missing. Pure."""

from collections.abc import Collection, Iterable

from .manifest import Manifest, Need
from .policy import Policy


def needs_of(manifest: Manifest, policy: Policy, auth: str) -> tuple[Need, ...]:
    """What every operation that the policy allows needs, each need once, in the manifest's order."""
    allowed = (one for one in manifest.operations.values() if policy.allows(one.name, one.effect))
    return tuple(dict.fromkeys(need for one in allowed for need in one.permissions.of(auth)))


def least(needs: Iterable[Need]) -> tuple[str, ...]:
    """The fewest permissions that satisfy all needs: a need that has a choice takes what is asked for anyway,
    else the first, which is the least privileged."""
    chosen: dict[str, None] = {}
    for need in sorted(needs, key=len):
        if not any(one in chosen for one in need):
            chosen[need[0]] = None
    return tuple(sorted(chosen))


def missing(needs: Iterable[Need], granted: Collection[str]) -> tuple[str, ...]:
    """The permissions that would have to be granted as well."""
    held = {one.lower().rsplit("/", 1)[-1] for one in granted}
    return least(need for need in needs if not any(one.lower() in held for one in need))
