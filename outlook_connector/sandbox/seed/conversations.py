"""Plays the threads: each line quotes the one before, as people's mail programs do."""

from datetime import timedelta

from outlook_connector.sandbox.graph.model.message import Message
from outlook_connector.sandbox.seed.builder import Builder, Mail
from outlook_connector.sandbox.seed.threads import THREADS, Thread


def fill(builder: Builder) -> None:
    """Stores all threads."""
    for thread in THREADS:
        _play(builder, thread)


def _play(builder: Builder, thread: Thread) -> None:
    last: Message | None = None
    start = builder.day(thread.days, 8, 17)
    for number, line in enumerate(thread.lines):
        last = builder.send(
            Mail(
                name=f"{thread.name}-{number}",
                at=start + timedelta(hours=line.hours),
                sender=line.sender,
                to=line.to,
                subject=thread.subject if last is None else f"RE: {thread.subject}",
                body=line.text,
                html=thread.html,
                answers=last,
                folder=thread.folder,
            )
        )
