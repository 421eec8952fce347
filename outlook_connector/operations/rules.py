"""Rules of the inbox: those that send mail on are held against the policy.
https://learn.microsoft.com/graph/api/resources/messagerule"""

from collections.abc import Mapping
from typing import Any

from ..binding import get, patch, post
from ..context import Context
from ..normalise import addresses

ALL = "/mailFolders/inbox/messageRules"
ONE = ALL + "/{ruleId}"
SENDING_ON = ("forwardTo", "forwardAsAttachmentTo", "redirectTo")
_PROPERTIES = ("displayName", "sequence", "isEnabled", "conditions", "exceptions", "actions")


def create(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """A new rule."""
    check(context, values["actions"])
    return context.graph.json(post(ALL, {"sequence": 1, **_resource(values)}))


def update(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Change what the input names. A rule that is left on is held against the policy with the actions it has."""
    change = patch(ONE, _resource(values), ruleId=values["ruleId"])
    if "actions" in values:
        check(context, values["actions"])
    elif values.get("isEnabled") is not False:
        check(context, context.graph.json(get(ONE, ruleId=values["ruleId"])).get("actions") or {})
    return context.graph.json(change)


def check(context: Context, actions: Mapping[str, Any]) -> None:
    """Raises ``OperationDenied`` where the policy does not allow what the actions would send on."""
    sent_on = [one for name in SENDING_ON for one in addresses(actions.get(name) or [])]
    if sent_on:
        context.policy.check_operation("rules.forward", "write")
        context.policy.check_recipients(sent_on)


def _resource(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in _PROPERTIES if name in values}
