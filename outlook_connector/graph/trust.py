"""Whom the session trusts: one TLS context for all of its connections.

urllib3 would read the whole bundle anew for each connection, 40 ms of work for the usual hundred and forty authorities.
https://urllib3.readthedocs.io/en/stable/advanced-usage.html#custom-ssl-certificates
"""

import os
import ssl
from collections.abc import Mapping

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util.ssl_ import create_urllib3_context

from ..errors import ConfigError
from ..stamps import Stamp, stamp

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables of the environment that name a file or directory of authorities, as requests has them."""


class Socket(ssl.SSLSocket):
    """One whose time to wait is changed only where it would be another, or less than a hundredth shorter: each change
    is a call of the system, which lets go of the interpreter's lock."""

    def settimeout(self, value: float | None) -> None:
        present = self.gettimeout()
        if value is None or present is None or not value <= present <= value * 1.01:
            super().settimeout(value)


class Trust:
    """The authorities of ``place``, a file or directory; the built-in bundle where nothing names one."""

    def __init__(self, configured: str | None, environment: Mapping[str, str]) -> None:
        """Raises ``ConfigError`` for a place that nothing could be trusted by."""
        named = [("http.caBundle", configured), *((name, environment.get(name)) for name in BUNDLES)]
        subject, found = next(((one, place) for one, place in named if place), ("", None))
        self.place = found or DEFAULT_CA_BUNDLE_PATH
        self._stamp: Stamp | None = None
        self._context: ssl.SSLContext | None = None
        if found:
            self._refuse_unusable(subject)

    def context(self) -> ssl.SSLContext:
        """Made anew when the place has changed. Raises ``OSError`` where it was never readable; one that was goes on
        as it was while it is being replaced."""
        present = stamp(self.place)
        if self._context is None or present != self._stamp:
            self._context, self._stamp = self._loaded(), present
        return self._context

    def _loaded(self) -> ssl.SSLContext:
        context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
        context.sslsocket_class = Socket
        folder = os.path.isdir(self.place)  # noqa: PTH112 - one call, no need for a Path
        try:
            context.load_verify_locations(**{"capath" if folder else "cafile": self.place})
        except OSError:
            if self._context is None:
                raise
            return self._context
        return context

    def _refuse_unusable(self, subject: str) -> None:
        try:
            self.context()
        except FileNotFoundError:
            raise _wrong(subject, self.place, "does not exist") from None
        except ssl.SSLError:
            raise _wrong(subject, self.place, "holds no certificates in PEM form") from None
        except OSError as error:
            raise _wrong(subject, self.place, f"cannot be read ({error.strerror})") from None


def _wrong(subject: str, place: str, fault: str) -> ConfigError:
    advice = "Set it to a PEM file with the certificate authorities to trust."
    return ConfigError(
        f"The connection configuration is not valid: {subject} names {place}, which {fault}. {advice}",
        details={
            "problems": [{"pointer": "/http/caBundle", "message": f"names a file that {fault}"}],
            "advice": advice,
        },
    )
