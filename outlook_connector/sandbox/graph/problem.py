"""Errors as Graph words them.

`Problem` is raised anywhere below the service, which turns it into
`{"error": {"code", "message", "innerError"}}`: https://learn.microsoft.com/graph/errors
"""

from collections.abc import Mapping


class Problem(Exception):
    """A request that Graph refuses: an HTTP status, Graph's error code and message, headers of the answer."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


_TABLE: dict[str, tuple[int, str, str]] = {
    "denied": (403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    "app_only_me": (400, "BadRequest", "/me request is only valid with delegated authentication flow."),
    "no_item": (404, "ErrorItemNotFound", "The specified object was not found in the store."),
    "no_folder": (
        404,
        "ErrorItemNotFound",
        "The specified object was not found in the store., The process failed to get the correct properties.",
    ),
    "closed_mailbox": (
        404,
        "ErrorItemNotFound",
        "The specified object was not found in the store., Default folder Root not found.",
    ),
    "no_mailbox": (
        404,
        "MailboxNotEnabledForRESTAPI",
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    ),
    "malformed_id": (400, "ErrorInvalidIdMalformed", "Id is malformed."),
    "bad_json": (
        400,
        "BadRequest",
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of "
        "valid JSON format.",
    ),
    "empty_body": (400, "BadRequest", "Empty Payload. JSON content expected."),
    "method": (
        405,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    ),
    "stale": (
        412,
        "ErrorIrresolvableConflict",
        "The send or update operation could not be performed because the change key passed in the request "
        "does not match the current change key for the item.",
    ),
    "too_large": (413, "RequestEntityTooLarge", "The request body exceeds the maximum allowed size."),
    "message_size": (
        413,
        "ErrorMessageSizeExceeded",
        "The message exceeds the maximum supported size.",
    ),
    "no_recipients": (
        400,
        "ErrorInvalidRecipients",
        "At least one recipient isn't valid., A message can't be sent because it contains no recipients.",
    ),
    "bad_recipient": (
        400,
        "ErrorInvalidRecipients",
        "At least one recipient isn't valid., Recipient e-mail address is invalid.",
    ),
    "send_as": (
        403,
        "ErrorSendAsDenied",
        "The user account which was used to submit this request does not have the right to send mail on "
        "behalf of the specified sending account., Cannot submit message.",
    ),
    "not_draft": (
        400,
        "ErrorInvalidOperation",
        "The operation can't be performed because the message isn't a draft.",
    ),
    "inefficient": (
        400,
        "InefficientFilter",
        "The restriction or sort order is too complex for this operation.",
    ),
    "filter_nodes": (
        400,
        "ErrorInvalidUrlQueryFilter",
        "The query filter contains one or more invalid nodes.",
    ),
    "folder_exists": (409, "ErrorFolderExists", "A folder with the specified name already exists."),
    "fixed_folder": (400, "ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted."),
    "fixed_folder_move": (400, "ErrorMoveCopyFailed", "The distinguished folder can't be moved or renamed."),
    "folder_loop": (400, "ErrorMoveCopyFailed", "A folder can't be moved into itself or its own subfolder."),
    "property_set": (
        400,
        "ErrorInvalidPropertySet",
        "Set action is invalid for property.",
    ),
}


def problem(name: str, headers: Mapping[str, str] | None = None) -> Problem:
    """The `Problem` of a name in the table above."""
    status, code, message = _TABLE[name]
    return Problem(status, code, message, headers)


def bad_request(message: str, code: str = "BadRequest") -> Problem:
    """400 with a message of its own."""
    return Problem(400, code, message)


def parse_uri(message: str) -> Problem:
    """400 for a query option that cannot be read."""
    return Problem(400, "RequestBroker--ParseUri", message)


def unknown_segment(name: str) -> Problem:
    """400 for a path that leads nowhere."""
    return Problem(400, "BadRequest", f"Resource not found for the segment '{name}'.")


def invalid_user(who: str) -> Problem:
    """404 for a mailbox path that names nobody."""
    return Problem(404, "ErrorInvalidUser", f"The requested user '{who}' is invalid.")


def no_resource(who: str) -> Problem:
    """404 of the directory for a profile that does not exist."""
    message = (
        f"Resource '{who}' does not exist or one of its queried reference-property objects are not present."
    )
    return Problem(404, "Request_ResourceNotFound", message)
