"""``scopes``: the permissions to enter in the app registration."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from .options import config_option, configured, json_option, settings
from .output import emit, for_people, show

if TYPE_CHECKING:
    from ...manifest import Manifest, Permissions
    from ...policy import Policy

KINDS = ("delegated", "application")
DOCUMENTATION = "https://learn.microsoft.com/graph/permissions-reference"


@click.command()
@click.option(
    "--for",
    "uses",
    multiple=True,
    metavar="USE",
    help="Count this use in as well, such as tracked; may be given several times, or as all.",
)
@config_option
@json_option
def scopes(uses: tuple[str, ...], config: str | None, as_json: bool) -> None:
    """Show the least permissions that the allowed operations need.

    Without a configuration all operations count; with one, those that it allows. Uses that need more than the
    plainest one are listed apart, and counted in with --for.
    """
    from ...manifest import load

    manifest = load()
    found = answer(manifest, _policy(config), uses, another=_names_a_mailbox(config))
    if for_people(as_json):
        _show(found)
    else:
        emit(found)


def answer(
    manifest: "Manifest", policy: "Policy", uses: tuple[str, ...], another: bool = False
) -> dict[str, Any]:
    """``{"delegated": [...], "application": [...], "extras": [{"operation", "use", ...}]}``: the extras are those
    that the lists do not cover yet. ``another``: a person's permissions are for the mailbox of somebody else. Raises
    a usage error for a use that no operation knows."""
    from ...permissions import for_another, least, missing, needs_of

    allowed = [one for one in manifest.operations.values() if policy.allows(one.name, one.effect_on_mail)]
    extras = [(one.name, use, more) for one in allowed for use, more in one.permissions_for.items()]
    known = {use for _, use, _ in extras}
    unknown = [use for use in uses if use not in known | {"all"}]
    if unknown:
        raise click.UsageError(f"--for {unknown[0]}: the uses are {', '.join(sorted(known))}, or all.")
    asked = [more for _, use, more in extras if use in uses or "all" in uses]
    needs = {
        kind: (*needs_of(manifest, policy, kind), *(need for more in asked for need in more.of(kind)))
        for kind in KINDS
    }
    if another:
        needs["delegated"] = for_another(needs["delegated"])
    lists = {kind: least(needs[kind]) for kind in KINDS}
    lacking = [
        {"operation": name, "use": use, **{kind: list(missing(more.of(kind), lists[kind])) for kind in KINDS}}
        for name, use, more in extras
    ]
    return {
        **{kind: list(names) for kind, names in lists.items()},
        "extras": [one for one in lacking if any(one[kind] for kind in KINDS)],
        "documentation": DOCUMENTATION,
    }


def words(permissions: "Permissions") -> dict[str, list[Any]]:
    """The permissions as the manifest writes them: a list in the list means any of these."""
    return {
        kind: [list(need) if len(need) > 1 else need[0] for need in permissions.of(kind)] for kind in KINDS
    }


def _policy(config: str | None) -> "Policy":
    from ...config import Rules
    from ...policy import Policy

    return Policy(settings(config).rules if configured(config) else Rules())


def _names_a_mailbox(config: str | None) -> bool:
    return configured(config) and settings(config).mailbox is not None


def _show(found: Mapping[str, Any]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("permissions", "for a signed-in person (delegated)", "for an application"):
        table.add_column(heading, overflow="fold")
    table.add_row("needed", *("\n".join(found[kind]) or "none" for kind in KINDS))
    for extra in found["extras"]:
        more = ("\n".join(extra[kind]) or "nothing more" for kind in KINDS)
        table.add_row(f"[dim]{extra['operation']}, {extra['use']}[/]", *(f"[dim]{one}[/]" for one in more))
    show(table, f"[dim]{DOCUMENTATION}[/]")
