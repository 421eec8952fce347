"""A request as it goes over the wire: its address, headers and bytes, or as a part of a batch."""

import json
import random
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from ..binding import GraphRequest
from ..config import Config


def address(config: Config, mailbox: str | None, request: GraphRequest) -> str:
    """The URL without its query; ``mailbox`` is ``None`` for the signed-in person's."""
    if request.root == "mailbox":
        return config.graph_url + _place(mailbox) + request.path.rstrip("/")
    return config.graph_url + request.path


@lru_cache(maxsize=1024)
def _place(mailbox: str | None) -> str:
    return f"/users/{quote(mailbox, safe='')}" if mailbox else "/me"


def guid() -> str:
    """A name for a request that no other has: a random GUID, as ``uuid.uuid4`` makes it in four times the time. It is
    no secret; the system is asked for randomness once in a process, and not for each request, which lets go of the
    interpreter's lock."""
    made = f"{random.getrandbits(128):032x}"
    return f"{made[:8]}-{made[8:12]}-4{made[13:16]}-a{made[17:20]}-{made[20:]}"


def headers(config: Config, request: GraphRequest) -> dict[str, str]:
    """The request's own headers; all preferences join in one.
    https://learn.microsoft.com/graph/outlook-immutable-id"""
    immutable = {"IdType": "ImmutableId"} if config.immutable_ids else {}
    preferences = [f'{name}="{value}"' for name, value in {**immutable, **request.prefer}.items()]
    found = dict(request.headers)
    if preferences:
        found["Prefer"] = ", ".join(preferences)
    if request.content is not None:
        found["Content-Type"] = request.content_type
    elif request.body is not None:
        found["Content-Type"] = "application/json"
    return found


def content(request: GraphRequest) -> bytes | None:
    """The bytes of the request's body: JSON in UTF-8, since an escape takes six bytes where a letter takes two."""
    if request.content is not None or request.body is None:
        return request.content
    try:
        return json.dumps(request.body, allow_nan=False, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a character, which a mail of elsewhere may hold, is sent as it was told
        return json.dumps(request.body, allow_nan=False).encode()


def part(config: Config, mailbox: str | None, request: GraphRequest) -> dict[str, Any]:
    """The request as a part of a batch, without its id. https://learn.microsoft.com/graph/json-batching"""
    url = address(config, mailbox, request)[len(config.graph_url) :]
    query = urlencode(request.query, quote_via=quote)
    described = {"method": request.method, "url": f"{url}?{query}" if query else url}
    found = {**described, "headers": headers(config, request)}
    return found if request.body is None else {**found, "body": request.body}
