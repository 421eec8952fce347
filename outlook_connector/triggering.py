"""A connection's triggers: events by polling, and without end by watching.

What they are made of is imported when the first of them is used: most connections only call operations.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from .checks import check_cloud, check_output, unknown
from .connection import Connection, Lookups
from .consenting import consent_told
from .errors import ConnectorError, InvalidInput
from .frames import bare, readable, without_frames
from .handlers import find_handler
from .manifest import Trigger
from .normalise import normalise, plan
from .plain import plain
from .sent import digest
from .telemetry import UNSEEN, observed
from .triggers.bell import Bell

if TYPE_CHECKING:
    from .triggers.polling import Answer
    from .triggers.pushed import Means, Settings
    from .triggers.webhook import NotificationAnswer


class Triggering(Connection):
    """What a connection tells of as it happens."""

    @cached_property
    def _bell(self) -> Bell:
        return Bell()

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
            return self._poll(trigger, input).told
        except ConnectorError as error:
            raise without_frames(error) from None

    def _poll(self, name: str, given: Mapping[str, Any] | None, ids: tuple[str, ...] = ()) -> "Answer":
        from .triggers.polling import Poll, lasting

        with observed(self.manifest.triggers.get(name) if isinstance(name, str) else None) as seen:
            trigger = self._trigger(name)
            raw = self._checked(trigger, given)
            context = lasting(self._bound(trigger, raw, seen))
            kinds = plan(self._schemas, trigger.input_schema)
            make = find_handler(trigger.handler, "triggers")
            with readable(name), consent_told(trigger, context):
                poll = Poll(name, context, make, raw, lambda: normalise(raw, kinds, Lookups(context)), ids)
                answer = poll.run()
            for event in answer.told["value"]:
                check_output(self._schemas, trigger, event)
            seen.happened(len(answer.told["value"]))
            return answer

    def watch(
        self,
        trigger: str,
        input: Mapping[str, Any] | None = None,  # noqa: A002
        *,
        interval: float = 30.0,
        push: Mapping[str, Any] | None = None,
        on_cursor: Callable[[str], object] = lambda cursor: None,
        on_problem: Callable[[ConnectorError], object] = lambda error: None,
    ) -> Iterator[dict[str, Any]]:
        """The events of ``trigger`` as they come, without end; ``interval`` seconds lie between two polls.

        Asking for the next event takes over the one before. ``on_cursor`` hears each cursor when all events before it
        were taken over: who keeps it can go on from there, with ``cursor`` in the input. ``on_problem`` hears errors
        that pass by themselves; others are raised, and a wrong input at once.

        ``push`` has Graph notify an address of the host's whenever there is something to poll: ``notificationUrl``,
        and what else ``schemas/push.json`` tells of. What arrives there goes to ``notified``, in any process that uses
        the same store. The subscription is made, renewed and made again when it is lost; polls every ``catchUp``
        seconds (300) find what no notification told of, and every ``interval`` while there is none. The place is kept
        in the store, and of several workers one watches at a time. Such a watch ends when the connector is closed.
        """
        from .triggers import pushed
        from .triggers.watching import watch

        try:
            given = self._checked(self._trigger(trigger), input)
            if push is None:
                pause = partial(self._context.graph.sleep, interval)
                return bare(watch(partial(self.poll, trigger), given, pause, on_cursor, on_problem))
            settings = self._settings(trigger, given, push, interval)
        except ConnectorError as error:
            raise without_frames(error) from None
        heard = replace(settings, on_cursor=on_cursor, on_problem=on_problem)
        return bare(pushed.watch(self._means(trigger, given), heard))

    def _settings(
        self, name: str, given: Mapping[str, Any], push: Mapping[str, Any], interval: float
    ) -> "Settings":
        """How a watch with a subscription goes. Raises ``InvalidInput`` and ``OperationDenied``."""
        from .triggers.polling import FREE
        from .triggers.push import Pace
        from .triggers.pushed import CATCH_UP, TAKE_OVER, Settings
        from .triggers.subscribing import OPERATIONS, Address

        settings = plain(push)
        problems = self._schemas.problems("push.json", settings)
        if problems:
            raise InvalidInput.of([(f"/push{at}", told) for at, told in problems], "push")
        for one in OPERATIONS:
            operation = self.manifest.operations.get(one)
            if operation is None:
                raise unknown("operation", one, self.manifest.names, self.manifest.triggers)
            self._context.policy.check_operation(one, operation.effect_on_mail)
            check_cloud(operation, self.config.cloud)
        owner = self._bound(self._trigger(name), dict(given), UNSEEN).owner
        whose = (self.config.tenant_id, self.config.client_id)
        watched = {key: one for key, one in given.items() if key not in FREE}
        return Settings(
            name=digest([*whose, name, owner, watched, settings.get("name", "")])[:32],
            given=given,
            address=Address.of(settings),
            pace=Pace(interval, settings.get("catchUp", CATCH_UP)),
            take_over=settings.get("takeOver", TAKE_OVER),
        )

    def _means(self, name: str, given: Mapping[str, Any]) -> "Means":
        """What a watch asks Graph by. Its subscription names messages by ids that stay, as its polls do."""
        from .triggers.polling import lasting
        from .triggers.pushed import Means

        def call(operation: str, values: dict[str, Any]) -> dict[str, Any]:
            entry = self.manifest.operations[operation]
            with observed(entry) as seen:
                context = lasting(self._bound(self._trigger(name), dict(given), seen))
                with readable(operation), consent_told(entry, context):
                    found: dict[str, Any] = find_handler(str(entry.handler))(context, values)
                    return found

        context = self._context
        poll = partial(self._poll, name)
        return Means(context.store, poll, call, context.clock, self._bell)

    def notified(
        self, body: bytes | Mapping[str, Any] = b"", *, validation_token: str | None = None
    ) -> "NotificationAnswer":
        """What a web server answers when Graph posts to the address of a subscription that ``watch`` made: ``(status,
        headers, body)``. It takes the call's body, as bytes or as the JSON value, and the query's ``validationToken``
        (decoded, as any server gives it), which is all that a handshake has.

        What is told is written down in the store before the answer is 202, and wakes the watch, in whichever process
        it runs. Answers 403 where nothing proves to be Graph's, 400 or 413 for other bodies, and 503 where the store
        fails, so that Graph sends it again. Makes no request and raises no ``ConnectorError``; it is done within
        milliseconds, where Graph wants it within 3 seconds.
        https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
        """
        from .triggers import webhook

        if validation_token is not None:
            return webhook.handshake(validation_token)
        answer = webhook.notified(self._context.store, body)
        self._bell.ring()
        return answer

    def close(self) -> None:
        self._bell.close()
        super().close()

    def _trigger(self, name: str) -> Trigger:
        found = self.manifest.triggers.get(name) if isinstance(name, str) else None
        if found is None:
            raise unknown("trigger", name, self.manifest.triggers, self.manifest.names)
        return found
