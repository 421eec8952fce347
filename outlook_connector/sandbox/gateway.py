"""Between the socket and the services: routing, recording, faults. An ASGI application."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.faults import Faults
from outlook_connector.sandbox.recorder import Recorder, Service

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Handler = Callable[[Call], Answer]

ADMIN = "_sandbox"
# First path segments that belong to Graph; upload sessions live under `api`, as Outlook's own do.
_GRAPH_ROOTS = frozenset({"v1.0", "beta", "api"})
_LINGER_NOT_AT_ALL = struct.pack("ii", 1, 0)
_log = logging.getLogger(__name__)


class Gateway:
    """Hands each request to its service in a worker thread; see `faults` and `recorder` for what else it does."""

    def __init__(
        self,
        services: Mapping[Service, Handler],
        admin: Handler,
        recorder: Recorder,
        faults: Faults,
        clock: Clock,
    ) -> None:
        self._services = services
        self._clock = clock
        self._admin = admin
        self._recorder = recorder
        self._faults = faults
        self._workers = ThreadPoolExecutor(max_workers=16, thread_name_prefix="sandbox")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI request; cancelled only when the sandbox stops, and then there is nobody left to answer."""
        try:
            call = await _read(scope, receive)
            answer = await self._answer(call)
            if answer is None:
                await _drop(scope, receive)
            else:
                await _send(send, answer, self._clock.now())
                if answer.cut:
                    await _drop(scope, receive)
        except asyncio.CancelledError:
            _log.debug("stopped with a request under way: %s", scope["method"])

    def close(self) -> None:
        self._workers.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, call: Call) -> Answer | None:
        """The answer, or None where the connection is to be dropped without one."""
        root = call.path.lstrip("/").partition("/")[0]
        if root == ADMIN:
            return await self._run(self._admin, call)
        service: Service = "graph" if root in _GRAPH_ROOTS else "entra"
        recorded = self._recorder.add(service, call)
        try:
            answer = await self._worked(service, call)
        finally:
            recorded.ended = time.monotonic()
        recorded.status = None if answer is None else answer.status
        return answer

    async def _worked(self, service: Service, call: Call) -> Answer | None:
        """The service's answer, unless a fault was ordered."""
        fault = self._faults.take(service, call)
        if fault is None:
            return await self._run(self._services[service], call)
        await asyncio.sleep(fault.delay)
        if fault.drop == "before":
            return None
        ordered = fault.answer(service, call, self._clock.now())
        answer = ordered or await self._run(self._services[service], call)
        return None if fault.drop == "after" else replace(answer, cut=fault.drop == "during")

    async def _run(self, handler: Handler, call: Call) -> Answer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workers, _guarded, handler, call)


def _guarded(handler: Handler, call: Call) -> Answer:
    """A defect of the sandbox becomes a 500 and a traceback in the log, never a dropped connection."""
    try:
        return handler(call)
    except Exception:  # noqa: BLE001 - whatever it was, the client must get an answer
        _log.exception("the sandbox failed on %s %s", call.method, call.path)
        error = {"code": "SandboxDefect", "message": "The sandbox itself failed; its log says where."}
        return Answer.json(500, {"error": error})


async def _read(scope: Scope, receive: Receive) -> Call:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    host = headers.get("host", "").lower()
    host = host[: host.rindex(":")] if ":" in host and not host.endswith("]") else host
    path, query = scope["raw_path"].decode("ascii"), scope["query_string"].decode("latin-1")
    return Call(scope["method"], host, path, query, headers, b"".join(parts))


async def _send(send: Send, answer: Answer, now: datetime) -> None:
    """Sends the answer, dated by the sandbox's clock, so that clients can tell how far theirs is off."""
    headers = [(b"date", format_datetime(now, usegmt=True).encode())]
    headers += [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    body = b"" if answer.status in (204, 304) else answer.body
    if answer.status not in (204, 304):
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.cut:
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    else:
        await send({"type": "http.response.body", "body": body})


async def _drop(scope: Scope, receive: Receive) -> None:
    """Resets the connection: the peer sees ECONNRESET, as from a machine that went away."""
    transport: asyncio.Transport = scope["extensions"]["sandbox.transport"]
    peer: socket.socket | None = transport.get_extra_info("socket")
    if peer is not None:  # the client may have gone already
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT_AT_ALL)
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        continue
