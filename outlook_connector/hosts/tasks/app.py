"""The Celery app and its two tasks. https://docs.celeryq.dev/en/stable/userguide/tasks.html"""

from typing import Any

from celery import Celery, signals

from ...errors import ConnectorError, InvalidInput
from .configuration import INVOKE, POLL, UNSAID, configuration
from .connections import Connections
from .failures import OperationFailed
from .invoking import Again, Delivery, Patience, invoke, log
from .polling import Polling
from .publishing import Publisher
from .quiet import hush
from .settings import Settings


def make_app(settings: Settings) -> Any:
    """The app of a worker, or of a caller, which needs the broker and the results of the settings only.

    Opens nothing. Connections are opened in the process that works with them, and closed at its end.
    """
    app = Celery("outlook", broker=settings.broker, backend=settings.results, set_as_current=False)
    app.conf.update(configuration(settings))
    connections = Connections(settings.connections)
    _register(app, connections, settings)
    for ending in (signals.worker_process_shutdown, signals.worker_shutdown):
        ending.connect(lambda **_: connections.close(), weak=False)
    hush()
    return app


def _register(app: Any, connections: Connections, settings: Settings) -> None:
    patience = Patience(settings.retries, settings.longest_wait)

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
            return invoke(connections, patience, delivery, operation, input, connection)
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
            log.warning(
                "a poll of %s failed (%s); again at the next one: %s", trigger, error.code, error.message
            )
            return 0
        log.error("%s cannot be polled (%s): %s", trigger, error.code, error.message)
        failure = OperationFailed.of(error)
    raise failure
