"""What ``doctor`` says of Microsoft Graph and of the mailbox, in words for a mailbox that another person has."""

from ...binding import get
from ...errors import ConnectorError, Forbidden, NotFound
from .checks_permissions import EITHER, RBAC, granting, without_roles
from .findings import Patient, Verdict

NOBODY = ("The tenant knows no mailbox {mailbox}", "Mend mailbox: it is a user's address or id.")
NOT_SHARED = (
    "{mailbox} is not shared with the account that is signed in",
    "Have it shared with that account, or its folders, or mend mailbox: "
    "https://learn.microsoft.com/graph/outlook-share-messages-folders",
)
NOT_ALLOWED = (
    "{mailbox} is not among the mailboxes that the application reaches",
    f"Have it put among them, or mend mailbox: {RBAC}",
)
NO_ROLES = (
    "{mailbox} is not reached: the application has no consent, or Exchange grants it other mailboxes",
    f"{EITHER} {{granting}}",
)
UNKNOWN = frozenset({"ErrorInvalidUser", "Request_ResourceNotFound"})
ITS_OWN_WORDS = frozenset({"MailboxNotEnabledForRESTAPI"})
"""Graph's codes that say all there is to say of a mailbox."""


def graph(patient: Patient) -> Verdict:
    """Whether Graph answers. Whose profile may not be read, or is not there, is for the mailbox's check to tell."""
    named, person = patient.parts.connector.config.mailbox, patient.profile
    if isinstance(person, Forbidden):
        return "ok", "answers (the profile itself may not be read)", ""
    if isinstance(person, NotFound) and named is not None:
        return "ok", f"answers (it knows no user {named})", ""
    if isinstance(person, ConnectorError):
        raise person
    return "ok", f"answers for {person.get('displayName') or person.get('userPrincipalName')}", ""


def mailbox(patient: Patient) -> Verdict:
    named = patient.parts.connector.config.mailbox
    bound = patient.parts.context.graph.bound(named)
    try:
        inbox = bound.json(get("/mailFolders/inbox", query={"$select": "totalItemCount,unreadItemCount"}))
    except (Forbidden, NotFound) as error:
        raise _unreachable(error, patient) from None
    return (
        "ok",
        f"inbox with {inbox.get('totalItemCount')} messages, {inbox.get('unreadItemCount')} unread",
        "",
    )


def _unreachable(error: Forbidden | NotFound, patient: Patient) -> Forbidden | NotFound:
    """The same error in words for a mailbox that the configuration names, which Graph tells of as of an item.
    https://learn.microsoft.com/graph/outlook-share-messages-folders"""
    named = patient.parts.connector.config.mailbox
    if named is None or error.graph_code in ITS_OWN_WORDS:
        return error
    bare = without_roles(patient)
    what, do = NOBODY if error.graph_code in UNKNOWN else NO_ROLES if bare else _not_open(patient)
    advice = do.format(mailbox=named, granting=granting(patient) if bare else "")
    return type(error)(
        f"{what.format(mailbox=named)} ({error.status} {error.graph_code}). {advice}",
        status=error.status,
        graph_code=error.graph_code,
        request_id=error.request_id,
        details={"advice": advice},
    )


def _not_open(patient: Patient) -> tuple[str, str]:
    shared = patient.parts.context.auth.owns(patient.parts.connector.config.mailbox) is False
    return NOT_SHARED if shared else NOT_ALLOWED
