"""What ``serve`` can be told: where to listen, whom to let in, and how much at once."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

MEGABYTE = 1024 * 1024
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Settings:
    """``keys`` are the API keys that are accepted. ``public_url`` is how browsers and Microsoft reach the host, where
    that is not its own address; ``certificate`` and ``private_key`` are PEM files for TLS. ``origins`` are web sites
    that may call it from their pages. ``threads`` operations run at once, and ``waiting`` more may wait for one of
    them. Times are in seconds, ``largest_body`` in bytes."""

    host: str = "127.0.0.1"
    port: int = 8080
    keys: tuple[str, ...] = ()
    public_url: str | None = None
    certificate: str | None = None
    private_key: str | None = None
    origins: tuple[str, ...] = ()
    threads: int = 16
    waiting: int = 256
    largest_body: int = 32 * MEGABYTE
    patience: float = 30.0
    grace: float = 30.0

    @property
    def reached_by_others(self) -> bool:
        """Whether others than this machine can connect, by its own address or by the public URL."""
        public = urlsplit(self.public_url).hostname if self.public_url else None
        return not is_loopback(self.host) or (public is not None and not is_loopback(public))

    @property
    def scheme(self) -> str:
        return "https" if self.certificate else "http"

    @property
    def public_host(self) -> str | None:
        """The public URL's host and port."""
        return urlsplit(self.public_url).netloc.lower() if self.public_url else None


def is_loopback(host: str) -> bool:
    """Whether an address, or the name ``localhost``, leads to this machine alone."""
    if host.lower() in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
