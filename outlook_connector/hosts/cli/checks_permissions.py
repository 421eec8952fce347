"""What ``doctor`` says of permissions: those that are missing, and those that nothing needs."""

from .findings import Patient, Verdict

CONSENT = (
    "Run: outlook-connector login {options}, with --admin-consent where only an administrator may consent; or narrow "
    "operations.allow."
)
GRANTING = {
    "application": "Add them under API permissions and have an administrator consent (outlook-connector login "
    "--admin-consent){address}",
    "managedIdentity": "Have an administrator assign them to the managed identity: https://learn.microsoft.com/entra/"
    "identity/managed-identities-azure-resources/how-to-assign-app-role-managed-identity",
}
"""How permissions are given to those whose token tells them as roles."""
RBAC = "https://learn.microsoft.com/exchange/permissions-exo/application-rbac"
EXCHANGES = "Mail."
"""What the names of the permissions for mail begin with, which Exchange can grant an application as well."""
EITHER = f"Where Exchange grants them, have the mailbox put among those it grants them for ({RBAC}). Else:"

UNTOLD = (
    "no permission for mail stands in the token: either nobody has consented, or Exchange grants them for named "
    "mailboxes, which cannot be told from here (the mailbox check only reads)"
)


def permissions(patient: Patient) -> Verdict:
    """By what was granted with the token: https://learn.microsoft.com/graph/permissions-reference"""
    from ...permissions import for_another, least, missing

    context = patient.parts.context
    held = context.auth.granted()
    needs = for_another(context.needs) if _of_another(patient) else context.needs
    lacking = missing(needs, held)
    if lacking and without_roles(patient):
        return "warn", f"{UNTOLD}; needed: {', '.join(lacking)}", f"{EITHER} {granting(patient)}"
    if not held:
        return "warn", "what was granted cannot be told from here", ""
    if lacking:
        what = f"missing: {', '.join(lacking)}{_why(patient)}; granted: {', '.join(held)}"
        return "fail", what, _way(patient, lacking)
    spare = _spare(patient, held)
    if not spare:
        return "ok", ", ".join(held), ""
    named = set(context.auth.named())
    unasked = [one for one in spare if one not in named]
    if not unasked:
        return "ok", f"{', '.join(held)}; asked for besides what is needed: {', '.join(spare)}", ""
    lesser = missing(((one,) for one in least(needs)), held)
    instead = f" ({', '.join(lesser)} would do)" if lesser else ""
    what = f"{', '.join(held)}; more than needed: {', '.join(unasked)}{instead}"
    return "warn", what, "Remove it under API permissions, if nothing else uses it."


def _spare(patient: Patient, held: tuple[str, ...]) -> tuple[str, ...]:
    """A greater permission than would do is spare here, and so is what no use of an allowed operation needs."""
    from ...permissions import least, superfluous

    context = patient.parts.context
    uses = [name for need in context.uses for name in need]
    return superfluous([*least(context.needs), *uses], held)


def without_roles(patient: Patient) -> bool:
    """Whether an application's token grants nothing of mail. What Exchange grants stands in no token.
    https://learn.microsoft.com/exchange/permissions-exo/application-rbac"""
    if patient.parts.connector.config.auth not in GRANTING:
        return False
    return not any(one.startswith(EXCHANGES) for one in patient.parts.context.auth.granted())


def granting(patient: Patient) -> str:
    """How an application gets permissions, with the address for an administrator where there is one."""
    address = patient.parts.context.auth.status().get("adminConsentUrl")
    way = GRANTING[patient.parts.connector.config.auth]
    return way.format(address=f": {address}" if address else "")


def _of_another(patient: Patient) -> bool:
    return patient.parts.context.auth.owns(patient.parts.connector.config.mailbox) is False


def _why(patient: Patient) -> str:
    """https://learn.microsoft.com/graph/outlook-share-messages-folders"""
    if not _of_another(patient):
        return ""
    named = patient.parts.connector.config.mailbox
    return f" (mailbox {named} is another person's, which only .Shared permissions reach)"


def _way(patient: Patient, lacking: tuple[str, ...]) -> str:
    config = patient.parts.connector.config
    ways = {
        "delegated": CONSENT.format(options=" ".join(f"--scope {one}" for one in lacking)),
        "hostToken": "Supply an accessToken that has them, or narrow operations.allow.",
    }
    return ways.get(config.auth) or f"Narrow operations.allow, or: {granting(patient)}"
