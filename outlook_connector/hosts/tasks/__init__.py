"""The Celery host: workers on RabbitMQ that run operations by name, and poll triggers on a schedule.

``outlook-connector worker`` starts one; ``make_app(settings)`` gives the Celery app for programs of one's own. A caller
needs Celery alone: ``app.send_task("outlook.invoke", kwargs={"operation": ..., "input": ..., "connection": ...},
queue="outlook")``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .app import make_app
    from .calling import answer_of, submit
    from .failures import OperationFailed
    from .settings import Settings, read_settings

__all__ = ["OperationFailed", "Settings", "answer_of", "make_app", "read_settings", "submit"]

_LATE = {
    "OperationFailed": "failures",
    "Settings": "settings",
    "answer_of": "calling",
    "make_app": "app",
    "read_settings": "settings",
    "submit": "calling",
}
"""Imported on first use, as Celery is an extra."""


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_LATE[name]}", __name__), name)
