"""The properties of messages and folders: their types, where they come from, what may be asked of them.

https://learn.microsoft.com/graph/api/resources/message
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from outlook_connector.sandbox.graph.model.folder import Folder
from outlook_connector.sandbox.graph.model.ids import conversation_id
from outlook_connector.sandbox.graph.model.mailbox import Counts, Mailbox
from outlook_connector.sandbox.graph.problem import Problem, parse_uri
from outlook_connector.sandbox.graph.view import View

STRING, BOOLEAN, TIME, NUMBER = "Edm.String", "Edm.Boolean", "Edm.DateTimeOffset", "Edm.Int32"
RECIPIENT, RECIPIENTS, BODY, FLAG, TEXTS, OTHER = "recipient", "recipients", "body", "flag", "texts", "other"
_SORTABLE = frozenset((STRING, BOOLEAN, TIME, NUMBER))

# What may follow a property in a path, such as from/emailAddress/address.
PATHS: Mapping[str, Mapping[str, str]] = {
    RECIPIENT: {"emailAddress/address": STRING, "emailAddress/name": STRING},
    BODY: {"content": STRING, "contentType": STRING},
    FLAG: {"flagStatus": STRING},
}


@dataclass(frozen=True)
class Property:
    """`get` reads the value from a row; `selected_only` properties appear only when asked for by name."""

    kind: str
    get: Callable[[Any], Any]
    filterable: bool = True
    selected_only: bool = False

    @property
    def sortable(self) -> bool:
        """Whether $orderby may name it."""
        return self.kind in _SORTABLE and self.filterable


@dataclass(frozen=True)
class Shape:
    """A resource type: its name in error messages and its properties in the order of Graph's answers.

    `extended` reads a row's single-value extended properties, where they can be filtered by.
    """

    name: str
    properties: Mapping[str, Property]
    navigation: frozenset[str] = frozenset()
    searchable: bool = False
    extended: Callable[[Any], Mapping[str, str]] | None = None


def unknown_property(name: str, shape: Shape) -> Problem:
    """400 for a name that the resource does not have."""
    return parse_uri(f"Could not find a property named '{name}' on type '{shape.name}'.")


def walk(value: Any, path: list[str]) -> Any:
    """The value at the end of a path through objects, None where the path breaks off."""
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


@dataclass(frozen=True)
class FolderView:
    """A folder with its counts."""

    mailbox: Mailbox
    folder: Folder
    counts: Counts

    @property
    def parent_id(self) -> str:
        """The id of the folder above; the topmost names itself."""
        above = self.mailbox.folders.get(self.folder.parent, self.folder)
        return above.id


def _plain(name: str, kind: str, *, filterable: bool = True) -> Property:
    def get(view: View) -> Any:
        return view.message.get(name)

    return Property(kind, get, filterable)


def _headers(view: View) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in view.message.headers]


MESSAGE = Shape(
    "Microsoft.OutlookServices.Message",
    {
        "id": Property(STRING, lambda view: view.id, filterable=False),
        "createdDateTime": Property(TIME, lambda view: view.message.created),
        "lastModifiedDateTime": Property(TIME, lambda view: view.message.modified),
        "changeKey": Property(STRING, lambda view: view.change_key, filterable=False),
        "categories": _plain("categories", TEXTS),
        "receivedDateTime": Property(TIME, lambda view: view.message.received),
        "sentDateTime": Property(TIME, lambda view: view.message.sent),
        "hasAttachments": Property(BOOLEAN, lambda view: view.message.has_attachments),
        "internetMessageId": Property(STRING, lambda view: view.message.message_id),
        "subject": _plain("subject", STRING),
        "bodyPreview": Property(STRING, lambda view: view.preview, filterable=False),
        "importance": _plain("importance", STRING),
        "parentFolderId": Property(STRING, lambda view: view.folder_id),
        "conversationId": Property(STRING, lambda view: conversation_id(view.message.conversation)),
        "conversationIndex": Property(
            OTHER, lambda view: base64.b64encode(view.message.index).decode(), filterable=False
        ),
        "isDeliveryReceiptRequested": _plain("isDeliveryReceiptRequested", BOOLEAN),
        "isReadReceiptRequested": _plain("isReadReceiptRequested", BOOLEAN),
        "isRead": _plain("isRead", BOOLEAN),
        "isDraft": _plain("isDraft", BOOLEAN),
        "webLink": Property(STRING, lambda view: view.web_link, filterable=False),
        "inferenceClassification": _plain("inferenceClassification", STRING),
        "body": Property(BODY, lambda view: view.body),
        "sender": _plain("sender", RECIPIENT),
        "from": _plain("from", RECIPIENT),
        "toRecipients": _plain("toRecipients", RECIPIENTS, filterable=False),
        "ccRecipients": _plain("ccRecipients", RECIPIENTS, filterable=False),
        "bccRecipients": _plain("bccRecipients", RECIPIENTS, filterable=False),
        "replyTo": _plain("replyTo", RECIPIENTS, filterable=False),
        "flag": Property(FLAG, lambda view: view.flag),
        "uniqueBody": Property(BODY, lambda view: view.unique_body, filterable=False, selected_only=True),
        "internetMessageHeaders": Property(OTHER, _headers, filterable=False, selected_only=True),
    },
    frozenset(("attachments", "extensions", "singleValueExtendedProperties", "multiValueExtendedProperties")),
    searchable=True,
    extended=lambda view: view.message.extended,
)

FOLDER = Shape(
    "Microsoft.OutlookServices.MailFolder",
    {
        "id": Property(STRING, lambda view: view.folder.id, filterable=False),
        "displayName": Property(STRING, lambda view: view.folder.name),
        "parentFolderId": Property(STRING, lambda view: view.parent_id, filterable=False),
        "childFolderCount": Property(NUMBER, lambda view: view.counts.children),
        "unreadItemCount": Property(NUMBER, lambda view: view.counts.unread),
        "totalItemCount": Property(NUMBER, lambda view: view.counts.total),
        "isHidden": Property(BOOLEAN, lambda view: view.folder.hidden),
    },
    frozenset(
        {
            "childFolders",
            "messages",
            "messageRules",
            "singleValueExtendedProperties",
            "multiValueExtendedProperties",
        }
    ),
)
