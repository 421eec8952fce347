"""Managed identities: the endpoints that a virtual machine and an App Service offer to what runs on them.

https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.clouds import CLOUDS
from outlook_connector.sandbox.credentials import ManagedIdentity
from outlook_connector.sandbox.directory import App, Directory
from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.tokens import TokenAuthority

IMDS_PATH = "/metadata/identity/oauth2/token"
APP_SERVICE_PATH = "/msi/token"
_OLDEST = "2018-02-01"
_APP_SERVICE_VERSIONS = frozenset({"2017-09-01", "2019-08-01"})
# Which parameter chooses a user-assigned identity, and by what.
_CHOICES = {
    "client_id": "client_id",
    "object_id": "object_id",
    "principal_id": "object_id",
    "mi_res_id": "resource_id",
    "msi_res_id": "resource_id",
}


@dataclass
class _Refused(Exception):
    error: str
    description: str
    status: int = 400


class ManagedIdentityService:
    """Tokens for the identities of the machine that the sandbox stands for; `header` is App Service's secret."""

    def __init__(self, directory: Directory, tokens: TokenAuthority, clock: Clock) -> None:
        self._directory = directory
        self._tokens = tokens
        self._clock = clock
        self.header = secrets.token_hex(16).upper()

    def handle(self, call: Call) -> Answer:
        """One request over plain HTTP; unknown paths get 404, other methods than GET 405."""
        answer = {IMDS_PATH: self._imds, APP_SERVICE_PATH: self._app_service}.get(call.path.rstrip("/"))
        if answer is None:
            return Answer.json(404, {"error": "not_found", "error_description": "Resource not found."})
        if call.method != "GET":
            return Answer.json(405, {"error": "bad_request", "error_description": "Only GET is supported."})
        return answer(call, dict(parse_qsl(call.query)))

    def _imds(self, call: Call, query: Mapping[str, str]) -> Answer:
        """Errors as `{"error", "error_description"}`; numbers in the answer are texts."""
        try:
            _check_imds(call, query)
            identity, token = self._issue(query)
        except _Refused as refused:
            body = {"error": refused.error, "error_description": refused.description}
            return Answer.json(refused.status, body)
        now, lifetime = int(self._clock.now().timestamp()), self._tokens.lifetime
        return Answer.json(
            200,
            {
                "access_token": token,
                "client_id": identity.client_id,
                "expires_in": str(lifetime),
                "expires_on": str(now + lifetime),
                "ext_expires_in": str(lifetime),
                "not_before": str(now),
                "resource": query["resource"],
                "token_type": "Bearer",
            },
        )

    def _app_service(self, call: Call, query: Mapping[str, str]) -> Answer:
        """Errors as `{"statusCode", "message"}`; `expires_on` is Unix time as a text."""
        try:
            self._check_app_service(call, query)
            identity, token = self._issue(query)
        except _Refused as refused:
            return Answer.json(refused.status, {"statusCode": refused.status, "message": refused.description})
        ends = int(self._clock.now().timestamp()) + self._tokens.lifetime
        body: dict[str, Any] = {
            "access_token": token,
            "expires_on": str(ends),
            "resource": query["resource"],
            "token_type": "Bearer",
            "client_id": identity.client_id,
        }
        return Answer.json(200, body)

    def _check_app_service(self, call: Call, query: Mapping[str, str]) -> None:
        presented = call.headers.get("x-identity-header", "")
        if not hmac.compare_digest(presented.encode(), self.header.encode()):
            raise _Refused("unauthorized", "The X-IDENTITY-HEADER header is missing or wrong.", 401)
        if query.get("api-version") not in _APP_SERVICE_VERSIONS:
            raise _Refused("invalid_request", "The api-version is missing or not supported.")

    def _issue(self, query: Mapping[str, str]) -> tuple[ManagedIdentity, str]:
        identity = self._chosen(query)
        audience = _audience(query.get("resource", ""), self._directory.tenant_id)
        principal = App(identity.client_id, identity.name, application=identity.application)
        extra = {
            "oid": identity.object_id,
            "sub": identity.object_id,
            "appidacr": "2",
            "xms_mirid": identity.resource_id,
        }
        return identity, self._tokens.access_token(
            principal, audience, permissions=identity.application, extra=extra
        )

    def _chosen(self, query: Mapping[str, str]) -> ManagedIdentity:
        """The one that the query names, else the machine's own, else the only user-assigned one."""
        given = [(attribute, query[name]) for name, attribute in _CHOICES.items() if query.get(name)]
        found = [
            one
            for one in self._directory.identities
            if all(getattr(one, attribute).lower() == value.lower() for attribute, value in given)
        ]
        own = [one for one in found if not one.user_assigned]
        candidates = found if given else own or found
        if not candidates:
            raise _Refused("invalid_request", "Identity not found")
        if len(candidates) > 1:
            raise _Refused(
                "invalid_request",
                "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity "
                "in the token request",
            )
        return candidates[0]


def _check_imds(call: Call, query: Mapping[str, str]) -> None:
    """The header keeps forwarded requests out, and so does the ban on X-Forwarded-For."""
    if call.headers.get("metadata", "").lower() != "true":
        raise _Refused("invalid_request", "Required metadata header not specified")
    if "x-forwarded-for" in call.headers:
        raise _Refused(
            "invalid_request", "Forwarded requests are not accepted: X-Forwarded-For header present"
        )
    if not query.get("api-version"):
        raise _Refused("invalid_request", "Required query variable 'api-version' is missing")
    if query["api-version"] < _OLDEST:
        raise _Refused("invalid_request", "The requested api-version is not supported")


def _audience(resource: str, tenant: str) -> str:
    if not resource:
        raise _Refused("invalid_request", "Required query variable 'resource' is missing")
    known = {name: audience for cloud in reversed(CLOUDS) for name, audience in cloud.resources.items()}
    audience = known.get(resource.rstrip("/").lower())
    if audience is None:
        raise _Refused(
            "invalid_resource",
            f"AADSTS500011: The resource principal named {resource} was not found in the tenant named {tenant}.",
        )
    return audience
