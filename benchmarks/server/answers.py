"""Every answer that the server has, as a table of routes; pages are prepared once and sent as they are."""

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ..place import PACED
from .messages import message

FILE_SIZE = 150 * 1024 * 1024
MAILBOX_SIZE = 20_000
ONE_PIECE = 20
"""Messages of a page that is kept, and sent, as one piece; a larger one shares its messages with the others."""
BLOCK = b"\xa7" * (1 << 20)
"""What the large file is made of."""
GIGABIT = 1e9 / 8
"""Bytes a second."""
HEADERS = (
    b"Cache-Control: private\r\nVary: Accept-Encoding\r\nStrict-Transport-Security: max-age=31536000\r\n"
    b"request-id: 5f0d2c1e-8a77-4c55-9a35-2d1a40d7e3aa\r\n"
    b"client-request-id: 5f0d2c1e-8a77-4c55-9a35-2d1a40d7e3aa\r\n"
    b'x-ms-ags-diagnostic: {"ServerInfo":{"DataCenter":"North Europe","Slice":"E","Ring":"4"}}\r\n'
    b"OData-Version: 4.0\r\nDate: Mon, 02 Nov 2026 08:30:00 GMT\r\n"
)
JSON = b"Content-Type: application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8\r\n"
REASONS = {200: b"OK", 201: b"Created", 202: b"Accepted", 404: b"Not Found"}

Answer = Iterable[bytes]
"""The bytes of an answer, head included, in as many pieces as they are sent in."""


def answer(body: bytes, status: int = 200, headers: bytes = b"") -> tuple[bytes, ...]:
    """The whole answer in one piece."""
    kind = JSON if body else b""
    length = b"Content-Length: %d\r\n" % len(body)
    return (b"HTTP/1.1 %d %s\r\n%s%s%s%s\r\n%s" % (
        status, REASONS[status], HEADERS, kind, headers, length, body,
    ),)  # fmt: skip


@lru_cache(maxsize=8)
def _items(amount: int) -> bytes:
    """A page's messages as JSON, without the brackets around the page."""
    return json.dumps([message(number) for number in range(amount)], ensure_ascii=False).encode()


@lru_cache(maxsize=512)
def page(base: str, path: str, amount: int, skip: int) -> tuple[bytes, ...]:
    """``amount`` messages, and the address of the page after them where there is one."""
    following = skip + amount
    link = f"{base}{path}?$top={amount}&$skip={following}"
    after = b',"@odata.nextLink":"%s"' % link.encode() if following < MAILBOX_SIZE else b""
    items = _items(amount)
    length = b"Content-Length: %d\r\n" % (len(items) + len(after) + len(_BEFORE) + 1)
    head = b"HTTP/1.1 200 OK\r\n" + HEADERS + JSON + length + b"\r\n" + _BEFORE
    return (head + items + after + b"}",) if amount <= ONE_PIECE else (head, items, after + b"}")


_BEFORE = b'{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(\'adele\')/messages","value":'


def listing(base: str, target: str, body: bytes) -> Answer:
    path, _, query = target.partition("?")
    asked = parse_qs(query)
    return page(base, path, int(asked.get("$top", ["10"])[0]), int(asked.get("$skip", ["0"])[0]))


def one_message(base: str, target: str, body: bytes) -> Answer:
    return _ONE


_ONE = answer(json.dumps(message(1), ensure_ascii=False).encode())
ACCEPTED = answer(b"", 202)


def accepted(base: str, target: str, body: bytes) -> Answer:
    return ACCEPTED


def batch(base: str, target: str, body: bytes) -> Answer:
    """Each part is answered with a small message, as a PATCH is with ``Prefer: return=minimal`` or ``$select``."""
    parts: list[dict[str, Any]] = json.loads(body)["requests"]
    told = [{"id": one["id"], "status": 200, "headers": _PART_HEADERS, "body": _PART} for one in parts]
    return answer(json.dumps({"responses": told}).encode())


_PART_HEADERS = {"Cache-Control": "private", "Content-Type": "application/json; odata.metadata=minimal"}
_PART = {key: value for key, value in message(1).items() if key not in ("body", "bodyPreview")}


def session(base: str, target: str, body: bytes) -> Answer:
    """An upload session of as many bytes as the request names."""
    size = json.loads(body)["AttachmentItem"]["size"]
    place = "{0.scheme}://{0.netloc}".format(urlsplit(base))
    told = {"uploadUrl": f"{place}/upload/{size}?authtoken=x", "nextExpectedRanges": ["0-"]}
    return answer(json.dumps(told).encode(), 201)


def uploaded(end: int, size: int) -> Answer:
    """After the piece that ends with byte ``end``."""
    if end + 1 >= size:
        return answer(b"", 201, b"Location: https://graph.example/Attachments('AAMkAttachment=')\r\n")
    told = {"nextExpectedRanges": [f"{end + 1}-"]}
    return answer(json.dumps(told).encode())


def attachment(base: str, target: str, body: bytes) -> Answer:
    return _ATTACHMENT


_ATTACHMENT = answer(
    json.dumps({
        "@odata.type": "#microsoft.graph.fileAttachment", "id": "AAMkAttachment=", "name": "film.bin",
        "contentType": "application/octet-stream", "size": FILE_SIZE, "isInline": False,
    }).encode()
)  # fmt: skip


def content(base: str, target: str, body: bytes) -> Answer:
    """The large file, as fast as it goes or at the pace of a network."""
    yield (
        b"HTTP/1.1 200 OK\r\n%sContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n"
        % (HEADERS, FILE_SIZE)
    )
    begun, paced = time.monotonic(), PACED in target
    for number in range(FILE_SIZE // len(BLOCK)):
        if paced:
            time.sleep(max(0.0, begun + number * len(BLOCK) / GIGABIT - time.monotonic()))
        yield BLOCK


def token(base: str, target: str, body: bytes) -> Answer:
    told = {"token_type": "Bearer", "expires_in": 86_399, "ext_expires_in": 86_399, "access_token": "opaque"}
    return answer(json.dumps(told).encode())


def discovery(base: str, target: str, body: bytes) -> Answer:
    """https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc"""
    tenant = base.partition("/v1.0")[0] + "/tenant"
    told = {
        "issuer": f"{tenant}/v2.0",
        "authorization_endpoint": f"{tenant}/oauth2/v2.0/authorize",
        "token_endpoint": f"{tenant}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{tenant}/oauth2/v2.0/devicecode",
    }
    return answer(json.dumps(told).encode())


def missing(base: str, target: str, body: bytes) -> Answer:
    return answer(b'{"error":{"code":"ResourceNotFound","message":"no route"}}', 404)


Route = Callable[[str, str, bytes], Answer]
ROUTES: Mapping[tuple[str, str], Route] = {
    ("GET", r"/(me|users/[^/]+)(/mailFolders/[^/]+)?/messages"): listing,
    ("GET", r"/(me|users/[^/]+)/messages/[^/]+"): one_message,
    ("GET", r"/(me|users/[^/]+)/messages/[^/]+/attachments/[^/]+"): attachment,
    ("GET", r"/(me|users/[^/]+)/messages/[^/]+/attachments/[^/]+/\$value"): content,
    ("POST", r"/(me|users/[^/]+)/messages/[^/]+/attachments/createUploadSession"): session,
    ("POST", r"/(me|users/[^/]+)/send[Mm]ail"): accepted,
    ("POST", r"/\$batch"): batch,
    ("POST", r"/tenant/oauth2/v2.0/token"): token,
    ("GET", r"/tenant/v2.0/.well-known/openid-configuration"): discovery,
}
"""Method and path below Graph's version, or below the server for sign-in → what answers."""

_COMPILED = [(method, re.compile(pattern), route) for (method, pattern), route in ROUTES.items()]


@lru_cache(maxsize=4096)
def route_of(method: str, path: str) -> Route:
    """What answers to ``method`` and ``path``."""
    found = (route for known, form, route in _COMPILED if known == method and form.fullmatch(path))
    return next(found, missing)
