"""The sandbox's mail at the start: three people's mailboxes with some three hundred messages.

Ids are the same in every sandbox; times are counted back from its start, over ninety days.
"""

from datetime import datetime

from outlook_connector.sandbox.directory import Directory
from outlook_connector.sandbox.graph.model.world import World
from outlook_connector.sandbox.seed import conversations, highlights, languages, routine
from outlook_connector.sandbox.seed.builder import Builder

_PARTS = (highlights.fill, conversations.fill, languages.fill, routine.fill)


def build(directory: Directory, reference: datetime) -> World:
    """The first state of the mail service; people who are no users of the directory get no mailbox."""
    builder = Builder(directory, reference)
    for fill in _PARTS:
        fill(builder)
    return builder.world
