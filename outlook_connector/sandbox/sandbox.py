"""The sandbox as a whole: Entra ID and Graph mail for one tenant, on a loopback port."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self

from outlook_connector.sandbox import admin, tenant
from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.directory import User
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.service import EntraService
from outlook_connector.sandbox.faults import Drop, Fault, Faults
from outlook_connector.sandbox.gateway import ADMIN, Gateway, Handler
from outlook_connector.sandbox.graph.model.world import Ledger
from outlook_connector.sandbox.graph.problem import Problem
from outlook_connector.sandbox.graph.receiver import RECEIVER
from outlook_connector.sandbox.graph.service import GraphService, Seed
from outlook_connector.sandbox.issuer import Issuer
from outlook_connector.sandbox.recorder import Recorded, Recorder, Service
from outlook_connector.sandbox.seed import build
from outlook_connector.sandbox.server import HOST, TlsServer
from outlook_connector.sandbox.tokens import TokenAuthority
from outlook_connector.sandbox.workloads import IdentityKind, Workloads


class Sandbox:
    """A mailbox service of its own to test against.

        with Sandbox() as sandbox:
            connector = connect(sandbox.config())

    `seed` builds the mail (three mailboxes with some three hundred messages unless told otherwise), `users`
    replaces the default three (an address is enough), `port` 0 takes a free one, `token_lifetime` is in
    seconds. With `single_use_refresh_tokens` each refresh token is accepted once. With `automatic_consent` off,
    users must consent on the page, and `config()` hands out a refresh token that nobody has consented to. With
    `throttling`, Outlook's limits for each app and mailbox hold.
    """

    def __init__(
        self,
        *,
        seed: Seed = build,
        users: Iterable[User | str] | None = None,
        port: int = 0,
        single_use_refresh_tokens: bool = False,
        token_lifetime: int = 3600,
        automatic_consent: bool = True,
        throttling: bool = False,
    ) -> None:
        self.clock = Clock()
        self.directory = tenant.default_directory(users)
        tokens = TokenAuthority(self.clock, self.directory.tenant_id, token_lifetime)
        parts = (self.directory, self.clock, tokens, lambda: self.base_url)
        self.entra = EntraService(Entra(*parts, single_use_refresh_tokens, automatic_consent))
        self.graph = GraphService(
            self.clock, self.directory, tokens, lambda: self.base_url, seed, throttling=throttling
        )
        self.issuer = Issuer(self.clock, lambda: self.base_url)
        self._workloads = Workloads(self.directory, self.clock, tokens, self.issuer)
        self._recorder, self._faults, self._port = Recorder(), Faults(), port
        self.graph.intercept = lambda call: self._faults.in_place("graph", call, self.clock.now())
        self._gateways: list[Gateway] = []
        self._server: TlsServer | None = None

    def start(self) -> Self:
        """Serves until `stop()`; does nothing where it serves already. Raises OSError where the port is taken."""
        if self._server is not None:
            return self
        services: dict[Service, Handler] = {"entra": self.entra.handle, "graph": self.graph.handle}
        server = TlsServer(self._new_gateway(services, admin.handler(self)), self._port)
        server.start()
        self._server = server
        return self

    def _new_gateway(self, services: Mapping[Service, Handler], admin_handler: Handler) -> Gateway:
        gateway = Gateway(services, admin_handler, self._recorder, self._faults, self.clock)
        self._gateways.append(gateway)
        return gateway

    def stop(self) -> None:
        """Drops open connections and frees the port; does nothing where it isn't running."""
        self._workloads.stop()
        if self._server is not None:
            self._server.stop()
        for gateway in self._gateways:
            gateway.close()
        self._server, self._gateways = None, []

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _running(self) -> TlsServer:
        if self._server is None:
            raise RuntimeError("the sandbox isn't running: use it in a with block, or call start()")
        return self._server

    @property
    def base_url(self) -> str:
        return f"https://{HOST}:{self._running().port}"

    @property
    def graph_url(self) -> str:
        return f"{self.base_url}/v1.0"

    @property
    def authority(self) -> str:
        return f"{self.base_url}/{self.tenant_id}"

    @property
    def admin_url(self) -> str:
        return f"{self.base_url}/{ADMIN}"

    @property
    def ca_file(self) -> str:
        """Path of the certificate authority (PEM) that signed the sandbox's certificate; gone when it stops."""
        return str(self._running().ca_file)

    @property
    def tenant_id(self) -> str:
        return self.directory.tenant_id

    @property
    def client_id(self) -> str:
        """The confidential app; see `public_client_id` for the public one."""
        return self.directory.app.client_id

    @property
    def public_client_id(self) -> str:
        """A desktop app: no secret, redirect URI `http://localhost` with any port."""
        return tenant.PUBLIC_CLIENT_ID

    @property
    def client_secret(self) -> str:
        return self.directory.app.secrets[0].value

    @property
    def redirect_uri(self) -> str:
        return tenant.REDIRECT_URI

    @property
    def users(self) -> Sequence[User]:
        return self.directory.users

    @property
    def requests(self) -> list[Recorded]:
        """What arrived at Entra and Graph, oldest first; the admin paths are left out."""
        return self._recorder.all()

    @property
    def ledger(self) -> Ledger:
        """Every mail submitted and every copy delivered, as the Graph service counts them."""
        return self.graph.ledger

    @property
    def notification_url(self) -> str:
        """A receiver of notifications that is part of every sandbox, for subscriptions without one of their own."""
        return RECEIVER

    @property
    def notifications(self) -> list[dict[str, Any]]:
        """What arrived at `notification_url`, oldest first, once all that was under way has arrived."""
        self.graph.wait_for_notifications()
        return self.graph.notifications

    @property
    def usage(self) -> list[dict[str, Any]]:
        """What each app asked of each mailbox: `app`, `mailbox` (ids), `requests`, `mostAtOnce`, `bytes`, `refused`."""
        return [{**vars(place), **counts} for place, counts in self.graph.throttle.usage().items()]

    def deliver(self, user: str, message: Mapping[str, Any]) -> str:
        """A mail from outside arrives in the user's inbox; returns its immutable id.

        `message` is a Graph message; raises ValueError for an unknown user or property.
        """
        try:
            return self.graph.deliver(user, dict(message))
        except Problem as problem:
            raise ValueError(f"{problem.code}: {problem.message}") from None

    def fault(
        self,
        match: str,
        *,
        status: int | None = None,
        error: str | None = None,
        body: str | None = None,
        retry_after: float | None = None,
        drop: Drop | None = None,
        delay: float = 0.0,
        times: int | None = 1,
    ) -> None:
        """Lets the next `times` requests that match go wrong (None: all of them, until `clear_faults()`).

        `match` is a method and a path in which `*` stands for anything: "POST /me/sendMail" for Graph, without
        its version, "POST */oauth2/v2.0/token" for Entra. The request gets `status` (with `error` as the code,
        or `body` as it stands, and `retry_after` in seconds) in place of the work; or its connection is reset,
        `drop="before"` the work is done, `"after"` it, or `"during"` the answer, half of which arrives; `delay`
        seconds pass first.
        """
        self._faults.add(Fault(match, status, error, body, retry_after, drop, delay, times))

    def clear_faults(self) -> None:
        self._faults.clear()

    def certificate_file(self, lifetime: float = 365 * 86400) -> str:
        """Makes a certificate and registers it on the confidential app; returns the path of key and certificate.

        PEM, RSA, unencrypted. `lifetime` is in seconds; the file is gone when the sandbox stops.
        """
        return self._workloads.certificate_file(self._running().folder, lifetime)

    def federated_token_file(self, subject: str = tenant.WORKLOAD, lifetime: float = 3600) -> str:
        """Writes a token of the second issuer into a file, as Kubernetes does; returns its path.

        The confidential app trusts it for the default `subject`. `lifetime` is in seconds; the file is gone when
        the sandbox stops.
        """
        return self._workloads.federated_token_file(self._running().folder, subject, lifetime)

    def managed_identity_environment(self, kind: IdentityKind = "imds") -> dict[str, str]:
        """The environment variables by which clients find the managed identity endpoint, which starts serving.

        It is plain HTTP on a loopback port of its own, as the real ones are; `directory.identities` are those
        that it gives tokens for.
        """
        self._running()
        return self._workloads.environment(kind, self._new_gateway)

    def reset(self) -> None:
        """As just started: mail, sign-ins, directory, clock, faults and recorded requests."""
        self.clock.reset()
        self.directory.reset()
        self.entra.reset()
        self.graph.reset()
        self._faults.clear()
        self._recorder.clear()

    def config(
        self,
        user: str | None = None,
        auth: Literal["delegated", "application"] = "delegated",
        **overrides: Any,
    ) -> dict[str, Any]:
        """A connection configuration for this sandbox, for `user` (an id or an address; None: the first one).

        Delegated, it holds a fresh refresh token of that user for every mail permission; as an application, the
        user's address as `mailbox`. `overrides` replace keys, and an override of None takes its key away.
        """
        person = self.directory.user(user) if user else self.users[0]
        if person is None:
            raise ValueError(f"the sandbox has no user {user}")
        own = {"refreshToken": self.entra.mint_refresh_token(person, self.directory.app)}
        where = "consumers" if person.personal else self.tenant_id
        config = {
            "auth": auth,
            "tenantId": where,
            "clientId": self.client_id,
            "clientSecret": self.client_secret,
            "redirectUri": self.redirect_uri,
            "authority": f"{self.base_url}/{where}",
            "graphUrl": self.graph_url,
            "graphAudience": "https://graph.microsoft.com",
            "http": {"caBundle": self.ca_file},
            "tokenStore": "memory:",
            **(own if auth == "delegated" else {"mailbox": person.address}),
            **overrides,
        }
        return {key: value for key, value in config.items() if value is not None}
