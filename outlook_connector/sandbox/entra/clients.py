"""Client authentication at the token endpoint.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from outlook_connector.sandbox.directory import App
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.errors import refuse
from outlook_connector.sandbox.entra.wire import basic


def authenticate(entra: Entra, form: Mapping[str, str], headers: Mapping[str, str]) -> App:
    """The app that calls, by a secret in the body or in a Basic header; a public app by its id alone.

    Raises AADSTS700016 for an unknown app, 7000218 for a missing secret, 7000215 for a wrong one, 7000222 for
    an expired one, and 700025 where a public client presents one.
    """
    client_id, secret = basic(headers.get("authorization", "")) or (
        form.get("client_id", ""),
        form.get("client_secret", ""),
    )
    app = entra.app(client_id)
    if app.public:
        if secret:
            raise refuse(700025)
        return app
    if not secret:
        raise refuse(7000218)
    _check_secret(entra, app, secret)
    return app


def _check_secret(entra: Entra, app: App, presented: str) -> None:
    matching = [s for s in app.secrets if hmac.compare_digest(s.value.encode(), presented.encode())]
    if not matching:
        raise refuse(7000215, app=app.client_id)
    now = entra.clock.now()
    if all(secret.expires is not None and secret.expires <= now for secret in matching):
        raise refuse(7000222, app=app.client_id)
