"""What ``doctor`` says of the configuration, and of rules in it that do nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .findings import Patient, Verdict

if TYPE_CHECKING:
    from ...config import Config, Rules
    from ...manifest import Manifest


def configuration(patient: Patient) -> Verdict:
    """The configuration in a line, and the rules that have no effect."""
    connector = patient.parts.connector
    state, found, do = told(connector.config)
    idle = [
        *_idle_patterns(connector.config.rules, connector.manifest),
        *_no_directories(connector.config.rules),
    ]
    if not idle:
        return state, found, do
    return (
        "warn",
        f"{found}; {'; '.join(idle)}",
        "Mend or remove them: outlook-connector operations lists the names.",
    )


def told(config: "Config") -> Verdict:
    """A configuration in a line."""
    who = f"client {config.client_id}, tenant {config.tenant_id}" if config.client_id else "no client"
    return "ok", f"auth {config.auth}, {who}, cloud {config.cloud}", ""


def _idle_patterns(rules: "Rules", manifest: "Manifest") -> Iterator[str]:
    """Each pattern is asked of a policy that has no other rule, so that it is read as the connection reads it."""
    from ...config import Rules
    from ...policy import NAMED_ONLY, Policy

    names = {*manifest.operations, *manifest.triggers, *NAMED_ONLY}
    for pattern in rules.operations_allow or ():
        policy = Policy(Rules(operations_allow=(pattern,)))
        if not any(policy.allows(name, "read") for name in names):
            yield f"operations.allow has {pattern}, which allows nothing"
    for pattern in rules.operations_deny:
        policy = Policy(Rules(operations_allow=("*", *NAMED_ONLY), operations_deny=(pattern,)))
        if all(policy.allows(name, "read") for name in names):
            yield f"operations.deny has {pattern}, which names nothing"


def _no_directories(rules: "Rules") -> Iterator[str]:
    for directory in rules.files_allow:
        if not Path(directory).expanduser().is_dir():
            yield f"files.allow has {directory}, which is no directory here"
