"""The manifest's triggers: what is watched in a mailbox, and what an event of it needs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from .errors import Problem
from .frozen import frozen
from .manifest_reading import Entry, Permissions, is_handler, only, permissions, text, texts


@frozen
class Trigger(Entry):
    """One trigger. ``handler`` is ``module.function`` in ``outlook_connector.triggers``: it makes the source that
    the events are read from. Watching changes nothing, which the class's values say in an operation's words."""

    name: str
    title: str
    description: str
    permissions: Permissions
    handler: str
    clouds: tuple[str, ...] = ()
    deprecated: str | None = None
    documentation: str | None = None

    effect: ClassVar[str] = "read"
    effect_on_mail: ClassVar[str] = "read"
    idempotent: ClassVar[bool] = True
    result: ClassVar[str] = "object"
    root: ClassVar[str] = "mailbox"
    request: ClassVar[None] = None
    permissions_for: ClassVar[Mapping[str, Permissions]] = MappingProxyType({})


_KEYS = {"title", "description", "permissions", "handler", "clouds", "deprecated", "documentation"}


def trigger(name: str, raw: Mapping[str, Any], at: str, problems: list[Problem]) -> Trigger:
    """The trigger of an entry; what is wrong is added to ``problems``."""
    only(raw, _KEYS, at, problems)
    handler = raw.get("handler")
    if not is_handler(handler):
        problems.append((f"{at}/handler", "must be module.function of outlook_connector.triggers"))
    return Trigger(
        name=name,
        title=text(raw, "title", at, problems),
        description=text(raw, "description", at, problems),
        permissions=permissions(raw.get("permissions", {}), f"{at}/permissions", problems),
        handler=str(handler),
        clouds=texts(raw.get("clouds", []), f"{at}/clouds", problems),
        deprecated=raw.get("deprecated"),
        documentation=raw.get("documentation"),
    )
