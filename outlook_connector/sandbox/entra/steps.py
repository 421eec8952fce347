"""What the sign-in pages post: password, second factor, consent."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping

from outlook_connector.sandbox.directory import User
from outlook_connector.sandbox.entra import device, flows, pages
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.errors import Refused, Trace, refuse
from outlook_connector.sandbox.entra.state import CODE_LIFETIME, Flow
from outlook_connector.sandbox.exchange import Answer

Step = Callable[[Entra, Mapping[str, str], Trace], Answer]


def sign_in(entra: Entra, form: Mapping[str, str], trace: Trace) -> Answer:
    """User name and password; a wrong pair shows the page again with AADSTS50126, a guest with 50020."""
    flow = _flow(entra, form)
    app, login = entra.app(flow.params["client_id"]), form.get("login", "").strip()
    try:
        user = _checked(entra, login, form.get("passwd", ""))
        entra.check_home(user, flow.tenant, app)
    except Refused as refused:
        error = trace.describe(refused).splitlines()[0]
        return pages.sign_in(form["flow"], flow.tenant, app, entra.directory.users, login, error=error)
    flow.user_id, flow.proofs = user.id, frozenset({"pwd"})
    return flows.proceed(entra, form["flow"], flow)


def second_factor(entra: Entra, form: Mapping[str, str], trace: Trace) -> Answer:
    flow = _signed_in(entra, form)
    flow.proofs |= {"mfa"}
    return flows.proceed(entra, form["flow"], flow)


def consent(entra: Entra, form: Mapping[str, str], trace: Trace) -> Answer:
    """Accept records the consent and goes on to the code; Cancel tells the app, with AADSTS65004."""
    flow = _signed_in(entra, form)
    app, user, asked = flows.parties(entra, flow)
    entra.check_demands(user, flow.proofs, "Microsoft Graph")
    if form.get("answer") == "accept":
        flows.check_may_consent(entra, flow, app, user, entra.missing(app, user, asked))
    del entra.state.flows[form["flow"]]
    if form.get("answer") != "accept":
        return flows.fail(entra, flow, refuse(65004), trace)
    flows.accept(entra, flow)
    return flows.finish(entra, flow)


STEPS: Mapping[str, Step] = {
    "login": sign_in,
    "verify": second_factor,
    "consent": consent,
    "deviceauth": device.type_code,
}


def _checked(entra: Entra, login: str, password: str) -> User:
    user = entra.directory.user(login)
    if user is None or not hmac.compare_digest(user.password.encode(), password.encode()):
        raise refuse(50126)
    return user


def _flow(entra: Entra, form: Mapping[str, str]) -> Flow:
    flow = entra.state.flows.get(form.get("flow", ""))
    if flow is None or entra.clock.now() - flow.started > CODE_LIFETIME:
        raise refuse(165004)
    return flow


def _signed_in(entra: Entra, form: Mapping[str, str]) -> Flow:
    flow = _flow(entra, form)
    if flow.user_id is None:
        raise refuse(165004)
    return flow
