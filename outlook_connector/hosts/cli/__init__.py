"""The command line ``outlook-connector``. Results go to stdout, everything for people to stderr."""

from .program import main

__all__ = ["main"]
