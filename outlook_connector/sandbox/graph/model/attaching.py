"""Reads attachments that a client sent: https://learn.microsoft.com/graph/api/message-post-attachments"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from outlook_connector.sandbox.graph.model.message import Attachment
from outlook_connector.sandbox.graph.model.writable import read, wrong_type
from outlook_connector.sandbox.graph.problem import bad_request, problem

# https://www.rfc-editor.org/rfc/rfc6838#section-4.2
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:\s*;[ -~]*)?")
SMALL = 3 * 1024 * 1024
_KINDS = {"fileattachment": "file", "itemattachment": "item", "referenceattachment": "reference"}


def attachment_of(data: Any, key: str, at: datetime) -> Attachment:
    """An attachment from a client's JSON. Raises 400, and 413 from 3 MB on."""
    if not isinstance(data, dict):
        raise wrong_type("attachments", "StartObject")
    kind = _kind(data)
    if kind == "reference":
        raise bad_request("Reference attachments can't be created in this version.", "ErrorInvalidArgument")
    name = data.get("name")
    if not isinstance(name, str) or not name:
        raise bad_request("The attachment's name is missing.", "ErrorInvalidArgument")
    return _item(data, key, name, at) if kind == "item" else _file(data, key, name, at)


def _kind(data: Mapping[str, Any]) -> str:
    named = str(data.get("@odata.type", "")).rsplit(".", 1)[-1].lstrip("#").lower()
    if named not in _KINDS:
        raise bad_request(
            "A type named in '@odata.type' could not be resolved: an attachment is a "
            "#microsoft.graph.fileAttachment or a #microsoft.graph.itemAttachment.",
            "RequestBodyRead",
        )
    return _KINDS[named]


def _file(data: Mapping[str, Any], key: str, name: str, at: datetime) -> Attachment:
    content = _bytes(data.get("contentBytes"))
    if len(content) >= SMALL:
        raise problem("message_size")
    return Attachment(
        key=key,
        name=name,
        modified=at,
        content_type=content_type(data),
        content=content,
        inline=bool(data.get("isInline")),
        content_id=optional_text(data, "contentId"),
        content_location=optional_text(data, "contentLocation"),
    )


def content_type(data: Mapping[str, Any]) -> str:
    """The media type that a client gave, or the most general one where it gave none that can be."""
    given = (optional_text(data, "contentType") or "").strip()
    return given if _MEDIA_TYPE.fullmatch(given) else "application/octet-stream"


def optional_text(data: Mapping[str, Any], name: str) -> str | None:
    """A text or nothing. Raises 400 for another type."""
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise wrong_type(name, "Edm.String")
    return value


def _bytes(text: Any) -> bytes:
    if not isinstance(text, str):
        raise wrong_type("contentBytes", "Edm.Binary")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise bad_request(
            "Cannot convert the literal to the expected type 'Edm.Binary'.", "RequestBodyRead"
        ) from None


def _item(data: Mapping[str, Any], key: str, name: str, at: datetime) -> Attachment:
    item = data.get("item")
    if not isinstance(item, dict):
        raise wrong_type("item", "StartObject")
    if str(item.get("@odata.type", "")).lower().endswith(".message"):
        read(item)
    size = len(json.dumps(item))
    return Attachment(
        key=key, name=name, modified=at, kind="item", content_type=None, item=item, item_size=size
    )
