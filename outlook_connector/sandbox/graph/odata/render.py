"""Writes messages, folders and attachments as Graph's JSON, with $select, $expand and Prefer honoured."""

import base64
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.graph.model.extending import extension_json
from outlook_connector.sandbox.graph.model.message import Attachment
from outlook_connector.sandbox.graph.odata.filters import compile_filter
from outlook_connector.sandbox.graph.odata.properties import STRING, Property, Shape, unknown_property
from outlook_connector.sandbox.graph.odata.query import Expansion, split
from outlook_connector.sandbox.graph.problem import parse_uri
from outlook_connector.sandbox.graph.times import iso
from outlook_connector.sandbox.graph.view import View

Json = dict[str, Any]
# Mail.ReadBasic hides these: https://learn.microsoft.com/graph/permissions-reference#mailreadbasic
_BEYOND_BASIC = frozenset(("body", "bodyPreview", "uniqueBody"))


def entity(row: Any, shape: Shape, select: Iterable[str], *, basic: bool = False) -> Json:
    """The properties of a row: those selected and always the id, or all that come without being asked."""
    names = chosen(shape, tuple(select))
    hidden = _BEYOND_BASIC if basic else frozenset()
    return {name: _plain(shape.properties[name].get(row)) for name in names if name not in hidden}


def chosen(shape: Shape, select: tuple[str, ...]) -> list[str]:
    """Names to write, in the shape's order. Raises 400 for a property that the type does not have."""
    if not select or "*" in select:
        return [name for name, found in shape.properties.items() if not found.selected_only]
    for name in select:
        if name not in shape.properties and name not in shape.navigation:
            raise unknown_property(name, shape)
    return [name for name in shape.properties if name == "id" or name in select]


def _plain(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else value


_EXTENDED_SHAPE = Shape(
    "Microsoft.OutlookServices.SingleValueLegacyExtendedProperty",
    {"id": Property(STRING, lambda row: row["id"]), "value": Property(STRING, lambda row: row["value"])},
)


def expanded(view: View, expansions: Iterable[Expansion], shape: Shape, *, basic: bool = False) -> Json:
    """What `$expand` adds to a message. Raises 400 for what cannot be expanded."""
    found: Json = {}
    for expansion in expansions:
        if expansion.name not in shape.navigation:
            raise unknown_property(expansion.name, shape)
        values = [] if basic else _EXPANDERS.get(expansion.name, _nothing)(view, expansion)
        if values or expansion.name == "attachments":
            found[expansion.name] = values
    return found


def _nothing(_view: View, _expansion: Expansion) -> list[Json]:
    return []


def _attachments(view: View, expansion: Expansion) -> list[Json]:
    select = tuple(split(expansion.options.get("$select", "")))
    return [attachment_json(view, attachment, select) for attachment in view.message.attachments]


def _extended(view: View, expansion: Expansion) -> list[Json]:
    # Without a filter Graph refuses: it never lists all extended properties.
    # https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
    text = expansion.options.get("$filter")
    if text is None:
        raise parse_uri("Expanding singleValueExtendedProperties needs a $filter on id.")
    test = compile_filter(text, _EXTENDED_SHAPE).test
    rows = ({"id": name, "value": value} for name, value in view.message.extended.items())
    return [row for row in rows if test(row)]


_EXTENSION_SHAPE = Shape(
    "microsoft.graph.extension",
    {
        "id": Property(STRING, lambda row: row["id"]),
        "extensionName": Property(STRING, lambda row: row["extensionName"]),
    },
)


def _extensions(view: View, expansion: Expansion) -> list[Json]:
    rows = [extension_json(name, values) for name, values in view.message.extensions.items()]
    text = expansion.options.get("$filter")
    if text is None:
        return rows
    # An id may be asked for by its whole form or by the name alone.
    test = compile_filter(text, _EXTENSION_SHAPE).test
    return [row for row in rows if test(row) or test({**row, "id": row["extensionName"]})]


_EXPANDERS: Mapping[str, Callable[[View, Expansion], list[Json]]] = {
    "attachments": _attachments,
    "singleValueExtendedProperties": _extended,
    "extensions": _extensions,
}

_ATTACHMENT_PROPERTIES = frozenset(
    {
        "contentBytes",
        "contentId",
        "contentLocation",
        "contentType",
        "id",
        "isInline",
        "item",
        "lastModifiedDateTime",
        "name",
        "size",
    }
)
_FILE_PREFIX = "microsoft.graph.fileAttachment/"


def attachment_json(
    view: View, attachment: Attachment, select: tuple[str, ...] = (), *, with_item: bool = False
) -> Json:
    """An attachment: https://learn.microsoft.com/graph/api/resources/fileattachment"""
    wanted = {name.removeprefix(_FILE_PREFIX) for name in select}
    if unknown := wanted - _ATTACHMENT_PROPERTIES:
        name = sorted(unknown)[0]
        raise parse_uri(
            f"Could not find a property named '{name}' on type 'Microsoft.OutlookServices.Attachment'."
        )
    values = {
        "@odata.type": f"#microsoft.graph.{attachment.kind}Attachment",
        "id": view.attachment_id(attachment),
        "lastModifiedDateTime": iso(attachment.modified),
        "name": attachment.name,
        "contentType": attachment.content_type,
        "size": attachment.size,
        "isInline": attachment.inline,
        **_content(attachment, with_item=with_item),
    }
    if not wanted:
        return values
    return {name: value for name, value in values.items() if name in wanted | {"@odata.type", "id"}}


def _content(attachment: Attachment, *, with_item: bool) -> Json:
    if attachment.kind == "item":
        return {"item": attachment.item} if with_item else {}
    if attachment.kind != "file":
        return {}
    return {
        "contentId": attachment.content_id,
        "contentLocation": attachment.content_location,
        "contentBytes": base64.b64encode(attachment.content).decode(),
    }
