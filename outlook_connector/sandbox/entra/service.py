"""Microsoft Entra ID on the wire: one `handle(call)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from outlook_connector.sandbox.entra import adminconsent, authorize, clients, device, discovery, pages, wire
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.errors import Refused, Trace, refuse, token_error
from outlook_connector.sandbox.entra.grants import GRANTS
from outlook_connector.sandbox.entra.steps import STEPS
from outlook_connector.sandbox.entra.switches import Switches
from outlook_connector.sandbox.exchange import Answer, Call

Page = Callable[[Entra, str, Mapping[str, str], str, Trace], Answer]
Endpoint = Callable[[Entra, str, Mapping[str, str], Mapping[str, str]], dict[str, Any]]


class EntraService(Switches):
    """Answers everything under `/{tenant}/`, one request at a time; see `Switches` for what tests turn."""

    def handle(self, call: Call) -> Answer:
        """The answer to one request; unknown paths get 404."""
        tenant, _, rest = call.path.lstrip("/").partition("/")
        params = wire.form(call) if call.method == "POST" else wire.query(call)
        trace = wire.trace(call, params, self._entra.clock)
        with self._lock:
            self._entra.arrived(call)
            return wire.stamped(self._route(call, tenant, rest, params, trace), trace)

    def _route(self, call: Call, tenant: str, rest: str, params: Mapping[str, str], trace: Trace) -> Answer:
        if tenant == device.PAGE or rest == "oauth2/deviceauth":
            return pages.device_code()
        if rest in PAGES or rest in STEPS:
            return self._page(call, tenant, rest, params, trace)
        if rest == "oauth2/v2.0/logout":
            return pages.message("You signed out of your account", "You can close this window.")
        try:
            return self._document(call, tenant, rest, params)
        except Refused as refused:
            return token_error(refused, trace, self._entra.origin)

    def _document(self, call: Call, tenant: str, rest: str, params: Mapping[str, str]) -> Answer:
        """The endpoints for programs and discovery, whose errors are JSON."""
        if rest == "discovery/instance":
            return Answer.json(200, discovery.instance(self._entra))
        if rest not in ENDPOINTS and rest not in DOCUMENTS:
            return Answer(404)
        self._entra.check_tenant(tenant)
        if rest in DOCUMENTS:
            return Answer.json(200, DOCUMENTS[rest](self._entra, tenant))
        if call.method != "POST":
            raise refuse(900561, accepted="POST", method=call.method)
        return Answer.json(200, ENDPOINTS[rest](self._entra, tenant, params, call.headers))

    def _page(self, call: Call, tenant: str, rest: str, params: Mapping[str, str], trace: Trace) -> Answer:
        try:
            self._entra.check_tenant(tenant)
            if rest in STEPS:
                return STEPS[rest](self._entra, params, trace)
            automatic = params.get("sandbox_user") or call.headers.get("x-sandbox-user", "")
            return PAGES[rest](self._entra, tenant, params, automatic, trace)
        except Refused as refused:
            return pages.problem(trace.describe(refused))


def _token(entra: Entra, tenant: str, form: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
    name = form.get("grant_type", "")
    if not name:
        raise refuse(900144, parameter="grant_type")
    if name not in GRANTS:
        raise refuse(70003, grant=name)
    app = clients.authenticate(entra, form, headers)
    return GRANTS[name](entra, app, form)


def _device_code(
    entra: Entra, tenant: str, form: Mapping[str, str], headers: Mapping[str, str]
) -> dict[str, Any]:
    return device.begin(entra, tenant, form)


PAGES: Mapping[str, Page] = {
    "oauth2/v2.0/authorize": authorize.begin,
    "v2.0/adminconsent": adminconsent.begin,
    "adminconsent": adminconsent.begin,
}
ENDPOINTS: Mapping[str, Endpoint] = {"oauth2/v2.0/token": _token, "oauth2/v2.0/devicecode": _device_code}
DOCUMENTS = {
    "v2.0/.well-known/openid-configuration": discovery.configuration,
    "discovery/v2.0/keys": discovery.keys,
}
