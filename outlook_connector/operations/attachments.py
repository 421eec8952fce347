"""Attachments. https://learn.microsoft.com/graph/api/resources/attachment"""

import base64
import hashlib
from typing import Any

from ..binding import get
from ..context import Context
from ..graph.upload import attach

SHOWN = "id,name,contentType,size,isInline,lastModifiedDateTime"
WHERE = "/messages/{messageId}/attachments/{attachmentId}"


def add(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Add one file to a draft; gives the attachment without its content."""
    return attach(context.graph, values["messageId"], values["attachment"])


def download(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The content, streamed to a file where ``saveTo`` names one or a directory, else in base64."""
    ids = {"messageId": values["messageId"], "attachmentId": values["attachmentId"]}
    about = context.graph.json(get(WHERE, query={"$select": SHOWN}, **ids))
    facts = {name: about[name] for name in ("name", "contentType") if about.get(name)}
    content = get(WHERE + "/$value", **ids)
    if "saveTo" not in values:
        data = context.graph.call(content).body
        return {**facts, "size": len(data), "contentBytes": base64.b64encode(data).decode("ascii")}
    target = context.files.place(values["saveTo"], str(about.get("name") or "attachment"))
    digest, size = hashlib.sha256(), 0
    with context.files.replacing(target) as stream, context.graph.stream(content) as pieces:
        for piece in pieces:
            stream.write(piece)
            digest.update(piece)
            size += len(piece)
    return {**facts, "size": size, "path": target, "sha256": digest.hexdigest()}
