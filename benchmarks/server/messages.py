"""Messages as Graph gives them without ``$select``: every property, with 2 KB of HTML.

https://learn.microsoft.com/graph/api/resources/message
"""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

NEWEST = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
PARAGRAPH = (
    '<p class="x_MsoNormal" style="margin:0 0 8pt 0">The figures of week {week} are in: orders are up by {share} % '
    "over the week before, returns are down, and the warehouse in Lyon is back to two shifts. Please look at the "
    "table in the shared workbook &amp; say by Thursday whether the forecast holds.</p>\r\n"
)
PEOPLE = (
    ("Adele Vance", "adele@contoso.example"),
    ("Kim Akers", "kim@contoso.example"),
    ("Nestor Wilke", "nestor@contoso.example"),
    ("Zoë Müller", "zoe@fabrikam.example"),
)


def message(number: int) -> dict[str, Any]:
    """The message ``number`` of a mailbox; a higher number is older."""
    sent = NEWEST - timedelta(minutes=7 * number)
    stamp = sent.strftime("%Y-%m-%dT%H:%M:%SZ")
    key = _opaque(f"key {number}", 24)
    return {
        "@odata.etag": f'W/"{key}"',
        "id": "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A" + _opaque(f"id {number}", 66),
        "createdDateTime": stamp,
        "lastModifiedDateTime": stamp,
        "changeKey": key,
        "categories": ["Blue category"] if number % 5 == 0 else [],
        "receivedDateTime": stamp,
        "sentDateTime": stamp,
        "hasAttachments": number % 3 == 0,
        "internetMessageId": f"<{_opaque(f'mid {number}', 36)}@mail.contoso.example>",
        "subject": f"Figures of week {number % 52 + 1}: forecast and returns",
        "bodyPreview": PARAGRAPH[47:300].replace("{week}", str(number % 52 + 1)),
        "importance": "normal",
        "parentFolderId": "AAMkADsESMt7JRJNAchTQa_tfqSFHPfEpzJxNuAuAAAAAAELOFLwRCIcA" + _opaque("inbox", 36),
        "conversationId": "AAQkADt-ca5q7SJkQtMkHjNuBFK2pcKFeVcXeAAQ" + _opaque(f"talk {number // 3}", 36),
        "conversationIndex": base64.b64encode(hashlib.sha256(str(number).encode()).digest()[:22]).decode(),
        "isDeliveryReceiptRequested": None,
        "isReadReceiptRequested": False,
        "isRead": number % 4 != 0,
        "isDraft": False,
        "webLink": f"https://outlook.office365.example/owa/?ItemID={_opaque(f'link {number}', 90)}&viewmodel=Read",
        "inferenceClassification": "focused",
        "body": {"contentType": "html", "content": html(number)},
        "sender": person(number),
        "from": person(number),
        "toRecipients": [person(number + 1), person(number + 2)],
        "ccRecipients": [person(number + 3)],
        "bccRecipients": [],
        "replyTo": [],
        "flag": {"flagStatus": "notFlagged"},
    }


def html(number: int, size: int = 2048) -> str:
    """A body of ``size`` characters."""
    paragraph = PARAGRAPH.format(week=number % 52 + 1, share=number % 17)
    head = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>\r\n'
    foot = "</body></html>"
    inside = paragraph * (size // len(paragraph) + 1)
    return head + inside[: size - len(head) - len(foot)] + foot


def person(number: int) -> dict[str, Any]:
    name, address = PEOPLE[number % len(PEOPLE)]
    return {"emailAddress": {"name": name, "address": address}}


def _opaque(seed: str, length: int) -> str:
    """Letters that look like an id."""
    told = hashlib.sha512(seed.encode()).digest() + hashlib.sha512(seed[::-1].encode()).digest()
    return base64.urlsafe_b64encode(told).decode()[:length]
