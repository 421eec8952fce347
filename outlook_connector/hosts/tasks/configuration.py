"""Celery's own settings: JSON only, and such that no task is lost.

https://docs.celeryq.dev/en/stable/userguide/configuration.html
"""

import ssl
from typing import Any

from .settings import Settings

INVOKE, POLL = "outlook.invoke", "outlook.poll"
CONSUMER = f"{__package__}.consuming:Consumer"
IN_MEMORY = "celery.beat:Scheduler"
"""The schedule keeps no file: what has been polled is in the token store."""
UNSAID = {"argsrepr": "…", "kwargsrepr": "…"}
"""What a task's message shows of its arguments beside the arguments themselves."""


def configuration(settings: Settings) -> dict[str, Any]:
    """By Celery's names."""
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
        "worker_consumer": CONSUMER,
        "worker_prefetch_multiplier": 1,
        "worker_deduplicate_successful_tasks": True,
        "result_expires": settings.result_seconds,
        "result_extended": False,
        "result_backend_always_retry": True,
        "worker_send_task_events": False,
        "beat_scheduler": IN_MEMORY,
        "beat_schedule": _schedule(settings),
        "timezone": "UTC",
        **_trust(settings),
    }


def _trust(settings: Settings) -> dict[str, Any]:
    """Over TLS the certificate and the name in it are always checked; Celery by itself leaves the broker's name out.
    https://docs.celeryq.dev/en/stable/userguide/configuration.html#broker-use-ssl"""
    bundle, found = settings.ca_bundle, dict[str, Any]()
    if settings.broker.startswith("amqps:"):
        own = {"ca_certs": bundle} if bundle else {}
        found["broker_use_ssl"] = {"server_hostname": None, "cert_reqs": ssl.CERT_REQUIRED, **own}
    if settings.results.startswith("rediss:"):
        own = {"ssl_ca_certs": bundle} if bundle else {}
        found["redis_backend_use_ssl"] = {
            "ssl_cert_reqs": ssl.CERT_REQUIRED,
            "ssl_check_hostname": True,
            **own,
        }
    return found


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
