"""What the sign-in pages post: password, second factor, consent."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping

from outlook_connector.sandbox.entra import authorize, pages
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.errors import Trace, refuse
from outlook_connector.sandbox.entra.state import CODE_LIFETIME, Flow
from outlook_connector.sandbox.exchange import Answer

Step = Callable[[Entra, Mapping[str, str], Trace], Answer]


def login(entra: Entra, form: Mapping[str, str], trace: Trace) -> Answer:
    """User name and password; a wrong pair shows the page again with AADSTS50126."""
    flow = _flow(entra, form)
    user = entra.directory.user(form.get("login", "").strip())
    password = form.get("passwd", "")
    if user is None or not hmac.compare_digest(user.password.encode(), password.encode()):
        app = entra.app(flow.params["client_id"])
        error = trace.describe(refuse(50126)).splitlines()[0]
        return pages.sign_in(
            form["flow"], flow.tenant, app, entra.directory.users, form.get("login", ""), error=error
        )
    flow.user_id, flow.proofs = user.id, frozenset({"pwd"})
    return authorize.proceed(entra, form["flow"], flow)


def second_factor(entra: Entra, form: Mapping[str, str], trace: Trace) -> Answer:
    flow = _signed_in(entra, form)
    flow.proofs |= {"mfa"}
    return authorize.proceed(entra, form["flow"], flow)


def consent(entra: Entra, form: Mapping[str, str], trace: Trace) -> Answer:
    """Accept records the consent and goes on to the code; Cancel tells the app, with AADSTS65004."""
    flow = _signed_in(entra, form)
    user = entra.user(flow.user_id or "")
    entra.check_demands(user, flow.proofs, "Microsoft Graph")
    del entra.state.flows[form["flow"]]
    if form.get("answer") != "accept":
        return authorize.redirect_error(flow.params, refuse(65004), trace)
    authorize.accept(entra, flow)
    return authorize.finish(entra, flow)


STEPS: Mapping[str, Step] = {"login": login, "verify": second_factor, "consent": consent}


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
