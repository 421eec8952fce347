"""The Celery app: two tasks, JSON only, and settings that lose no task.

https://docs.celeryq.dev/en/stable/userguide/configuration.html
"""

from typing import Any

from celery import Celery, signals

from ...errors import ConnectorError, InvalidInput
from .connections import Connections
from .failures import OperationFailed
from .invoking import Again, Delivery, invoke, log
from .polling import Polling
from .publishing import Publisher
from .quiet import hush
from .settings import Settings

INVOKE, POLL = "outlook.invoke", "outlook.poll"
UNSAID = {"argsrepr": "…", "kwargsrepr": "…"}
"""What a task's message shows of its arguments beside the arguments themselves."""


def make_app(settings: Settings) -> Any:
    """The app of a worker, or of a caller, which needs the broker and the results of the settings only.

    Opens nothing. Connections are opened in the process that works with them, and closed at its end.
    """
    app = Celery("outlook", broker=settings.broker, backend=settings.results, set_as_current=False)
    app.conf.update(_configuration(settings))
    connections = Connections(settings.connections)
    _register(app, connections, settings)
    for ending in (signals.worker_process_shutdown, signals.worker_shutdown):
        ending.connect(lambda **_: connections.close(), weak=False)
    hush()
    return app


def _configuration(settings: Settings) -> dict[str, Any]:
    return {
        "accept_content": ["json"],
        "task_serializer": "json",
        "result_serializer": "json",
        "result_accept_content": ["json"],
        "task_default_queue": settings.queue,
        "task_default_delivery_mode": "persistent",
        "broker_transport_options": {"confirm_publish": True},
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_deduplicate_successful_tasks": True,
        "result_expires": settings.result_seconds,
        "result_extended": False,
        "worker_send_task_events": False,
        "beat_scheduler": "celery.beat:Scheduler",
        "beat_schedule": _schedule(settings),
        "timezone": "UTC",
    }


def _schedule(settings: Settings) -> dict[str, Any]:
    """A poll that no worker has taken by the time of the next one is dropped."""
    return {
        name: {
            "task": POLL,
            "schedule": one.every,
            "kwargs": {"trigger": one.trigger, "input": dict(one.input), "connection": one.connection},
            "options": {"expires": one.every, **UNSAID},
        }
        for name, one in settings.schedule.items()
    }


def _register(app: Any, connections: Connections, settings: Settings) -> None:
    def invoked(
        task: Any,
        operation: Any = None,
        input: Any = None,  # noqa: A002 - the contract's word
        connection: Any = None,
        *more: Any,
        **others: Any,
    ) -> dict[str, Any]:
        """``operation``, ``input``, ``connection`` → the operation's output, or ``OperationFailed``."""
        if more or others:
            raise OperationFailed.of(InvalidInput(f"{INVOKE} takes operation, input and connection alone."))
        delivery = Delivery(
            task.request.id,
            task.request.retries,
            bool((task.request.delivery_info or {}).get("redelivered")),
        )
        try:
            return invoke(connections, settings.retries, delivery, operation, input, connection)
        except Again as again:
            raise task.retry(
                exc=again.failure, countdown=again.wait, max_retries=settings.retries, **UNSAID
            ) from None

    options = {"shared": False, "throws": (OperationFailed,), "resultrepr_maxsize": 0}
    app.task(bind=True, name=INVOKE, **options)(invoked)
    publisher = Publisher(app.connection_for_write, settings.exchange)

    def polled(trigger: str, input: Any = None, connection: Any = None) -> int:  # noqa: A002
        """One entry of the schedule → how many events were published."""
        return _poll(connections, publisher, trigger, input or {}, connection)

    app.task(name=POLL, ignore_result=True, **options)(polled)


def _poll(
    connections: Connections, publisher: Publisher, trigger: str, given: dict[str, Any], connection: Any
) -> int:
    """What passes by itself is left to the next poll."""
    try:
        name, parts = connections.find(connection)
        return Polling(name, parts, trigger, given, publisher.publish).run()
    except ConnectorError as error:
        if error.retryable:
            log.warning("a poll of %s failed (%s); again at the next one", trigger, error.code)
            return 0
        log.error("%s cannot be polled (%s): %s", trigger, error.code, error.message)
        failure = OperationFailed.of(error)
    raise failure
