"""What a mailbox has beside folders and messages: categories, rules, overrides, settings.

Each collection maps an id to the entity as Graph writes it, in the order of making.
"""

import copy
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
_NAMESPACE = uuid.UUID("6f2c6c9e-0a0e-4ef5-9d0c-3c1f7a3f52b1")

# What every mailbox begins with: https://learn.microsoft.com/graph/api/resources/outlookcategory
_CATEGORIES: Mapping[str, str] = {
    "Red category": "preset0",
    "Orange category": "preset1",
    "Yellow category": "preset3",
    "Green category": "preset4",
    "Blue category": "preset7",
    "Purple category": "preset8",
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


def new_guid(*parts: object) -> str:
    """A guid that the same parts always give."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts)))


@dataclass
class Own:
    """One mailbox's belongings; `answered` holds the senders that automatic replies have gone to."""

    categories: dict[str, Json] = field(default_factory=dict)
    rules: dict[str, Json] = field(default_factory=dict)
    overrides: dict[str, Json] = field(default_factory=dict)
    settings: Json = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)

    @classmethod
    def fresh(cls, owner: str) -> "Own":
        """What a new mailbox of a user (a guid) has."""
        entities = (
            {"id": new_guid("category", owner, name), "displayName": name, "color": color}
            for name, color in _CATEGORIES.items()
        )
        return cls({entity["id"]: entity for entity in entities}, settings=_settings())

    def copy(self) -> "Own":
        """Belongings that change apart from these."""
        return copy.deepcopy(self)


def _settings() -> Json:
    never = {"dateTime": "2026-01-01T00:00:00.0000000", "timeZone": "UTC"}
    return {
        "automaticRepliesSetting": {
            "status": "disabled",
            "externalAudience": "all",
            "scheduledStartDateTime": never,
            "scheduledEndDateTime": {**never, "dateTime": "2026-01-02T00:00:00.0000000"},
            "internalReplyMessage": "",
            "externalReplyMessage": "",
        },
        "timeZone": "UTC",
        "dateFormat": "M/d/yyyy",
        "timeFormat": "h:mm tt",
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "language": {"locale": "en-US", "displayName": "English (United States)"},
        "workingHours": {
            "daysOfWeek": list(_DAYS),
            "startTime": "08:00:00.0000000",
            "endTime": "17:00:00.0000000",
            "timeZone": {"name": "Pacific Standard Time"},
        },
        "userPurpose": "user",
    }
