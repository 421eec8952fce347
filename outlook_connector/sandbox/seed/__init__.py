"""The sandbox's mail at the start: three people's mailboxes."""

from datetime import datetime

from outlook_connector.sandbox.directory import Directory
from outlook_connector.sandbox.graph.model.world import World


def build(_directory: Directory, _reference: datetime) -> World:
    """The first state of the mail service."""
    return World()
