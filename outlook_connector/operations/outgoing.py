"""The one way out: every call that has Graph send a mail is made here."""

from ..binding import GraphRequest
from ..context import Context


def hand_over(context: Context, request: GraphRequest) -> None:
    """Make the call, counted first as a mail of this hour.

    Raises what the call raises, and ``OperationDenied`` (``mailsPerHour``) where the hour has no mail left.
    """
    context.hourly.count()
    context.graph.call(request)
