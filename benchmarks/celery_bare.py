"""Bare Celery tasks that make the same call to Graph by requests, with the settings of the connector's own workers."""

import json
import os
from functools import cache
from typing import Any

import requests
from celery import Celery

from outlook_connector.hosts.tasks.configuration import configuration
from outlook_connector.hosts.tasks.settings import Settings

from .place import TOKEN, Place

QUEUE = "bare"
settings = Settings(
    broker=os.environ["BENCHMARK_BROKER"], results=os.environ["BENCHMARK_RESULTS"], queue=QUEUE
)
app: Any = Celery("bare", broker=settings.broker, backend=settings.results, set_as_current=False)
app.conf.update(configuration(settings))


@cache
def session() -> requests.Session:
    """One for each process."""
    made = requests.Session()
    made.headers["Authorization"] = f"Bearer {TOKEN}"
    return made


@app.task(name="bare.list")
def messages(limit: int) -> Any:
    place = Place(**json.loads(os.environ["BENCHMARK_PLACE"]))
    return session().get(f"{place.mailbox}/messages", params={"$top": limit}).json()
