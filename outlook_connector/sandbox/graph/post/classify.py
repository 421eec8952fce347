"""Focused or other: what the owner has said about a sender holds for all that arrives from now on.

https://learn.microsoft.com/graph/api/resources/manage-focused-inbox
"""

from dataclasses import replace

from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.graph.model.own import Own


def classified(own: Own, copy: Message) -> Message:
    """The arriving copy, classified by the override for its sender where there is one."""
    sender = copy.get("from")
    address = str(sender["emailAddress"]["address"]).casefold() if sender else ""
    for override in own.overrides.values():
        if str(override["senderEmailAddress"]["address"]).casefold() == address:
            return replace(copy, values={**copy.values, "inferenceClassification": override["classifyAs"]})
    return copy
