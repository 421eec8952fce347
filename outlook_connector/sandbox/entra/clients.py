"""Client authentication at the token endpoint: one table of ways.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping

from outlook_connector.sandbox.directory import App
from outlook_connector.sandbox.entra import assertions
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.errors import refuse
from outlook_connector.sandbox.entra.wire import basic

Way = Callable[[Entra, App, Mapping[str, str]], None]


def authenticate(entra: Entra, form: Mapping[str, str], headers: Mapping[str, str]) -> App:
    """The app that calls, by an assertion, or a secret in the body or a Basic header; a public app by its id.

    Raises AADSTS700016 for an unknown app, 7000218 where there is neither, 700025 where a public client presents
    one; 7000215 for a wrong secret, 7000222 for an expired one; for assertions see `assertions`.
    """
    form = {**form, **_from_header(headers)}
    app = entra.app(form.get("client_id", ""))
    way = next((WAYS[name] for name in WAYS if form.get(name)), None)
    if app.public:
        if way is not None:
            raise refuse(700025)
        return app
    if way is None:
        raise refuse(7000218)
    way(entra, app, form)
    return app


def by_secret(entra: Entra, app: App, form: Mapping[str, str]) -> None:
    presented = form["client_secret"].encode()
    matching = [s for s in app.secrets if hmac.compare_digest(s.value.encode(), presented)]
    if not matching:
        raise refuse(7000215, app=app.client_id)
    now = entra.clock.now()
    if all(secret.expires is not None and secret.expires <= now for secret in matching):
        raise refuse(7000222, app=app.client_id)


WAYS: Mapping[str, Way] = {"client_assertion": assertions.by_assertion, "client_secret": by_secret}


def _from_header(headers: Mapping[str, str]) -> dict[str, str]:
    presented = basic(headers.get("authorization", ""))
    return {} if presented is None else {"client_id": presented[0], "client_secret": presented[1]}
