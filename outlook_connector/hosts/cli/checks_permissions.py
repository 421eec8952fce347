"""What ``doctor`` says of permissions: those that are missing, and those that nothing needs."""

from .findings import Patient, Verdict

CONSENT = (
    "Run: outlook-connector login {options}, with --admin-consent where only an administrator may consent; or narrow "
    "operations.allow."
)
APPLICATION = (
    "Add them under API permissions and have an administrator consent (outlook-connector login --admin-consent), or "
    "narrow operations.allow; unless Exchange grants them for named mailboxes: "
    "https://learn.microsoft.com/exchange/permissions-exo/application-rbac"
)


def permissions(patient: Patient) -> Verdict:
    """By what was granted with the token: https://learn.microsoft.com/graph/permissions-reference"""
    from ...permissions import for_another, least, missing

    context = patient.parts.context
    held = context.auth.granted()
    if not held:
        return "warn", "what was granted cannot be told from here", ""
    needs = for_another(context.needs) if _of_another(patient) else context.needs
    lacking = missing(needs, held)
    if lacking:
        what = f"missing: {', '.join(lacking)}{_why(patient)}; granted: {', '.join(held)}"
        return ("fail" if _of_a_person(patient) else "warn"), what, _way(patient, lacking)
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


def _of_a_person(patient: Patient) -> bool:
    """What Exchange grants an application stands in no token; the checks that follow show whether it is enough."""
    return patient.parts.connector.config.auth in ("delegated", "hostToken")


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
    return ways.get(config.auth, APPLICATION)
