"""What the Python clients' programs share: they run scenarios and print one JSON line for each.

Runs in the clients' own environments, on the standard library alone. The order comes as one JSON object on stdin.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import sys
import traceback
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
Scenario = Callable[[], Json | Awaitable[Json]]
SIZE = 10 * 1024 * 1024 + 11
"""Bytes of the large attachment: no multiple of any client's piece."""


def order() -> Json:
    """What the test hands over: addresses, ids and credentials of the sandbox."""
    return dict(json.load(sys.stdin))


async def run(scenarios: Mapping[str, Scenario]) -> None:
    """Runs them in their order; one that fails says so, and the others go on."""
    for name, scenario in scenarios.items():
        try:
            facts = scenario()
            line: Json = {"scenario": name, "facts": await facts if isawaitable(facts) else facts}
        except Exception as failure:  # noqa: BLE001 - whatever it was, it is a finding, and the others go on
            line = {"scenario": name, "failed": "".join(traceback.format_exception(failure, limit=-6))}
        print(json.dumps(line, default=str), flush=True)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        return None


def sign_in(url: str, user: str) -> str:
    """What a person's browser does with an authorization URL: the address that the sign-in page sends it back to."""
    request = urllib.request.Request(url, headers={"X-Sandbox-User": user})
    context = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    try:
        urllib.request.build_opener(_Stay, context).open(request, timeout=20)
    except HTTPError as answer:
        return str(answer.headers["Location"])
    raise RuntimeError("the sign-in page did not send the browser back")


def code_of(address: str) -> str:
    """The authorization code in the address that a sign-in came back to."""
    return parse_qs(urlsplit(address).query)["code"][0]


def large_file() -> bytes:
    """Ten megabytes that no two pieces of are alike."""
    block = b"".join(hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(32768))
    return (block * (SIZE // len(block) + 1))[:SIZE]


def digest(content: bytes) -> Json:
    """Size and SHA-256 of bytes that came back."""
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
