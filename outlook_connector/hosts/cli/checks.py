"""What ``doctor`` looks at, one function a check, in the order in which one leads to the next."""

from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from ...errors import AuthError, ConnectorError, SignInRequired
from .checks_credential import credential
from .checks_mailbox import graph, mailbox
from .checks_permissions import permissions
from .checks_rules import configuration
from .findings import Finding, Patient, Verdict, failure

SKEW = 120.0
"""Seconds by which this machine's clock may differ: Microsoft Entra allows five minutes, tokens lose them."""

NO_EVICTION = "noeviction"

EVICTION = (
    "Have maxmemory-policy set to noeviction, or sign-ins are lost when memory runs out: "
    "https://redis.io/docs/latest/develop/reference/eviction/"
)
LOGGING = (
    "Have appendonly set to yes and appendfsync to always, or a restart loses the sign-ins since the last snapshot, "
    "and all where there is none: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/"
)


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


def store(patient: Patient) -> Verdict:
    """Whether the account's row can be read with the key at hand, and whether the store keeps what it is given."""
    where = place(patient.parts.connector.config.token_store)
    patient.parts.store.load("doctor")
    patient.parts.context.auth.status()
    if where.startswith("memory:"):
        return (
            "warn",
            "memory: keeps sign-ins only as long as a process lives",
            "Set tokenStore to sqlite:///path.",
        )
    if not where.startswith("redis"):
        return "ok", f"{where} can be read", ""
    return _of_redis(patient.parts.store, where)


def _of_redis(store: Any, where: str) -> Verdict:
    """Whether the server keeps what it was given, when its memory is full and when it is started again."""
    evicts, logged = store.eviction(), store.logged()
    if evicts is None or logged is None:
        untold = "it does not tell this user its maxmemory-policy and appendonly (INFO)"
        return "warn", f"{where} can be read; {untold}", f"{EVICTION} {LOGGING}"
    faults = {
        f"it evicts keys when its memory is full ({evicts})": EVICTION if evicts != NO_EVICTION else "",
        "it logs no writes (appendonly no)": "" if logged else LOGGING,
    }
    found = {fault: do for fault, do in faults.items() if do}
    if not found:
        return "ok", f"{where} can be read, evicts nothing and logs each write", ""
    return "warn", f"{where} can be read; {'; '.join(found)}", " ".join(found.values())


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
    """Until when the token is good, which is worth telling only where Graph takes it: a session may have been revoked.
    https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation"""
    patient.parts.context.auth.token()
    if isinstance(patient.profile, AuthError):
        raise patient.profile
    status = patient.parts.context.auth.status()
    until, renewable = status["accessTokenExpiresAt"], status.get("refreshTokenExpiresAt")
    if not until:
        return "ok", "supplied by the host", ""
    lasts = (
        f"; renewable without a person until about {renewable}, by the refresh token's age, unless it is revoked"
        if renewable
        else ""
    )
    return "ok", f"good until {until}{lasts}", ""


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
