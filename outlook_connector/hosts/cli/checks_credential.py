"""What ``doctor`` says of how the app proves who it is, after it has asked Microsoft Entra for real."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from ...errors import ConnectorError, TransportError
from .findings import Patient, Verdict

if TYPE_CHECKING:
    from ...auth import Auth

SOON = 30.0
"""Days before a certificate's end from which on it is warned about."""

RENEW = "Add a new certificate under Certificates & secrets, then set certificate to it, and remove the old one last."

TRY = "To try it with the person's own sign-in: outlook-connector invoke auth.refresh"

OTHERS: Mapping[str, str] = {
    "hostToken": "none: the access token is the host's",
    "managedIdentity": "none: the identity of this machine or app, for which Azure gives tokens",
    "none": "none: a public client; whether the app registration lets it be one shows at a renewal",
}
"""What needs no credential of the app's own: a way to sign in, or a public client."""


def credential(patient: Patient) -> Verdict:
    """How the app proves who it is, when that ends, and whether Microsoft Entra takes it now. Spends nothing."""
    auth = patient.parts.context.auth
    known = auth.status().get("credential") or {"kind": auth.config.auth}
    kind, until = known["kind"], known.get("expiresAt")
    untried, do = _untried(auth)
    if kind in OTHERS:
        return "ok", OTHERS[kind], ""
    ends = {"clientSecret": "; when it ends stands only under Certificates & secrets"}
    told = f"{kind}, good until {until}" if until else kind + ends.get(kind, "")
    if untried:
        return "warn", f"{told}; not tried: {untried}", do
    left = (datetime.fromisoformat(until).timestamp() - patient.clock()) / 86400 if until else SOON
    soon = left < SOON and kind == "certificate"
    return ("warn" if soon else "ok"), f"{told}; Microsoft Entra takes it", RENEW if soon else ""


def _untried(auth: "Auth") -> tuple[str, str]:
    """Why the credential could not be tried, and what to do; empty where it was taken. An outage that a good access
    token outlasts is no fault of the connection's."""
    try:
        trial = auth.try_credential()
    except TransportError as error:
        if not _has_token(auth):
            raise
        advice = str(error.details.get("advice", ""))
        return error.message.removesuffix(advice).rstrip(" ."), advice
    return (trial.why, TRY) if not trial.accepted else ("", "")


def _has_token(auth: "Auth") -> bool:
    try:
        return bool(auth.token())
    except ConnectorError:
        return False
