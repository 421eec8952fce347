"""A connection's triggers: events by polling, and without end by watching."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from .checks import check_output, unknown
from .connection import Connection, Lookups
from .consenting import consent_told
from .errors import ConnectorError
from .frames import bare, readable, without_frames
from .handlers import find_handler
from .manifest import Trigger
from .normalise import normalise, plan
from .telemetry import Unseen, observed
from .triggers import webhook
from .triggers.polling import Poll, lasting
from .triggers.watching import watch
from .triggers.webhook import NotificationAnswer


class Triggering(Connection):
    """What a connection tells of as it happens."""

    @cached_property
    def triggers(self) -> tuple[str, ...]:
        """The names of the triggers that this connection's policy allows."""
        allows = self._context.policy.allows
        return tuple(name for name, one in self.manifest.triggers.items() if allows(name, one.effect_on_mail))

    def poll(self, trigger: str, input: Mapping[str, Any] | None = None) -> dict[str, Any]:  # noqa: A002
        """The events of ``trigger`` since the input's ``cursor``: ``{"value": [event, ...], "cursor", "more"}``.

        Without a cursor it starts from ``since``, else from now, with no events. Giving the answer's cursor back takes
        its events over; giving the old one again gives the same events with the same ids. ``more`` says that others
        can be had at once.
        """
        try:
            with observed(self.manifest.triggers.get(trigger) if isinstance(trigger, str) else None) as seen:
                return self._poll(trigger, input, seen)
        except ConnectorError as error:
            raise without_frames(error) from None

    def _poll(self, name: str, given: Mapping[str, Any] | None, seen: Unseen) -> dict[str, Any]:
        trigger = self._trigger(name)
        raw = self._checked(trigger, given)
        context = lasting(self._bound(trigger, raw, seen))
        kinds = plan(self._schemas, trigger.input_schema)
        make = find_handler(trigger.handler, "triggers")
        with readable(name), consent_told(trigger, context):
            answer = Poll(name, context, make, raw, lambda: normalise(raw, kinds, Lookups(context))).run()
        for event in answer["value"]:
            check_output(self._schemas, trigger, event)
        seen.happened(len(answer["value"]))
        return answer

    def watch(
        self,
        trigger: str,
        input: Mapping[str, Any] | None = None,  # noqa: A002
        *,
        interval: float = 30.0,
        on_cursor: Callable[[str], object] = lambda cursor: None,
        on_problem: Callable[[ConnectorError], object] = lambda error: None,
    ) -> Iterator[dict[str, Any]]:
        """The events of ``trigger`` as they come, without end; ``interval`` seconds lie between two polls.

        Asking for the next event takes over the one before. ``on_cursor`` hears each cursor when all events before it
        were taken over: who keeps it can go on from there, with ``cursor`` in the input. ``on_problem`` hears errors
        that pass by themselves; others are raised, and a wrong input at once.
        """
        try:
            given = self._checked(self._trigger(trigger), input)
        except ConnectorError as error:
            raise without_frames(error) from None
        pause = partial(self._context.graph.sleep, interval)
        return bare(watch(partial(self.poll, trigger), given, pause, on_cursor, on_problem))

    def notified(
        self, body: bytes | Mapping[str, Any] = b"", *, validation_token: str | None = None
    ) -> NotificationAnswer:
        """What a web server answers when Graph posts to the address of a subscription that ``watch`` made: ``(status,
        headers, body)``. It takes the call's body, as bytes or as the JSON value, and the query's ``validationToken``
        (decoded, as any server gives it), which is all that a handshake has.

        What is told is written down in the store before the answer is 202, and wakes the watch, in whichever process
        it runs. Answers 403 where nothing proves to be Graph's, 400 or 413 for other bodies, and 503 where the store
        fails, so that Graph sends it again. Makes no request and raises no ``ConnectorError``; it is done within
        milliseconds, where Graph wants it within 3 seconds.
        https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
        """
        if validation_token is not None:
            return webhook.handshake(validation_token)
        return webhook.notified(self._context.store, body)

    def _trigger(self, name: str) -> Trigger:
        found = self.manifest.triggers.get(name) if isinstance(name, str) else None
        if found is None:
            raise unknown("trigger", name, self.manifest.triggers, self.manifest.names)
        return found
