"""uvicorn in a thread, with or without TLS, up in milliseconds and down as fast."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trustme
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from outlook_connector.sandbox.clouds import HOSTS

HOST = "127.0.0.1"
NAMES = (HOST, "::1", "localhost", *HOSTS)
_PATIENCE = 10.0


class _Protocol(HttpToolsProtocol):
    """Puts its transport into the scope, so that a fault can reset the connection."""

    def on_headers_complete(self) -> None:
        extensions: dict[str, Any] = {"sandbox.transport": self.transport}
        self.scope["extensions"] = extensions
        super().on_headers_complete()


class _Server(uvicorn.Server):
    """Stops at once: open keep-alive connections are aborted rather than waited for."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        if not self.should_exit:
            await self._stopping.wait()

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)

    def stop(self) -> None:
        """From any thread, any number of times."""
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)


class PlainServer:
    """Serves one ASGI application on a loopback port, without TLS."""

    def __init__(self, application: Callable[..., Any], port: int = 0) -> None:
        self._server = _Server(self._config(application, port))
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="outlook-sandbox", daemon=True)
        self.port = port

    def start(self) -> None:
        """Returns when connections are accepted; raises OSError where the port is taken."""
        self._thread.start()
        waited = threading.Event()
        for _ in range(int(_PATIENCE / 0.001)):
            if self._server.started or not self._thread.is_alive():
                break
            waited.wait(0.001)
        if not self._server.started:
            self.stop()
            raise OSError(f"the sandbox could not listen on {HOST}:{self.port}") from self._failure
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Drops every connection and frees the port; does nothing the second time."""
        self._server.stop()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        try:
            self._server.run()
        except BaseException as failure:  # noqa: BLE001 - uvicorn leaves by SystemExit where the port is taken
            self._failure = failure

    def _tls(self) -> ssl.SSLContext | None:
        return None

    def _config(self, application: Callable[..., Any], port: int) -> uvicorn.Config:
        context = self._tls()
        return uvicorn.Config(
            application,
            host=HOST,
            port=port,
            http=_Protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=False,
            timeout_keep_alive=75,
            ssl_context_factory=None if context is None else lambda config, default: context,
        )


class TlsServer(PlainServer):
    """The same behind TLS, for the sandbox's names and those of Microsoft's clouds.

    `folder` is gone when it stops; in it `ca_file` is the authority that clients must trust.
    """

    def __init__(self, application: Callable[..., Any], port: int = 0) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="outlook-sandbox-"))
        self.ca_file = self.folder / "ca.pem"
        super().__init__(application, port)

    def stop(self) -> None:
        super().stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _tls(self) -> ssl.SSLContext:
        authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
        authority.cert_pem.write_to_path(self.ca_file)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*NAMES, key_type=trustme.KeyType.ECDSA).configure_cert(context)
        return context
