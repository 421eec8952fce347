"""The HTTP session: one for Graph and for sign-in, settled once from the configuration and the environment."""

import os
import re
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from importlib.util import find_spec
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from ..config import Config, HttpSettings
from ..errors import ConfigError
from ..redaction import redact_libraries
from .connection import own
from .trust import Trust

POOL_SIZE = 32
"""Connections kept to one host: enough for eight mailboxes at Graph's four calls at a time."""
PLACES = 8
"""Hosts to which connections are kept: Graph, the sign-in service, those that take uploads."""
KINDS = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
"""Schemes of a proxy's address. https://requests.readthedocs.io/en/latest/user/advanced/#socks"""
_IN_ONE_LINE = re.compile(r"[^\s][^\r\n]*|").fullmatch
BODILESS = frozenset({"GET", "HEAD"})
"""Methods that say nothing of a body's length where there is none."""


class Headers(dict[str, str]):
    """A request's. Whoever mocks requests finds them in any case of letters, by index, ``get`` or ``in``."""

    def __missing__(self, name: str) -> str:
        for one, value in self.items():
            if one.lower() == name.lower():
                return value
        raise KeyError(name)

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or str(name).lower() in map(str.lower, self)


class _Adapter(HTTPAdapter):
    """Gives every call the configured timeouts, those that msal makes included, and one trust."""

    def __init__(self, http: HttpSettings, trust: Trust) -> None:
        self._http, self._trust = http, trust
        self._blank = vars(requests.Response())
        self._pools: dict[str, Any] = {}
        super().__init__(pool_connections=PLACES, pool_maxsize=POOL_SIZE)

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, **named)
        _with_own_connections(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        if not proxy.lower().startswith("socks"):
            named["proxy_ssl_context"] = self._trust.context()
        return _with_own_connections(super().proxy_manager_for(proxy, **named))

    def build_connection_pool_key_attributes(self, *given: Any) -> Any:
        """Without the bundle, which the trust has read."""
        host, _ = super().build_connection_pool_key_attributes(*given)
        return host, {"cert_reqs": "CERT_REQUIRED"}

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """The pool of a scheme, host and port, looked up once: proxies are the session's, and stay."""
        place = "/".join(str(request.url).split("/", 3)[:3])
        pool: Any = self._pools.get(place)
        if pool is None or pool.pool is None:  # closed, where too many other places came between
            pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
            pool.trust, pool.patience = self._trust, self._http.connect_timeout
            self._pools = {**(self._pools if len(self._pools) < PLACES else {}), place: pool}
        return pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """The pool's connections have the trust's context."""

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """The path and the query: through TLS no proxy is told the rest."""
        return "/" + str(request.url).split("/", 3)[3]

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """As requests does it, without cookies, which the session refuses: all answers share an empty jar; and with
        urllib3's own headers, in any case of letters too."""
        response = requests.Response.__new__(requests.Response)
        vars(response).update(self._blank)
        response.status_code, response.reason, response.raw = resp.status, resp.reason, resp
        response.headers = resp.headers
        response.url, response.request, response.connection = str(req.url), req, self
        return response

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]  # the options are passed on as they are
        options["timeout"] = options.get("timeout") or self._http.timeout
        response = super().send(request, **options)
        if not options.get("stream"):
            response.encoding = requests.utils.get_encoding_from_headers(response.headers)
        return response


def _with_own_connections(manager: Any) -> Any:
    """Any of urllib3's managers of connections; the one to the proxy itself stays as it is."""
    pools = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {**pools, "https": own(pools["https"])}
    return manager


class Sessions:
    """Hands out the process's session; a forked child gets one of its own, since sockets cannot be shared."""

    def __init__(self, config: Config, environment: Mapping[str, str]) -> None:
        self._config = config
        self._trust = Trust(config.http.ca_bundle, environment)
        self._proxies = _proxies(config)
        self._process = 0
        self._headers = {
            "User-Agent": "outlook-connector",
            "Accept-Encoding": requests.utils.default_headers()["Accept-Encoding"],
        }
        redact_libraries()
        self._session: requests.Session | None = None

    def send(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
        timeout: float | None = None,
    ) -> requests.Response:
        """One request, its answer unread; ``timeout`` is for what is sent, and for the head of the answer. What
        requests works out anew for each one (proxies and credentials of the environment, cookies, redirects) was
        settled with the session; ``address`` is percent-encoded, query included. Raises
        ``requests.RequestException``, ``InvalidHeader`` among them, for a value that would break its line."""
        session = self.current()
        request = requests.PreparedRequest()
        request.method, request.url, request.body = method, address, content
        told: Any = Headers({**self._headers, **headers})
        request.headers = told
        if not all(map(_IN_ONE_LINE, headers.values())):
            raise requests.exceptions.InvalidHeader("a header's value is not of one line", request=request)
        if content is not None:
            request.headers["Content-Length"] = str(len(content))
        elif method not in BODILESS:
            request.headers["Content-Length"] = "0"
        adapter = session.get_adapter(address)
        return adapter.send(
            request, stream=True, timeout=timeout, verify=self._trust.place, proxies=self._proxies
        )

    def current(self) -> requests.Session:
        if self._session is None or self._process != os.getpid():
            self._session, self._process = self._make(), os.getpid()
        return self._session

    def close(self) -> None:
        if self._session is not None and self._process == os.getpid():
            self._session.close()

    def _make(self) -> requests.Session:
        http = self._config.http
        session = requests.Session()
        session.trust_env = False
        session.verify = self._trust.place
        session.proxies = dict(self._proxies)
        session.cookies.set_policy(
            DefaultCookiePolicy(allowed_domains=())
        )  # none is needed, and none is kept
        session.headers.update(self._headers)
        session.mount("https://", _Adapter(http, self._trust))
        return session


def _proxies(config: Config) -> dict[str, str]:
    """The configured proxy, else the environment's for Graph's host (``NO_PROXY`` honoured, as requests does it).
    Raises ``ConfigError`` for one of another kind, and for SOCKS where PySocks is not there."""
    found: dict[str, str] = requests.utils.get_environ_proxies(config.graph_url)
    proxy = config.http.proxy or found.get("https") or found.get("all")
    if not proxy:
        return {}
    scheme, separator, rest = proxy.partition("://")
    wrong = None if rest.strip("/") or not separator else "names no host"
    if separator and scheme.lower() not in KINDS:
        wrong = f"is none of {', '.join(KINDS)}"
    elif separator and scheme.lower().startswith("socks") and not find_spec("socks"):
        wrong = "is a SOCKS proxy, for which the package PySocks has to be installed"
    if wrong:
        subject = "http.proxy" if config.http.proxy else "the environment's proxy (HTTPS_PROXY or ALL_PROXY)"
        raise ConfigError(
            f"The connection configuration is not valid: {subject} {wrong}.",
            details={"problems": [{"pointer": "/http/proxy", "message": wrong}]},
        )
    return {"https": proxy}
