"""Reading an answer off the wire, in bounded size and time, and what a broken exchange means."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException
from math import isinf
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from ..errors import TransportError, UnexpectedResponse
from ..reply import Reply
from .connection import Connection
from .retry import Failure

LARGEST_ANSWER = 256 * 1024 * 1024
"""Bytes of one answer that are taken into memory, unpacked: room for the largest attachment in base64."""

PIECE = 1 << 18

BROKEN = (requests.RequestException, HTTPError)
"""What a broken exchange raises."""

Clock = Callable[[], float]


class TooSlow(requests.Timeout):
    """The answer had begun, and was not over when the time was."""


def read(response: requests.Response, until: float, clock: Clock) -> Reply:
    """The whole answer. Raises one of ``BROKEN`` where it breaks off or outlasts ``until``, and
    ``UnexpectedResponse`` where it is too large."""
    with response:
        body = _at_once(response, until, clock)
        if body is None:
            body = _gathered(response, until, clock)
    return Reply(response.status_code, response.headers, body)


def _at_once(response: requests.Response, until: float, clock: Clock) -> bytes | None:
    """The body in one piece where its length is known, small enough, and that of the answer itself, and where the
    connection ends what takes too long; else ``None``."""
    raw, connection = response.raw, response.raw.connection
    length = raw.length_remaining
    if "content-encoding" in raw.headers or length is None or length > LARGEST_ANSWER:
        return None
    if not isinstance(connection, Connection):
        return None
    connection.limit(None if isinf(until) else until - clock())
    body: bytes = raw.read()
    return body


def _gathered(response: requests.Response, until: float, clock: Clock) -> bytes:
    body = bytearray()
    for piece in pieces(response, until, clock):
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise UnexpectedResponse(
                f"Graph's answer is larger than {LARGEST_ANSWER >> 20} MB. Download large attachments to a file.",
                details={"status": response.status_code},
            )
    return bytes(body)


def pieces(response: requests.Response, until: float, clock: Clock) -> Iterator[bytes]:
    """The answer's bytes as they arrive, so that a server that drips cannot outlast ``until``."""
    raw, connection = response.raw, response.raw.connection
    take = raw.read1
    if isinstance(connection, Connection):
        connection.limit(None if isinf(until) else until - clock())
        take = (
            raw.read
        )  # the connection ends what takes too long, and TLS gives a quarter of a piece at a time
    try:
        while piece := take(PIECE, decode_content=True):
            yield piece
            if clock() > until:
                raise TooSlow("the answer took longer than http.deadline", request=response.request)
    except ValueError as error:
        raise _without_size(response) from error
    raw.read()  # nothing is left; this gives the connection back for the next call


def _without_size(response: requests.Response) -> requests.RequestException:
    """What http.client's ``ValueError`` means: a chunk of a negative size."""
    told = "the answer's parts have no size"
    return requests.exceptions.ChunkedEncodingError(told, request=response.request)


class Body:
    """A good answer's bytes, however many, as they come."""

    def __init__(self, response: requests.Response) -> None:
        self._response, connection = response, response.raw.connection
        self._connection: Connection | None = None
        if isinstance(connection, Connection):
            connection.limit(None)
            self._connection = None if "content-encoding" in response.raw.headers else connection

    def into(self, buffer: memoryview) -> int:
        """Fills the buffer, as far as bytes are left: how many there were. Raises ``TransportError``."""
        try:
            count = self._fill(buffer)
            if not count:
                self._response.raw.read()  # nothing is left; this gives the connection back for the next call
            return count
        except BROKEN as error:
            raise no_answer(error) from None
        except (OSError, HTTPException) as error:
            raise no_answer(requests.ConnectionError(error, request=self._response.request)) from None
        except ValueError:
            raise no_answer(_without_size(self._response)) from None

    def _fill(self, buffer: memoryview) -> int:
        if self._connection is not None:
            return self._connection.readinto(buffer)
        piece: bytes = self._response.raw.read1(len(buffer), decode_content=True)
        buffer[: len(piece)] = piece
        return len(piece)


def failure_of(error: Exception) -> Failure:
    """Whether the request can have reached the server, by urllib3's reason; where in doubt, it can."""
    if isinstance(error, _NOT_SENT):
        return Failure.UNREACHED
    reason = reason_of(error)
    if type(reason).__name__ in _BEFORE_SENDING or _untrusted(reason):
        return Failure.UNREACHED
    return Failure.LOST


_NOT_SENT = (
    requests.ConnectTimeout,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidHeader,
)
_BEFORE_SENDING = ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError", "ProxyError")


def _untrusted(reason: Any) -> bool:
    """A certificate is looked at before anything is sent; any other trouble of TLS may come later."""
    causes = [reason, *getattr(reason, "args", ())]
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes)


def reason_of(error: Exception) -> Any:
    """urllib3's own exception behind one of requests, where there is one."""
    first: Any = error.args[0] if error.args else error
    return getattr(first, "reason", first) or first


def no_answer(error: Exception) -> TransportError:
    """The error of the caller for an exchange that broke."""
    request = getattr(error, "request", None)
    host = urlsplit(str(request.url)).netloc if request is not None and request.url else "Graph"
    reason = reason_of(error)
    kind = type(reason if isinstance(reason, Exception) else error).__name__
    advice = _HINTS.get("Untrusted" if _untrusted(reason) else kind, _HINTS["other"])
    return TransportError(
        f"No answer from {host} ({kind}). {advice}",
        retryable=not _untrusted(reason),
        details={"host": host, "cause": kind, "advice": advice},
    )


_HINTS: Mapping[str, str] = {
    "Untrusted": "The server's certificate is not trusted: set `http.caBundle` to the authority that signed it, such "
    "as your proxy's.",
    "NameResolutionError": "The name was not found: check the network, `cloud` and `graphUrl`.",
    "ProxyError": "The proxy refused: check `http.proxy`.",
    "ConnectTimeoutError": "There was no connection within `http.connectTimeout`: check the network, `graphUrl` and "
    "`http.proxy`.",
    "TooSlow": "The answer took longer than `http.deadline`.",
    "other": "Check the network, `http.proxy` and `http.timeout`.",
}
