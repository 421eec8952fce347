"""Which permissions a set of operations needs, and which of them are missing. Pure."""

from collections.abc import Collection, Iterable, Mapping

from .manifest import Manifest, Need, Operation, Trigger
from .policy import Policy

POLICY = "recipientsPolicy"
"""The use of an operation whose recipients the policy has to see first."""


def needs_of(manifest: Manifest, policy: Policy, auth: str) -> tuple[Need, ...]:
    """What every operation and trigger that the policy allows needs, each need once, in the manifest's order; where
    the policy looks at recipients, for that as well."""
    everything: tuple[Operation | Trigger, ...] = (*manifest.operations.values(), *manifest.triggers.values())
    allowed = [one for one in everything if policy.allows(one.name, one.effect_on_mail)]
    always = [one.permissions for one in allowed]
    if policy.limits_recipients:
        always += [one.permissions_for[POLICY] for one in allowed if POLICY in one.permissions_for]
    return tuple(dict.fromkeys(need for permissions in always for need in permissions.of(auth)))


def uses_of(manifest: Manifest, policy: Policy, auth: str) -> tuple[Need, ...]:
    """What the allowed operations need for uses beyond their plainest one."""
    allowed = [one for one in manifest.operations.values() if policy.allows(one.name, one.effect_on_mail)]
    more = [permissions for one in allowed for permissions in one.permissions_for.values()]
    return tuple(dict.fromkeys(need for permissions in more for need in permissions.of(auth)))


def least(needs: Iterable[Need]) -> tuple[str, ...]:
    """The fewest permissions that satisfy all needs, and the least privileged of those that do as well."""
    open_needs, chosen = list(dict.fromkeys(needs)), set[str]()
    while open_needs:
        best = max(_candidates(open_needs), key=lambda one: _worth(one, open_needs))
        chosen.add(best)
        open_needs = [need for need in open_needs if best not in need]
    return tuple(sorted(chosen))


def _candidates(needs: list[Need]) -> list[str]:
    """What has no alternative comes first, since it is asked for anyway."""
    only = [need[0] for need in needs if len(need) == 1]
    return only or sorted({one for need in needs for one in need})


def _worth(permission: str, needs: list[Need]) -> tuple[int, int]:
    places = [need.index(permission) for need in needs if permission in need]
    return len(places), -sum(places)


def missing(needs: Iterable[Need], granted: Collection[str]) -> tuple[str, ...]:
    """The permissions that would have to be granted as well."""
    held = _held(granted)
    return least(need for need in needs if not _met(need, held))


def superfluous(useful: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """What was granted and is not among the useful ones. One for shared mailboxes counts as the plain one, since a
    call may name a mailbox."""
    used = {one.lower() for one in useful} | SIGN_IN
    return tuple(one for one in granted if not used & {one.lower(), one.lower().removesuffix(".shared")})


def for_another(needs: Iterable[Need]) -> tuple[Need, ...]:
    """The needs of a person in a mailbox of somebody else, who shares it.
    https://learn.microsoft.com/graph/outlook-share-messages-folders"""
    return tuple(tuple(dict.fromkeys(SHARED.get(one, one) for one in need)) for need in needs)


SHARED: Mapping[str, str] = {
    name: f"{name}.Shared" for name in ("Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite", "Mail.Send")
}
"""Permission → the one that reaches shared mailboxes as well as one's own; delegated only.
https://learn.microsoft.com/graph/permissions-reference#mailreadshared"""

SIGN_IN = frozenset({"openid", "profile", "email", "offline_access"})
"""What belongs to signing in, and to no operation."""


def _met(need: Need, held: Collection[str]) -> bool:
    return any(one.lower() in held for one in need)


def _held(granted: Collection[str]) -> frozenset[str]:
    """Short names in lower case; one for shared mailboxes reaches one's own as well."""
    names = {one.lower().rsplit("/", 1)[-1] for one in granted}
    return frozenset(names | {name.removesuffix(".shared") for name in names})
