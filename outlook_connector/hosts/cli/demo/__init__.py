"""``demo``: the whole connector at work against a fresh sandbox, over real OAuth and HTTP."""

from .command import demo

__all__ = ["demo"]
