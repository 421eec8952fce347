"""Whoever is measured, a module each: ``works(place)`` gives what it can do, by name.

``list`` lists 10 messages, ``send`` sends a mail, ``items`` iterates over so many messages in pages of 100.
"""

from collections.abc import Callable, Mapping
from typing import Any

Works = Mapping[str, Callable[..., Any]]
