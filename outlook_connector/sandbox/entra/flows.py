"""How a sign-in goes on once somebody is signed in, and how each kind of it ends."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from outlook_connector.sandbox.directory import EVERYBODY, App, User
from outlook_connector.sandbox.entra import issue, pages, redirects
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.errors import Refused, Trace, refuse
from outlook_connector.sandbox.entra.scopes import Asked
from outlook_connector.sandbox.entra.state import CODE_LIFETIME, Code, Flow, FlowKind
from outlook_connector.sandbox.exchange import Answer
from outlook_connector.sandbox.permissions import mail_permissions


@dataclass(frozen=True)
class Ending:
    """What a kind of sign-in does at its end: the consent to record, the answer, and the answer to a refusal."""

    accept: Callable[[Entra, Flow], None]
    done: Callable[[Entra, Flow], Answer]
    failed: Callable[[Entra, Flow, Refused, Trace], Answer]


def proceed(entra: Entra, flow_id: str, flow: Flow) -> Answer:
    """The next page that the flow needs, or its end: a second factor, consent, the end."""
    app, user, asked = parties(entra, flow)
    try:
        entra.check_demands(user, flow.proofs, asked.audience)
    except Refused as refused:
        if refused.number != 50076:
            raise
        return pages.second_factor(flow_id, flow.tenant, user)
    missing = entra.missing(app, user, asked)
    try:
        check_may_consent(entra, flow, app, user, missing)
    except Refused as refused:
        return pages.approval_needed(flow_id, flow.tenant, user, refused.text)
    shown = entra.wanted(app, user, asked) | asked.openid
    if flow.kind == "admin":
        return pages.admin_consent(flow_id, flow.tenant, app, user, _for_everybody(asked), app.required)
    if missing or flow.params.get("prompt") == "consent":
        return pages.consent(flow_id, flow.tenant, app, user, shown)
    if flow.kind == "device":
        return pages.confirm_device(flow_id, flow.tenant, app, user)
    return finish(entra, flow)


def check_may_consent(entra: Entra, flow: Flow, app: App, user: User, missing: frozenset[str]) -> None:
    """Raises AADSTS90094 where only an administrator may consent, and the user is none."""
    if not user.admin and (flow.kind == "admin" or (missing and not entra.state.user_consent)):
        raise refuse(90094, name=app.name)


def accept(entra: Entra, flow: Flow) -> None:
    """Records the consent that the flow asked for."""
    ENDINGS[flow.kind].accept(entra, flow)


def finish(entra: Entra, flow: Flow) -> Answer:
    return ENDINGS[flow.kind].done(entra, flow)


def fail(entra: Entra, flow: Flow, refused: Refused, trace: Trace) -> Answer:
    return ENDINGS[flow.kind].failed(entra, flow, refused, trace)


def parties(entra: Entra, flow: Flow) -> tuple[App, User, Asked]:
    app, user = entra.app(flow.params["client_id"]), entra.user(flow.user_id or "")
    return app, user, entra.asked(flow.params["scope"], app)


def redirect_error(params: Mapping[str, str], refused: Refused, trace: Trace) -> Answer:
    values = {"error": refused.authorize_error, "error_description": trace.describe(refused)}
    if refused.kind.suberror:
        values["error_subcode"] = refused.kind.suberror
    return redirects.deliver(params, values)


def _accept_own(entra: Entra, flow: Flow) -> None:
    app, user, asked = parties(entra, flow)
    entra.directory.grant(user.id, app.client_id, entra.wanted(app, user, asked))


def _with_code(entra: Entra, flow: Flow) -> Answer:
    """The redirect with a fresh code, valid for ten minutes and one use."""
    app, user, _ = parties(entra, flow)
    expires = entra.clock.now() + CODE_LIFETIME
    code = Code(app.client_id, flow.params["redirect_uri"], user.id, flow.params, expires, flow.proofs)
    values = {
        "code": entra.state.add_code(code),
        "session_state": str(uuid.UUID(bytes=secrets.token_bytes(16))),
    }
    if flow.params.get("client_info") == "1":
        values["client_info"] = issue.client_info(entra, user)
    return redirects.deliver(flow.params, values)


def _without_code(entra: Entra, flow: Flow, refused: Refused, trace: Trace) -> Answer:
    return redirect_error(flow.params, refused, trace)


def _device_approved(entra: Entra, flow: Flow) -> Answer:
    device = entra.state.device(flow.device)
    if device is None or device.expires <= entra.clock.now():
        raise refuse(70019)
    device.user_id, device.proofs = flow.user_id, flow.proofs
    app = entra.app(device.client_id)
    return pages.message(
        "You're signed in", f"You have signed in to {app.name} on your device. You can close this window."
    )


def _device_declined(entra: Entra, flow: Flow, refused: Refused, trace: Trace) -> Answer:
    device = entra.state.device(flow.device)
    if device is not None:
        device.declined = True
    return pages.message("You declined", "Nobody was signed in on your device. You can close this window.")


def _for_everybody(asked: Asked) -> frozenset[str]:
    return frozenset(mail_permissions()) if asked.default else asked.permissions


def _accept_for_everybody(entra: Entra, flow: Flow) -> None:
    """`.default` grants the application permissions that the registration asks for as well."""
    app, _, asked = parties(entra, flow)
    entra.directory.grant(EVERYBODY, app.client_id, _for_everybody(asked))
    if asked.default:
        app.application, app.required = app.application | app.required, frozenset()


def _admin_consented(entra: Entra, flow: Flow) -> Answer:
    """https://learn.microsoft.com/entra/identity-platform/v2-admin-consent#successful-response"""
    values = {"admin_consent": "True", "tenant": entra.directory.tenant_id}
    if flow.params.get("asked"):
        values["scope"] = flow.params["asked"]
    return redirects.deliver(flow.params, values)


def _admin_declined(entra: Entra, flow: Flow, refused: Refused, trace: Trace) -> Answer:
    word = "consent_required" if refused.number == 65004 else refused.authorize_error
    values = {
        "admin_consent": "True",
        "tenant": entra.directory.tenant_id,
        "error": word,
        "error_description": trace.describe(refused),
    }
    return redirects.deliver(flow.params, values)


ENDINGS: Mapping[FlowKind, Ending] = {
    "code": Ending(_accept_own, _with_code, _without_code),
    "device": Ending(_accept_own, _device_approved, _device_declined),
    "admin": Ending(_accept_for_everybody, _admin_consented, _admin_declined),
}
