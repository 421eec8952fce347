"""What a test can make the mail service do that the real one does now and then."""

from dataclasses import dataclass


@dataclass
class Switches:
    """All off at the start and after a reset.

    `repeat_delta_items`: each page of a delta query says one item twice, as the real ones may.
    `removed_reason`: the reason that delta gives for what left a folder, `deleted` or `changed`.
    `lose_notifications`: so many of the next notifications are not sent; subscriptions with a lifecycle URL
    get a `missed` event instead. `double_notifications`: so many of the next ones are sent twice.
    `handshake_seconds`: how long a new receiver has to answer.
    `lose_comments`: the comment of createReply, createReplyAll and createForward does not come into the draft, as
    Microsoft's known issues have it.
    `throttling`: Outlook's limits hold (see `throttle`). `service_seconds`: how long each mail request takes.
    """

    repeat_delta_items: bool = False
    removed_reason: str = "deleted"
    lose_notifications: int = 0
    double_notifications: int = 0
    handshake_seconds: float = 10.0
    lose_comments: bool = False
    throttling: bool = False
    service_seconds: float = 0.0
