"""Bytes that Graph gives: into a file, or in base64."""

import base64
import logging
from typing import Any, BinaryIO

from ..binding import GraphRequest
from ..context import Context
from ..errors import TransportError
from ..graph.client import Graph
from ..graph.retry import wait
from ..progress import Report, silent
from .writing import WrittenAhead

log = logging.getLogger("outlook_connector.operations")


def fetched(
    context: Context,
    request: GraphRequest,
    save_to: str | None,
    name: str,
    about: int | None = None,
) -> dict[str, Any]:
    """``{size, contentBytes}``; or where ``save_to`` names a file or a directory, ``{size, path, sha256}``: it is
    streamed, and takes its name (``name`` in a directory) only when it is whole. ``about`` is how many bytes to
    expect, for who watches.

    Raises ``OperationDenied`` outside ``files.allow``.
    """
    if save_to is None:
        data = context.graph.call(request).body
        return {"size": len(data), "contentBytes": base64.b64encode(data).decode("ascii")}
    target = context.files.place(save_to, name)
    with context.files.replacing(target) as stream:
        size, digest = copied(context.graph, request, stream, context.graph.progress, about, lasting=True)
    return {"size": size, "path": target, "sha256": digest}


def copied(
    graph: Graph,
    request: GraphRequest,
    target: BinaryIO,
    report: Report = silent,
    about: int | None = None,
    lasting: bool = False,
) -> tuple[int, str]:
    """The answer's bytes, written to the end of ``target``: how many, and their SHA-256 in hex. Where the answer
    breaks off it is asked for again from its beginning, since Graph gives no parts of one. ``lasting`` is a file that
    will have to be on the disk: it gets there on the way.

    Raises ``TransportError`` when it broke off ``http.attempts`` times.
    """
    start, attempt = target.tell(), 0
    while True:
        attempt += 1
        target.seek(start)
        target.truncate()
        written, began, answered = WrittenAhead(target, report, about, lasting), graph.clock(), False
        try:
            with written, graph.stream(request) as body:
                answered = True
                while written.more(body.into):
                    pass
            report("bytes", written.size, written.size)
            return written.size, written.digest.hexdigest()
        except TransportError:
            if not answered or attempt >= graph.config.http.attempts:
                raise
            log.info("a download broke off after %d bytes; from the beginning again", written.size)
            graph.sleep(wait(attempt, None, graph.dice))
        finally:
            graph.moving.seconds += graph.clock() - began
