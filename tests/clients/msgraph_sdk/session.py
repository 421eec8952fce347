"""msgraph-sdk as its documentation sets it up; the address of Graph and of the sign-in service are the sandbox's.

The certificate authority comes from SSL_CERT_FILE and REQUESTS_CA_BUNDLE, which its HTTP libraries honour.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from azure.identity import AuthorizationCodeCredential, ClientSecretCredential
from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphServiceClient
from msgraph.graph_request_adapter import GraphRequestAdapter
from running import code_of, sign_in

SCOPES = ["https://graph.microsoft.com/.default"]


class Session:
    """One signed-in client; `order` is what the test handed over."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.me = self._client(self._person())

    def application(self) -> GraphServiceClient:
        """A client of the application itself, by client credentials."""
        order = self.order
        return self._client(
            ClientSecretCredential(
                order["tenantId"], order["clientId"], order["clientSecret"], **self._authority()
            )
        )

    def anonymous(self) -> GraphRequestAdapter:
        """An adapter that adds no token: upload addresses refuse one."""
        return GraphRequestAdapter(AnonymousAuthenticationProvider())

    def _authority(self) -> dict[str, Any]:
        return {"authority": urlsplit(self.order["authority"]).netloc, "disable_instance_discovery": True}

    def _person(self) -> AuthorizationCodeCredential:
        order = self.order
        asked = {
            "client_id": order["clientId"],
            "response_type": "code",
            "redirect_uri": order["redirectUri"],
            "scope": " ".join((*SCOPES, "offline_access")),
        }
        back = sign_in(f"{order['authority']}/oauth2/v2.0/authorize?{urlencode(asked)}", order["user"])
        return AuthorizationCodeCredential(
            order["tenantId"],
            order["clientId"],
            code_of(back),
            order["redirectUri"],
            client_secret=order["clientSecret"],
            **self._authority(),
        )

    def _client(self, credential: Any) -> GraphServiceClient:
        # A copy of the list: the provider keeps the one that it is given.
        adapter = GraphRequestAdapter(AzureIdentityAuthenticationProvider(credential, scopes=[*SCOPES]))
        adapter.base_url = self.order["graphUrl"]
        return GraphServiceClient(request_adapter=adapter)
