"""What ``doctor`` looks at, one function a check, in the order in which one leads to the next."""

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from ...errors import ConnectorError, Forbidden, SignInRequired

if TYPE_CHECKING:
    from ...assembly import Assembly
    from ...config import Config

SKEW = 120.0
"""Seconds by which this machine's clock may differ: Microsoft Entra allows five minutes, tokens lose them."""

SOON = 30.0
"""Days before a certificate's end from which on it is warned about."""

RENEW = "Add a new certificate under Certificates & secrets, then set certificate to it, and remove the old one last."

DISPENSABLE = frozenset({"openid", "profile", "email", "offline_access"})


@dataclass(frozen=True)
class Finding:
    """One line of the report: ``ok``, ``warn``, ``fail`` or ``skip``; what was found, and what to do about it."""

    check: str
    state: str
    found: str
    do: str = ""
    error: ConnectorError | None = None

    def to_dict(self) -> dict[str, Any]:
        facts = {"check": self.check, "state": self.state, "found": self.found, "do": self.do}
        error = {"error": self.error.to_dict()} if self.error else {}
        return {**{key: value for key, value in facts.items() if value}, **error}


@dataclass
class Patient:
    """The connection under examination; ``token`` is filled in on the way."""

    parts: "Assembly"
    token: str = field(default="", repr=False)
    clock: Callable[[], float] = time.time


Verdict = tuple[str, str, str]
"""State, what was found, what to do."""


def examine(patient: Patient) -> Iterator[Finding]:
    """Each finding as it is made. After a failure the checks that build on it are skipped."""
    failed = ""
    for name, check, needs_all in CHECKS:
        if failed and needs_all:
            yield Finding(name, "skip", f"not looked at, since {failed} failed")
            continue
        try:
            state, found, do = check(patient)
            yield Finding(name, state, found, do)
        except ConnectorError as error:
            failed = failed or name
            yield failure(name, error)


def failure(name: str, error: ConnectorError) -> Finding:
    """A finding for an error: its advice apart from its message where it has one."""
    advice = str(error.details.get("advice", ""))
    return Finding(name, "fail", error.message.removesuffix(advice).strip(), advice, error)


def configuration(patient: Patient) -> Verdict:
    return told(patient.parts.connector.config)


def told(config: "Config") -> Verdict:
    """A configuration in a line."""
    who = f"client {config.client_id}, tenant {config.tenant_id}" if config.client_id else "no client"
    return "ok", f"auth {config.auth}, {who}, cloud {config.cloud}", ""


def store(patient: Patient) -> Verdict:
    where = place(patient.parts.connector.config.token_store)
    patient.parts.store.load("doctor")
    if where.startswith("memory:"):
        return (
            "warn",
            "memory: keeps sign-ins only as long as a process lives",
            "Set tokenStore to sqlite:///path.",
        )
    return "ok", f"{where} can be read", ""


def place(url: str | None) -> str:
    """Where a token store is, without the password that its URL may hold."""
    if url is None:
        return "the file in your data directory"
    scheme, slashes, rest = url.partition("//")
    if scheme in ("sqlite:", url):
        return url
    return scheme + slashes + rest.rpartition("@")[2].partition("?")[0]


def sign_in(patient: Patient) -> Verdict:
    config, status = patient.parts.connector.config, patient.parts.context.auth.status()
    if config.auth != "delegated":
        return "ok", f"not needed with auth {config.auth}", ""
    if status["signedIn"] and status["username"]:
        since = f", since {status['signedInAt']}" if status["signedInAt"] else ""
        return "ok", f"{status['username']}{since}", ""
    if status["signedIn"]:
        return "ok", f"account {status['account']}", ""
    advice = status["advice"] or "Run: outlook-connector login"
    why = str(status["reason"] or "Nobody has signed in.").removesuffix(advice).strip()
    raise SignInRequired(f"{why} {advice}", details={"advice": advice})


def token(patient: Patient) -> Verdict:
    patient.token = patient.parts.context.auth.token()
    status = patient.parts.context.auth.status()
    until, renewable = status["accessTokenExpiresAt"], status.get("refreshTokenExpiresAt")
    if not until:
        return "ok", "supplied by the host", ""
    lasts = (
        f"; renewed without a person until about {renewable}, and longer when it is used" if renewable else ""
    )
    return "ok", f"good until {until}{lasts}", ""


def credential(patient: Patient) -> Verdict:
    """How the app proves who it is, and when that ends."""
    known = patient.parts.context.auth.status().get("credential") or {}
    kind, until = known.get("kind"), known.get("expiresAt")
    if not kind or kind == "none":
        return "ok", "none: a public client, or the platform's", ""
    if not until:
        when = "; when it ends stands only under Certificates & secrets" if kind == "clientSecret" else ""
        return "ok", kind + when, ""
    left = (datetime.fromisoformat(until).timestamp() - patient.clock()) / 86400
    soon = left < SOON and kind == "certificate"
    return ("warn" if soon else "ok"), f"{kind}, good until {until}", RENEW if soon else ""


def clock(patient: Patient) -> Verdict:
    """By the Date header of any answer: https://www.rfc-editor.org/rfc/rfc9110#field.date"""
    context = patient.parts.context
    try:
        answer = context.graph.sessions.current().head(context.graph.config.graph_url, allow_redirects=False)
        stated = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (OSError, KeyError, ValueError, TypeError):
        return "warn", "the server did not tell its time", ""
    ahead = patient.clock() - stated
    if abs(ahead) <= SKEW:
        return "ok", f"within {max(1, round(abs(ahead)))} s of the server's", ""
    way = "ahead of" if ahead > 0 else "behind"
    return "warn", f"{abs(ahead):.0f} s {way} the server's", "Set this machine's clock, or let NTP do it."


def permissions(patient: Patient) -> Verdict:
    from ...permissions import least, missing

    needs, held = patient.parts.context.needs, granted(patient)
    if not held:
        return "warn", "what was granted cannot be told from here", ""
    lacking = missing(needs, held)
    if lacking:
        what = f"missing: {', '.join(lacking)}; granted: {', '.join(held)}"
        return "fail", what, "Add them under API permissions and consent again, or narrow operations.allow."
    enough = least(needs)
    useful = {*enough, *_more_uses(patient), *DISPENSABLE}
    spare = [name for name in held if name not in useful]
    if not spare:
        return "ok", ", ".join(held), ""
    lesser = [name for name in enough if name not in held]
    instead = f" ({', '.join(lesser)} would do)" if lesser else ""
    what = f"{', '.join(held)}; more than needed: {', '.join(spare)}{instead}"
    return "warn", what, "Remove it under API permissions, if nothing else uses it."


def _more_uses(patient: Patient) -> set[str]:
    """What the allowed operations need for uses beyond their plainest one."""
    connector = patient.parts.connector
    allowed = [connector.manifest.operations[name] for name in connector.operations]
    more = [one for operation in allowed for one in operation.permissions_for.values()]
    return {name for one in more for need in one.of(connector.config.auth) for name in need}


def graph(patient: Patient) -> Verdict:
    from ...binding import get

    bound = patient.parts.context.graph.bound(patient.parts.connector.config.mailbox)
    try:
        person = bound.json(get("/", query={"$select": "displayName,userPrincipalName"}))
    except Forbidden:
        return "ok", "answers (the profile itself may not be read)", ""
    return "ok", f"answers for {person.get('displayName') or person.get('userPrincipalName')}", ""


def mailbox(patient: Patient) -> Verdict:
    from ...binding import get

    bound = patient.parts.context.graph.bound(patient.parts.connector.config.mailbox)
    inbox = bound.json(get("/mailFolders/inbox", query={"$select": "totalItemCount,unreadItemCount"}))
    return (
        "ok",
        f"inbox with {inbox.get('totalItemCount')} messages, {inbox.get('unreadItemCount')} unread",
        "",
    )


def granted(patient: Patient) -> list[str]:
    """The token's permissions: as Entra told them, else from the token itself (a diagnosis; nothing else reads it).
    https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference"""
    known = patient.parts.context.auth.status().get("scopes")
    if known:
        return list(known)
    claims = _claims(patient.token)
    roles, scopes = claims.get("roles") or [], str(claims.get("scp") or "").split()
    return sorted(str(one) for one in [*roles, *scopes])


def _claims(token: str) -> Mapping[str, Any]:
    try:
        payload = token.split(".")[1]
        value = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


CHECKS: tuple[tuple[str, Callable[[Patient], Verdict], bool], ...] = (
    ("configuration", configuration, True),
    ("token store", store, True),
    ("credential", credential, True),
    ("sign-in", sign_in, True),
    ("access token", token, True),
    ("clock", clock, False),
    ("permissions", permissions, True),
    ("Microsoft Graph", graph, True),
    ("mailbox", mailbox, True),
)
"""Name, check, and whether it needs what stands before it."""
