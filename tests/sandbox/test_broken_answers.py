"""Answers whose framing is broken, byte for byte, and what is told of the call that they belong to."""

import gzip
import hashlib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from pathlib import Path
from socket import create_server, socket

import pytest
import trustme

from outlook_connector import Connector, OutcomeUnknown, TransportError, connect

MAIL = {"to": ["kim@contoso.example"], "subject": "x", "body": "x", "delivery": "direct"}
TAKEN = b"HTTP/1.1 202 Accepted\r\n"
ME = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"id": "me"}'
WITHOUT_LENGTH = TAKEN + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n"
BROKEN = {
    "a chunk of negative size": WITHOUT_LENGTH,
    "a chunk without a size": TAKEN + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "fewer bytes than promised": TAKEN + b"Content-Length: 50\r\n\r\n{}",
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "no status line": b"\xff\r\n\r\n",
    "nothing": b"",
}


def _answer(listening: socket, tls: ssl.SSLContext, said: Iterator[bytes]) -> None:
    """To each request the next, and then the connection's end."""
    while True:
        with suppress(OSError):
            try:
                taken, _ = listening.accept()
            except OSError:
                return
            with tls.wrap_socket(taken, server_side=True) as connection:
                connection.recv(1 << 16)
                connection.sendall(next(said))


@contextmanager
def answering(said: bytes, directory: Path, first: tuple[bytes, ...] = ()) -> Iterator[Connector]:
    """A connector to a server that answers every request with these bytes, but for the ``first`` ones."""
    authority, bundle = trustme.CA(), directory / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(
            target=_answer, args=(listening, tls, chain(first, repeat(said))), daemon=True
        ).start()
        given = {
            "auth": "hostToken",
            "accessToken": "x",
            "tokenStore": "memory:",
            "graphUrl": f"https://127.0.0.1:{listening.getsockname()[1]}/v1.0",
            "http": {"caBundle": str(bundle), "attempts": 1},
            "files": {"allow": [str(directory)]},
        }
        with connect(given) as connector:
            yield connector


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN)
def test_a_mail_whose_answer_is_broken_has_an_unknown_outcome(said: bytes, tmp_path: Path) -> None:
    with answering(said, tmp_path) as connector, pytest.raises(OutcomeUnknown) as caught:
        connector.invoke("messages.send", MAIL)
    assert "Sent Items" in caught.value.details["check"]


def test_a_read_whose_answer_is_broken_has_no_answer(tmp_path: Path) -> None:
    with answering(WITHOUT_LENGTH, tmp_path) as connector, pytest.raises(TransportError) as caught:
        connector.invoke("profile.get")
    assert caught.value.retryable


def test_interim_answers_are_passed_over(tmp_path: Path) -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    with answering(interim + ME, tmp_path) as connector:
        assert connector.invoke("profile.get")["id"] == "me"


MIME = b"Subject: x\r\n\r\n" + b"y" * 3_000_000
"""More than one buffer of a download holds."""
GOOD = b"HTTP/1.1 200 OK\r\n"
CHUNKS = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in (MIME[:70_000], MIME[70_000:]))
WHOLE = {
    "of known length": GOOD + b"Content-Length: %d\r\n\r\n%s" % (len(MIME), MIME),
    "in chunks": GOOD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS + b"0\r\n\r\n",
    "until the connection ends": GOOD + b"Connection: close\r\n\r\n" + MIME,
    "compressed, unasked": GOOD
    + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n"
    + gzip.compress(MIME),
}
CUT = {
    "fewer bytes than promised": WHOLE["of known length"][:-1],
    "no bytes at all": WHOLE["of known length"][: -len(MIME)],
    "no last chunk": WHOLE["in chunks"][:-5],
    "half a chunk": WHOLE["in chunks"][:-100],
    "a chunk of negative size": GOOD + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("said", WHOLE.values(), ids=WHOLE)
def test_a_download_is_whole_however_its_end_is_told(said: bytes, tmp_path: Path) -> None:
    with answering(said, tmp_path, (ME,)) as connector:
        told = connector.invoke("messages.getMime", {"messageId": "x", "saveTo": str(tmp_path / "x.eml")})
    assert Path(told["path"]).read_bytes() == MIME
    assert (told["size"], told["sha256"]) == (len(MIME), hashlib.sha256(MIME).hexdigest())


@pytest.mark.parametrize("said", CUT.values(), ids=CUT)
def test_a_download_that_breaks_off_is_told_and_leaves_no_file(said: bytes, tmp_path: Path) -> None:
    with answering(said, tmp_path, (ME,)) as connector, pytest.raises(TransportError) as caught:
        connector.invoke("messages.getMime", {"messageId": "x", "saveTo": str(tmp_path / "x.eml")})
    assert caught.value.retryable
    assert [one.name for one in tmp_path.iterdir()] == ["ca.pem"]
