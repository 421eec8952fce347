"""What may have been done by a request without a good answer, and where that shows. Pure."""

from ..binding import GraphRequest
from ..errors import ConnectorError, OutcomeUnknown

WHERE_TO_LOOK = "Sent Items and Drafts for a mail, else the folder that the new item belongs in"


def unknown_outcome(request: GraphRequest, problem: ConnectorError) -> OutcomeUnknown:
    """The error for a request that must not be repeated blindly and whose answer is missing or cannot be read."""
    action = request.path.rsplit("/", 1)[-1] if request.root != "link" else "request"
    check = "Deleted Items" if request.method == "DELETE" else WHERE_TO_LOOK
    return OutcomeUnknown.after(problem, f"{request.method} …/{action[:40]}", check)


def already_gone(request: GraphRequest, status: int) -> bool:
    """A DELETE whose first answer was lost finds nothing the second time: it has been done."""
    return request.method == "DELETE" and status == 404


def may_have_moved(request: GraphRequest, status: int) -> bool:
    """A move whose first answer was lost may be what its item is not found after, where the caller's id is not one
    that stays."""
    return request.method == "POST" and status == 404 and request.path.endswith("/move")
