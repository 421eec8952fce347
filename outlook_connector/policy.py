"""What may run, for which mailbox, and to whom: the one place that decides, asked by the dispatcher.

The rules come from the connection's configuration. Patterns are shell-like (``messages.*``, ``*@example.com``)
and do not mind case.
"""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from .config import Rules
from .errors import OperationDenied

NAMED_ONLY = ("graph.request", "graph.batch", "rules.forward")
"""What is off until ``operations.allow`` names it in full: a pattern is not enough. ``rules.forward`` stands for
rules that send mail on."""

_PLAIN = r"[A-Za-z0-9#$&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+"
"""An address that no server reads as another one: without quotes, and without ``%`` and ``!``, which some servers take
for the way to a third one."""


class Policy:
    """The connection's rules, as questions that raise ``OperationDenied`` where the answer is no."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def allows(self, operation: str, effect: str) -> bool:
        """Whether the operation may run at all: for listings, and for the scopes that a sign-in asks for."""
        return self._denying_rule(operation, effect) is None

    def check_operation(self, operation: str, effect: str) -> None:
        found = self._denying_rule(operation, effect)
        if found:
            rule, reason = found
            raise OperationDenied(
                f"This connection does not allow {operation}: {reason}.",
                details={"operation": operation, "rule": rule},
            )

    def check_mailbox(self, mailbox: str | None) -> None:
        """``None`` is the signed-in person's own mailbox, which is always allowed."""
        allowed = self._rules.mailboxes_allow
        if mailbox is not None and allowed is not None and not _matches(mailbox, allowed):
            raise OperationDenied(
                f"This connection does not allow the mailbox {mailbox}: it is not in mailboxes.allow.",
                details={"rule": "mailboxes.allow", "mailbox": mailbox},
            )

    @property
    def limits_mailboxes(self) -> bool:
        """Whether something of a mailbox that the call does not name has to be looked at first."""
        return self._rules.mailboxes_allow is not None

    @property
    def limits_recipients(self) -> bool:
        """Whether the final recipients of a mail have to be looked at before it goes out."""
        return self._rules.recipients_allow is not None

    def check_recipients(self, addresses: Iterable[str]) -> None:
        """Only plain addresses pass: what could be read as several, or as another one, is on no list."""
        allowed = self._rules.recipients_allow
        if allowed is None:
            return
        refused = [one for one in addresses if not re.fullmatch(_PLAIN, one) or not _matches(one, allowed)]
        if refused:
            raise OperationDenied(
                f"This connection does not allow mail to {', '.join(refused)}: not in recipients.allow.",
                details={"rule": "recipients.allow", "recipients": refused},
            )

    def check_unlimited(self, way: str) -> None:
        """``way`` has mail sent to recipients that cannot be looked at beforehand, or not by it."""
        if self.limits_recipients:
            raise OperationDenied(
                f"This connection limits recipients (recipients.allow), which {way} would go round.",
                details={"rule": "recipients.allow"},
            )

    def _denying_rule(self, operation: str, effect: str) -> tuple[str, str] | None:
        """The configuration's key that forbids it, and the reason in words."""
        rules = self._rules
        if rules.read_only and effect != "read":
            return "readOnly", "readOnly is set, and the operation would " + effect
        named = {one.lower() for one in rules.operations_allow or ()}
        if operation.lower() in NAMED_ONLY and operation.lower() not in named:
            return "operations.allow", "it is off until operations.allow names it in full"
        if _matches(operation, rules.operations_deny):
            return "operations.deny", "operations.deny names it"
        if rules.operations_allow is not None and not _matches(operation, rules.operations_allow):
            return "operations.allow", "operations.allow does not name it"
        return None


def _matches(value: str, patterns: Iterable[str]) -> bool:
    """Only ASCII is compared without regard to case: other letters fold in ways that servers do not share."""
    return any(fnmatchcase(_folded(value), _folded(pattern)) for pattern in patterns)


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else text
