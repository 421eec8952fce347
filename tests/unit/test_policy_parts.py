"""What may run, for whom and with which permissions: the policy's decisions, without any I/O."""

import pytest

from outlook_connector import errors
from outlook_connector.config import Rules
from outlook_connector.permissions import least, missing
from outlook_connector.policy import Policy


@pytest.mark.parametrize(
    ("rules", "operation", "effect", "allowed"),
    [
        (Rules(), "messages.send", "send", True),
        (Rules(read_only=True), "messages.list", "read", True),
        (Rules(read_only=True), "messages.send", "send", False),
        (Rules(operations_allow=("messages.*",)), "messages.send", "send", True),
        (Rules(operations_allow=("messages.*",)), "folders.list", "read", False),
        (Rules(operations_allow=()), "folders.list", "read", False),
        (Rules(operations_allow=("*",), operations_deny=("*.delete",)), "messages.delete", "delete", False),
    ],
)
def test_the_policy_decides_what_may_run(rules: Rules, operation: str, effect: str, allowed: bool) -> None:
    policy = Policy(rules)
    assert policy.allows(operation, effect) is allowed
    if not allowed:
        with pytest.raises(errors.OperationDenied):
            policy.check_operation(operation, effect)


def test_recipients_and_mailboxes_are_matched_without_regard_to_case() -> None:
    policy = Policy(Rules(recipients_allow=("*@contoso.example",), mailboxes_allow=("Kim@contoso.example",)))
    policy.check_recipients(["KIM@CONTOSO.EXAMPLE"])
    policy.check_mailbox("kim@Contoso.example")
    policy.check_mailbox(None)
    for refused in ("kim@contoso.example.evil", "kim@evil", "kim@contoso.example\n"):
        with pytest.raises(errors.OperationDenied):
            policy.check_recipients([refused])
    with pytest.raises(errors.OperationDenied):
        policy.check_mailbox("adele@contoso.example")


def test_the_least_permissions_use_what_is_asked_for_anyway() -> None:
    assert least([("Mail.Read", "Mail.ReadWrite"), ("Mail.ReadWrite",)]) == ("Mail.ReadWrite",)
    assert least([("Mail.ReadBasic", "Mail.Read"), ("Mail.Send",)]) == ("Mail.ReadBasic", "Mail.Send")
    assert least([("Mail.ReadBasic", "Mail.Read"), ("Mail.Read", "Mail.ReadWrite")]) == ("Mail.Read",)
    assert missing([("Mail.Send",), ("Mail.Read", "Mail.ReadWrite")], ["https://x/mail.readwrite"]) == (
        "Mail.Send",
    )
