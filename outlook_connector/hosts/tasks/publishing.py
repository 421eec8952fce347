"""Events to an exchange, each confirmed by the broker. https://www.rabbitmq.com/docs/confirms"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import ConnectorError
from .cloudevents import CONTENT_TYPE, cloud_event, encoded

TIMEOUT = 30.0
"""Seconds for the events of one poll."""


@dataclass(frozen=True)
class Publisher:
    """``connect`` gives a connection to the broker that asks for confirms."""

    connect: Callable[[], Any]
    exchange: str

    def declare(self) -> None:
        """Makes the exchange, so that queues can be bound to it before the first event."""
        with self.connect() as broker:
            self._exchange(broker.default_channel).declare()

    def publish(self, connection: str, events: Sequence[dict[str, Any]]) -> None:
        """Returns when the broker has taken every event into a queue, and on its disk where the queue is durable.

        Raises ``ConnectorError`` (``eventsNotPublished``, retryable); some of the events may be in queues then. The
        channel is used for these events alone: what is confirmed late is never taken for another one's.
        """
        try:
            with self.connect() as broker:
                self._publish(broker, connection, events, time.monotonic() + TIMEOUT)
            return
        except _failures() as error:
            failure = _refusal(self.exchange, error)
        raise failure

    def _publish(self, broker: Any, connection: str, events: Sequence[dict[str, Any]], until: float) -> None:
        producer = broker.Producer(exchange=self._exchange())
        for event in events:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            producer.publish(
                encoded(cloud_event(connection, event)),
                routing_key=f"{connection}.{event['trigger']}",
                content_type=CONTENT_TYPE,
                content_encoding="utf-8",
                delivery_mode=2,
                message_id=event["id"],
                mandatory=True,  # what no queue takes comes back as an error, and the events stay to be told
                timeout=left,
                confirm_timeout=left,
            )

    def _exchange(self, channel: Any = None) -> Any:
        from kombu import entity

        make: Any = entity.Exchange
        return make(self.exchange, type="topic", durable=True, channel=channel)


def _failures() -> tuple[type[Exception], ...]:
    from amqp.exceptions import AMQPError
    from kombu.exceptions import KombuError

    return AMQPError, KombuError, OSError


def _refusal(exchange: str, error: Exception) -> ConnectorError:
    no_route = getattr(error, "reply_code", None) == 312
    why = (
        "no queue is bound to it for them"
        if no_route
        else f"the broker did not take them ({type(error).__name__})"
    )
    return ConnectorError(
        f"The events were not published to the exchange {exchange}: {why}.",
        code="eventsNotPublished",
        retryable=True,
    )
