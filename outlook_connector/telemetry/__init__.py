"""What the connector tells of its work: structured log records, and OpenTelemetry's spans and metrics.

Names, counts, times, statuses and Graph's request ids; never content, an address, a token or an id of mail.
``observed`` begins to look at one invocation, ``refreshing`` at one renewal of a token. Both cost a few hundred
nanoseconds when nobody listens.
"""

from .listening import observed
from .refreshing import refreshing
from .unseen import UNSEEN, Unseen

__all__ = ["UNSEEN", "Unseen", "observed", "refreshing"]
