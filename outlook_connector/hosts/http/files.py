"""Files in and out, as bytes: neither the host nor its caller ever holds one whole, or in base64."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ...assembly import Assembly
from ...errors import InvalidInput
from ...exporters.openapi import gives_content
from ...exporters.openapi_fixed import BYTES, LARGEST_FILE
from .answers import UNKEPT, answer
from .refusals import RequestRefused, stopped
from .settings import Settings
from .spool import Spool
from .workers import Workers


class Files:
    """``POST /files``, and the content of operations that give any, for ``Accept: application/octet-stream``."""

    def __init__(self, spool: Spool, workers: Workers, settings: Settings) -> None:
        self._spool, self._workers, self._settings = spool, workers, settings

    def routes(self) -> list[Route]:
        return [Route("/files", self.uploaded, methods=["POST"])]

    async def uploaded(self, request: Request) -> Response:
        """Keeps the body as a file: ``{"path", "size", "expiresAt"}``. ``path`` is to be named as an attachment's."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != BYTES:
            raise RequestRefused(f"A file must be sent as Content-Type: {BYTES}.", code="notBytes")
        stated = request.headers.get("content-length", "")
        most = int(stated) if stated.isdecimal() else LARGEST_FILE
        if most > LARGEST_FILE:
            raise _too_large()
        path = self._spool.place(request.query_params.get("name", ""), most)
        try:
            with path.open("xb") as target:
                size = await self._received(request, target)
            end = self._spool.settle(path.parent, size)
        except BaseException:
            self._spool.remove(path.parent)
            raise
        until = datetime.fromtimestamp(end, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return answer({"path": str(path), "size": size, "expiresAt": until}, 201)

    async def _received(self, request: Request, target: BinaryIO) -> int:
        """Writes the body as it comes, some of it in each ``patience`` seconds."""
        size, patience = 0, self._settings.patience
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(patience) as limit:
                async for piece in request.stream():
                    size += len(piece)
                    if size > LARGEST_FILE:
                        raise _too_large()
                    await self._workers.run(partial(target.write, piece))
                    limit.reschedule(now() + patience)
        except TimeoutError:
            message = f"Nothing of the file arrived for {patience:g} seconds."
            raise RequestRefused(message, code="tooSlow", retryable=True) from None
        except asyncio.CancelledError:
            raise stopped() from None
        return size

    def check_target(self, given: dict[str, Any]) -> None:
        """Raises ``InvalidInput`` for a ``saveTo`` within the host's own directory, which nobody would clear away."""
        target = given.get("saveTo")
        if isinstance(target, str) and self._spool.holds(target):
            raise InvalidInput.of([("/saveTo", f"is the host's own: accept {BYTES} to get the file itself")])

    async def content(
        self, connection: Assembly, name: str, given: dict[str, Any], workers: Workers
    ) -> Response:
        """What the operation gives, as a file to download. Raises ``RequestRefused`` (``notAcceptable``) for one that
        gives none."""
        operation = connection.connector.manifest.operations.get(name)
        if operation and not gives_content(connection.connector.manifest.schemas, operation):
            raise RequestRefused(f"{name} gives no file: accept application/json.", code="notAcceptable")
        if "saveTo" in given:
            raise InvalidInput.of([("/saveTo", f"does not go together with Accept: {BYTES}")])
        folder = self._spool.folder()
        try:
            call = partial(connection.connector.invoke, name, {**given, "saveTo": str(folder)})
            return _Download(await workers.run(call), folder, self._spool)
        except BaseException:
            self._spool.remove(folder)
            raise


class _Download(FileResponse):
    """The file, which is removed when it has been sent, or cannot be; under the name that it was kept by, in which
    nothing of the sender's leads anywhere."""

    def __init__(self, result: dict[str, Any], folder: Path, spool: Spool) -> None:
        path = Path(result["path"])
        kind = str(result.get("contentType") or "message/rfc822")
        super().__init__(path, 200, UNKEPT, _safe(kind), filename=path.name)
        self._gone = partial(spool.remove, folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._gone()


def _safe(kind: str) -> str:
    """A mail's own word for what it holds, where a header can say it."""
    fits = kind.isascii() and kind.isprintable() and kind.count("/") == 1 and len(kind) < 200
    return kind if fits else BYTES


def _too_large() -> RequestRefused:
    return RequestRefused(
        f"A file may have {LARGEST_FILE:,} bytes at most.", code="tooLarge", details={"largest": LARGEST_FILE}
    )
