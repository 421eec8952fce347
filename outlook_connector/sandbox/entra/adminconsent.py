"""The admin consent endpoint: an administrator lets an app have permissions for the whole tenant.

https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

from __future__ import annotations

from collections.abc import Mapping

from outlook_connector.sandbox.entra import flows, pages, redirects
from outlook_connector.sandbox.entra.context import CONSUMER_TENANTS, Entra
from outlook_connector.sandbox.entra.errors import Refused, Trace, refuse
from outlook_connector.sandbox.entra.state import Flow
from outlook_connector.sandbox.exchange import Answer


def begin(entra: Entra, tenant: str, params: Mapping[str, str], automatic: str, trace: Trace) -> Answer:
    """The sign-in page for an administrator, or the redirect where `automatic` names one.

    `scope` names delegated permissions or `<resource>/.default`, which stands for all that the registration asks
    for, application permissions too; without it (the endpoint's first version) it means the same. Raises Refused
    for what must be shown as a page: an unknown app or redirect URI. A user who is no administrator gets a page
    with AADSTS90094 and a way back (at once where `automatic`); errors of the scope go back to the app.
    """
    app = entra.app(params.get("client_id", ""))
    redirects.check(app, params.get("redirect_uri", ""))
    graph = f"https://{entra.cloud.graph[0]}/.default"
    asked = {**params, "scope": params.get("scope") or graph, "asked": params.get("scope", "")}
    flow = Flow(tenant, asked, entra.clock.now(), kind="admin")
    try:
        if tenant.lower() in CONSUMER_TENANTS:
            raise refuse(90002, tenant=tenant)
        entra.asked(asked["scope"], app)
        if automatic:
            return _automatic(entra, flow, automatic)
    except Refused as refused:
        return flows.fail(entra, flow, refused, trace)
    hint = params.get("login_hint", "")
    return pages.sign_in(entra.state.add_flow(flow), tenant, app, entra.directory.users, hint)


def _automatic(entra: Entra, flow: Flow, address: str) -> Answer:
    user = entra.user(address)
    flow.user_id, flow.proofs = user.id, frozenset({"pwd", "mfa"})
    app, _, asked = flows.parties(entra, flow)
    entra.check_demands(user, flow.proofs, asked.audience)
    flows.check_may_consent(entra, flow, app, user, frozenset())
    flows.accept(entra, flow)
    return flows.finish(entra, flow)
