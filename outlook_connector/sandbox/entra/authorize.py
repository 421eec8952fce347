"""The authorize endpoint: sign-in and consent, by pages or without.

Beside Microsoft's parameters it knows `sandbox_user=<address>`, in the query or as the header `x-sandbox-user`:
that user is signed in, second factor included, and consents (unless the sandbox has `automatic_consent=False`),
so that the answer is the redirect itself.
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#request-an-authorization-code
"""

from __future__ import annotations

from collections.abc import Mapping

from outlook_connector.sandbox.directory import App, User
from outlook_connector.sandbox.entra import claims, flows, pages, redirects
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.errors import Refused, Trace, refuse
from outlook_connector.sandbox.entra.scopes import Asked
from outlook_connector.sandbox.entra.state import Flow
from outlook_connector.sandbox.exchange import Answer

ALL_PROOFS = frozenset({"pwd", "mfa"})


def begin(entra: Entra, tenant: str, params: Mapping[str, str], automatic: str, trace: Trace) -> Answer:
    """The first page, or the redirect where nobody needs to be asked.

    Raises Refused, to be shown as a page, while the redirect URI is not known to be the app's own: such an
    error never leaves for another site. Later ones go back to the app.
    """
    app = entra.app(params.get("client_id", ""))
    redirects.check(app, params.get("redirect_uri", ""))
    try:
        asked = _checked(entra, app, params)
        flow = Flow(tenant, {**params, "scope": params["scope"]}, entra.clock.now())
        return _first_step(entra, app, asked, flow, automatic)
    except Refused as refused:
        return flows.redirect_error(params, refused, trace)


def _checked(entra: Entra, app: App, params: Mapping[str, str]) -> Asked:
    if not params.get("response_type"):
        raise refuse(900144, parameter="response_type")
    if params["response_type"] != "code":
        raise refuse(9002332, parameter="response_type", value=params["response_type"])
    if params.get("response_mode", "query") not in redirects.MODES:
        raise refuse(9002332, parameter="response_mode", value=params["response_mode"])
    if params.get("code_challenge_method", "plain") not in ("plain", "S256"):
        raise refuse(9002332, parameter="code_challenge_method", value=params["code_challenge_method"])
    claims.parse(params.get("claims", ""))
    return entra.asked(params.get("scope", ""), app)


def _first_step(entra: Entra, app: App, asked: Asked, flow: Flow, automatic: str) -> Answer:
    if automatic:
        return _automatic(entra, app, asked, flow, automatic)
    if flow.params.get("prompt") == "none":
        return _silent(entra, app, asked, flow)
    flow_id = entra.state.add_flow(flow)
    return pages.sign_in(flow_id, flow.tenant, app, entra.directory.users, flow.params.get("login_hint", ""))


def _automatic(entra: Entra, app: App, asked: Asked, flow: Flow, address: str) -> Answer:
    user = entra.user(address)
    entra.check_home(user, flow.tenant, app)
    flow.user_id, flow.proofs = user.id, ALL_PROOFS
    if entra.automatic_consent:
        entra.check_demands(user, flow.proofs, asked.audience)
        flows.check_may_consent(entra, flow, app, user, entra.missing(app, user, asked))
        flows.accept(entra, flow)
        return flows.finish(entra, flow)
    if flow.params.get("prompt") == "none":
        return _silent_end(entra, app, user, asked, flow)
    return flows.proceed(entra, entra.state.add_flow(flow), flow)


def _silent(entra: Entra, app: App, asked: Asked, flow: Flow) -> Answer:
    user = entra.directory.user(flow.params.get("login_hint", ""))
    if user is None:
        raise refuse(50058)
    entra.check_home(user, flow.tenant, app)
    flow.user_id, flow.proofs = user.id, frozenset({"pwd"})
    return _silent_end(entra, app, user, asked, flow)


def _silent_end(entra: Entra, app: App, user: User, asked: Asked, flow: Flow) -> Answer:
    entra.check_demands(user, flow.proofs, asked.audience)
    entra.check_consent(app, user, asked)
    return flows.finish(entra, flow)
