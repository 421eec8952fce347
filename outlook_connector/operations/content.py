"""Bytes that Graph gives: into a file, or in base64."""

import base64
import hashlib
from typing import Any

from ..binding import GraphRequest
from ..context import Context


def fetched(context: Context, request: GraphRequest, save_to: str | None, name: str) -> dict[str, Any]:
    """``{size, contentBytes}``; or where ``save_to`` names a file or a directory, ``{size, path, sha256}``: it is
    streamed, and takes its name (``name`` in a directory) only when it is whole.

    Raises ``OperationDenied`` outside ``files.allow``.
    """
    if save_to is None:
        data = context.graph.call(request).body
        return {"size": len(data), "contentBytes": base64.b64encode(data).decode("ascii")}
    target = context.files.place(save_to, name)
    digest, size = hashlib.sha256(), 0
    with context.files.replacing(target) as stream, context.graph.stream(request) as pieces:
        for piece in pieces:
            stream.write(piece)
            digest.update(piece)
            size += len(piece)
    return {"size": size, "path": target, "sha256": digest.hexdigest()}
