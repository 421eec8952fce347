"""Twenty calls that every host is asked to make, and what of their answers is another one each time by nature.

``limit`` and ``bodyFormat`` stand wherever an operation takes them: the MCP host has defaults of its own for them. The
send has a key, since the Celery host gives it one where it has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed.anchors import (
    ADELE,
    DRAFT,
    KIM,
    LUNCH_CONVERSATION,
    NEWSLETTER,
    QUARTERLY_REPORT,
    QUARTERLY_REPORT_CSV,
)

Json = dict[str, Any]
Caller = Callable[[str, Json], Json]
"""One host's way to call an operation: its output, or ``{"error": ...}``."""

POLICY: Mapping[str, Any] = {"recipients": {"allow": ["*@contoso.example"]}}
OF_ONE_REQUEST = ("requestId", "correlationId", "traceId", "conversationIndex")
"""The last one begins with the time at which a conversation was begun."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
LATER = 3600.0
"""Seconds that the service asks to wait for, more than any host does."""


@dataclass(frozen=True)
class Step:
    """One call. ``code`` is that of the error it ends with, ``before`` what happens at the service first, and
    ``cursor_of`` the earlier step whose cursor it takes."""

    operation: str
    given: Mapping[str, Any]
    code: str | None = None
    before: Callable[[Sandbox], None] = Sandbox.clear_faults
    cursor_of: int | None = None


def _fault(match: str, **fault: Any) -> Callable[[Sandbox], None]:
    return lambda sandbox: sandbox.fault(match, times=None, **fault)


def _signed_out(sandbox: Sandbox) -> None:
    """The user's sign-in is withdrawn, and the service no longer takes the tokens of before."""
    sandbox.entra.revoke(ADELE)
    sandbox.fault("GET /me", status=401, error="InvalidAuthenticationToken", times=None)


LISTED: Mapping[str, Any] = {
    "folder": "inbox",
    "filter": "importance eq 'normal'",
    "select": ["subject", "from", "receivedDateTime", "body"],
    "bodyFormat": "text",
    "limit": 3,
}
WITH_CSV = {"messageId": QUARTERLY_REPORT, "attachmentId": QUARTERLY_REPORT_CSV}
MAIL = {"to": [KIM], "subject": "Numbers ✓", "body": "Please see the report."}

STEPS: tuple[Step, ...] = (
    Step("profile.get", {}),
    Step("messages.list", LISTED),
    Step("messages.list", LISTED, cursor_of=1),
    Step("messages.get", {"messageId": NEWSLETTER, "bodyFormat": "html"}),
    Step("conversations.get", {"conversationId": LUNCH_CONVERSATION, "bodyFormat": "text", "limit": 5}),
    Step("attachments.download", WITH_CSV),
    Step("messages.flag", {"messageId": NEWSLETTER, "status": "complete"}),
    Step("messages.move", {"messageId": NEWSLETTER, "destinationFolder": "Archive"}),
    Step("drafts.create", {**MAIL, "subject": "日本語 🎉"}),
    Step("messages.send", {**MAIL, "idempotencyKey": "the-same-everywhere"}),
    Step("messages.deletePermanently", {"messageId": QUARTERLY_REPORT}),
    Step("messages.list", {"limit": "three", "foldr": "inbox"}, "invalidInput"),
    Step("messages.nope", {}, "unknownOperation"),
    Step("messages.get", {"messageId": QUARTERLY_REPORT, "bodyFormat": "text"}, "notFound"),
    Step("drafts.send", {"draftId": DRAFT}, "operationDenied"),
    Step("folders.create", {"displayName": "Inbox"}, "conflict"),
    Step("drafts.create", MAIL, "outcomeUnknown", _fault("POST /me/messages", drop="after")),
    Step(
        "rules.list", {}, "serviceUnavailable", _fault("GET /me/mailFolders/*", status=503, retry_after=LATER)
    ),
    Step("settings.get", {}, "throttled", _fault("GET /me/mailboxSettings", status=429, retry_after=LATER)),
    Step("profile.get", {}, "signInRequired", _signed_out),
)


def turn(sandbox: Sandbox, call: Caller) -> list[Json]:
    """What one host answers to all of the steps, in their order."""
    began = datetime.now(UTC).replace(microsecond=0)
    answers: list[Json] = []
    for step in STEPS:
        sandbox.clear_faults()
        step.before(sandbox)
        cursor = {} if step.cursor_of is None else {"cursor": answers[step.cursor_of]["nextCursor"]}
        answers.append(call(step.operation, {**step.given, **cursor}))
    return [dict(_settled(one, began)) for one in answers]


def _settled(value: Any, began: datetime, name: str = "") -> Any:
    """The same, with a word in the place of what names one request alone, and of times since the turn began."""
    if isinstance(value, dict):
        return {key: _settled(one, began, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_settled(one, began) for one in value]
    if isinstance(value, str) and value and (name in OF_ONE_REQUEST or _is_since(value, began)):
        return "(its own)"
    return value


def _is_since(text: str, began: datetime) -> bool:
    return bool(_TIME.fullmatch(text)) and datetime.fromisoformat(text) >= began
