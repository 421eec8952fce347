"""What a program without a person at it signs in with: certificates, federated tokens, managed identities."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Literal

from outlook_connector.sandbox import managed
from outlook_connector.sandbox.certify import self_signed
from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.directory import Directory
from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.gateway import Gateway, Handler
from outlook_connector.sandbox.issuer import Issuer
from outlook_connector.sandbox.recorder import Service
from outlook_connector.sandbox.server import HOST, PlainServer
from outlook_connector.sandbox.tokens import TokenAuthority

IdentityKind = Literal["imds", "appService"]
MakeGateway = Callable[[Mapping[Service, Handler], Handler], Gateway]


class Workloads:
    """Credentials of the sandbox's confidential app and of the machine that it stands for."""

    def __init__(self, directory: Directory, clock: Clock, tokens: TokenAuthority, issuer: Issuer) -> None:
        self._directory = directory
        self._clock = clock
        self._issuer = issuer
        self._identities = managed.ManagedIdentityService(directory, tokens, clock)
        self._server: PlainServer | None = None

    def certificate_file(self, folder: Path, lifetime: float) -> str:
        now = self._clock.now()
        key, certificate = self_signed(
            "integration-platform", now - timedelta(minutes=5), timedelta(minutes=5, seconds=lifetime)
        )
        self._directory.app.add_certificate(certificate)
        return _written(folder, "certificate.pem", key + certificate)

    def federated_token_file(self, folder: Path, subject: str, lifetime: float) -> str:
        return _written(folder, "token.jwt", self._issuer.token(subject, lifetime=lifetime).encode())

    def environment(self, kind: IdentityKind, make_gateway: MakeGateway) -> dict[str, str]:
        """The variables for one kind of endpoint; the endpoint serves from the first call until `stop()`."""
        if self._server is None:
            services: dict[Service, Handler] = {"entra": self._identities.handle, "graph": _nothing_here}
            server = PlainServer(make_gateway(services, _nothing_here))
            server.start()
            self._server = server
        url = f"http://{HOST}:{self._server.port}"
        kinds = {
            "imds": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": url},
            "appService": {
                "IDENTITY_ENDPOINT": url + managed.APP_SERVICE_PATH,
                "IDENTITY_HEADER": self._identities.header,
            },
        }
        return kinds[kind]

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
        self._server = None


def _written(folder: Path, name: str, content: bytes) -> str:
    path = folder / f"{uuid.uuid4().hex}-{name}"
    path.touch(mode=0o600)
    path.write_bytes(content)
    return str(path)


def _nothing_here(call: Call) -> Answer:
    return Answer(404)
