"""``outlook-connector serve`` as a process of its own, with an API key."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from cli_world import COMMAND, environment

KEY = "a-key-of-the-tests-0123456789abcdef"


@contextmanager
def serving(config: str, name: str = "default", port: int = 0) -> Iterator[str]:
    """The host's address while it runs with the connection ``name``; callers need ``KEY``."""
    place = ["--port", str(port), "--connection", f"{name}={config}"]
    arguments = ["serve", *place, "--api-key-env", "TEST_KEY", "--json"]
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, text=True, env=environment({"TEST_KEY": KEY})
    ) as process:
        assert process.stdout is not None
        try:
            yield str(json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()
            process.wait(30)
