"""Weather on the wire between the connector and the sandbox, for ``chaos``.

Most of it happens to bytes that are not understood (TLS passes through the proxy as it is). Where an answer itself is
to be wrong, the proxy is the server, asks the sandbox, and spoils what it says.
"""

from __future__ import annotations

import gzip
import http.client
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from socket import SHUT_RD, SHUT_WR, SO_LINGER, SOL_SOCKET, create_connection, socket

from .proxy import Certificates, Heard, Said, serve

Spoil = Callable[[Said], Said]


@dataclass(frozen=True)
class Weather:
    """``kind`` is what it means for a call: ``fair`` (slow, and no more), ``lost`` (the request arrives, its answer
    does not), ``unsent`` (the request does not arrive), ``garbled`` (an answer comes, and is wrong).

    ``pause`` seconds lie before each ``piece`` of bytes; after ``passing`` bytes of an answer comes the ``end``.
    """

    kind: str
    pause: float = 0.0
    piece: int = 1 << 16
    passing: int | None = None
    end: str = ""
    spoil: Spoil | None = None


def _raw(said: Said, body: bytes, **headers: str) -> Said:
    """The answer with these headers, of which several may say the same, and these bytes behind them."""
    kept = {name: value for name, value in said.headers.items() if name.lower() != "content-length"}
    lines = [
        f"HTTP/1.1 {said.status} OK",
        *(f"{name}: {value}" for name, value in {**kept, **headers}.items()),
    ]
    return Said(raw="\r\n".join([*lines, "", ""]).encode("latin-1") + body)


def _is_json(said: Said) -> bool:
    kinds = [value for name, value in said.headers.items() if name.lower() == "content-type"]
    return bool(said.body) and "json" in "".join(kinds)


def _cut(said: Said) -> Said:
    return Said(said.status, said.headers, said.body[: len(said.body) // 2]) if _is_json(said) else said


def _short(said: Said) -> Said:
    wrong = str(max(len(said.body) - 5, 0))
    return _raw(said, said.body, **{"Content-Length": wrong}) if _is_json(said) else said


def _long(said: Said) -> Said:
    return _raw(said, said.body, **{"Content-Length": str(len(said.body) + 100)})


def _chunks(said: Said) -> Said:
    return _raw(said, b"5\r\nabcde\r\nzz\r\n", **{"Transfer-Encoding": "chunked"})


def _half_zipped(said: Said) -> Said:
    zipped = gzip.compress(said.body)
    half = zipped[: len(zipped) // 2]
    wrong = _raw(said, half, **{"Content-Encoding": "gzip", "Content-Length": str(len(half))})
    return wrong if _is_json(said) else said


def _many_headers(said: Said) -> Said:
    return _raw(said, said.body, **{f"X-{number}": "x" for number in range(200)})


WEATHERS: Mapping[str, Weather] = {
    "latency of 0.2 s": Weather("fair", pause=0.2),
    "slow: 400 bytes every 20 ms": Weather("fair", pause=0.02, piece=400),
    "reset before the request arrives": Weather("unsent", end="refuse"),
    "black hole": Weather("unsent", end="swallow"),
    "reset instead of an answer": Weather("lost", passing=0, end="reset"),
    "reset in the middle of an answer": Weather("lost", passing=100, end="reset"),
    "half-closed in the middle of an answer": Weather("lost", passing=100, end="close"),
    "silence in the middle of an answer": Weather("lost", passing=100, end="silence"),
    "a byte every 0.3 s, without end": Weather("lost", pause=0.3, piece=1),
    "answers cut in half": Weather("garbled", spoil=_cut),
    "a Content-Length that is too small": Weather("garbled", spoil=_short),
    "a Content-Length that is too large": Weather("lost", spoil=_long),
    "chunks that are none": Weather("lost", spoil=_chunks),
    "gzip that breaks off": Weather("garbled", spoil=_half_zipped),
    "200 headers": Weather("lost", spoil=_many_headers),
}


@dataclass
class Sky:
    """The weather now, over all tunnels to ``host:port``; it hits ``times`` answers (``None`` is all)."""

    target: tuple[str, int]
    authorities: str
    certificates: Certificates
    weather: Weather | None = None
    times: int | None = None
    speaks: bool = False
    """Whether the proxy is the server in new tunnels, rather than to let TLS pass."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    mine: threading.local = field(default_factory=threading.local)
    seconds: float = 0.0
    """How long the sandbox has taken for its answers, where the proxy was the one to ask."""

    def set(self, weather: Weather | None, times: int | None = None) -> None:
        with self.lock:
            self.weather, self.times = weather and replace(weather), times  # each time one of its own

    def hit(self, by: Weather | None) -> None:
        """An answer has been spoilt, by the weather that is, or by one that was."""
        with self.lock:
            if self.times is not None and self.weather is by:
                self.times -= 1
                self.weather = self.weather if self.times else None

    def tunnel(self, connection: socket, target: str) -> None:
        """What the proxy does with a connection."""
        if self.speaks:
            with self.certificates.wrap(connection, target) as tls:
                serve(tls, target, self.spoilt)
            if hasattr(self.mine, "server"):
                self.mine.server.close()
        else:
            self.pass_through(connection)

    def spoilt(self, heard: Heard) -> Said:
        began = time.perf_counter()
        said = self.asked(heard)
        with self.lock:
            self.seconds += time.perf_counter() - began
        weather = self.weather
        if weather is None or weather.spoil is None:
            return said
        wrong = weather.spoil(said)
        if wrong is not said:
            self.hit(weather)
        return wrong

    def asked(self, heard: Heard) -> Said:
        """What the sandbox says to it, over a connection that the tunnel's thread keeps."""
        try:
            server = self.mine.server
        except AttributeError:
            trusted = ssl.create_default_context(cafile=self.authorities)
            server = self.mine.server = http.client.HTTPSConnection(*self.target, context=trusted, timeout=30)
        try:
            server.request(heard.method, heard.path, heard.body or None, dict(heard.headers))
            answer = server.getresponse()
            unlike = ("content-length", "transfer-encoding", "connection")
            headers = {name: value for name, value in answer.getheaders() if name.lower() not in unlike}
            return Said(answer.status, headers, answer.read())
        except BaseException:
            server.close()
            raise

    def pass_through(self, connection: socket) -> None:
        with create_connection(self.target) as server:
            up = threading.Thread(target=self._up, args=(connection, server), daemon=True)
            up.start()
            self._down(server, connection)
            with suppress(OSError):
                server.shutdown(SHUT_WR)
            up.join(30)

    def _up(self, client: socket, server: socket) -> None:
        swallowed: Weather | None = None
        with suppress(OSError):
            while data := client.recv(1 << 16):
                weather = self.weather
                end = weather.end if weather else ""
                if end == "refuse":
                    self.hit(weather)
                    _reset(client)
                    break
                swallowed = swallowed or (weather if end == "swallow" else None)
                if not swallowed:
                    server.sendall(data)
        if swallowed:
            self.hit(swallowed)
        with suppress(OSError):
            server.shutdown(SHUT_WR)

    def _down(self, server: socket, client: socket) -> None:
        passed = 0
        with suppress(OSError):
            while data := server.recv(1 << 16):
                weather = self.weather
                if weather is None:
                    client.sendall(data)
                    continue
                if weather.passing is not None and passed + len(data) > weather.passing:
                    client.sendall(data[: weather.passing - passed])
                    self.hit(weather)
                    _ENDS[weather.end](client)
                    return
                self._slowly(client, data, weather)
                passed += len(data)

    def _slowly(self, client: socket, data: bytes, weather: Weather) -> None:
        for at in range(0, len(data), weather.piece):
            time.sleep(weather.pause if self.weather is weather else 0)
            try:
                client.sendall(data[at : at + weather.piece])
            except OSError:
                self.hit(weather)
                raise


def _reset(connection: socket) -> None:
    connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(SHUT_RD)  # ends the other thread's waiting, which would keep the socket open
    connection.close()


def _close(connection: socket) -> None:
    """An end of file, as from a machine that has crashed politely; what the client still says is heard to its end."""
    connection.shutdown(SHUT_WR)
    _silence(connection)


def _silence(connection: socket) -> None:
    """Nothing more, until the client goes."""
    connection.settimeout(30)
    while connection.recv(1 << 16):
        continue


_ENDS: Mapping[str, Callable[[socket], None]] = {"reset": _reset, "close": _close, "silence": _silence}
