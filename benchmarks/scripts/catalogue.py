"""The list of operations, as a designer reads it."""

from outlook_connector import manifest

assert len(manifest.load().names) > 50
