"""``watch``: poll after poll, as one stream of events."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import ConnectorError

log = logging.getLogger("outlook_connector.triggers")

Poll = Callable[[Mapping[str, Any]], dict[str, Any]]


def watch(
    poll: Poll,
    given: Mapping[str, Any],
    pause: Callable[[], None],
    on_cursor: Callable[[str], object],
    on_problem: Callable[[ConnectorError], object],
) -> Iterator[dict[str, Any]]:
    """Events as they come, without end. ``on_cursor`` hears the cursor once every event before it was taken over,
    which is when the next one is asked for; ``on_problem`` hears what passes by itself and is tried again after the
    pause. Raises every other ``ConnectorError``."""
    asked = dict(given)
    while True:
        try:
            answer = poll(asked)
        except ConnectorError as error:
            if not error.retryable:
                raise
            log.warning("a poll failed (%s); again after the pause", error.code)
            on_problem(error)
            pause()
            continue
        yield from answer["value"]
        asked = {**asked, "cursor": answer["cursor"]}
        on_cursor(answer["cursor"])
        if not answer["more"]:
            pause()
