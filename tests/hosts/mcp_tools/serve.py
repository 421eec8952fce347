"""The host with the catalogue that the conformance tool asks for: its scenarios call tools by fixed names.

Everything but the catalogue is the host itself: a manifest of two operations of the tool's names, one of which Graph
answers and one it refuses. ``python serve.py CONFIG``, until stdin is closed; prints its address.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from outlook_connector import connect
from outlook_connector.hosts.mcp.http import app, serve
from outlook_connector.manifest import load

CATALOGUE = {
    "test.simple_text": ("GET", "/mailboxSettings"),
    "test.error_handling": ("GET", "/messages/there-is-none"),
}


def written(directory: Path) -> Path:
    """A manifest with ``CATALOGUE``, and schemas beside it."""
    schemas = load().schemas_directory
    shutil.copytree(schemas / "common", directory / "schemas" / "common")
    operations = {}
    for name, (method, path) in CATALOGUE.items():
        for kind in ("input", "output"):
            shutil.copy(schemas / f"settings.get.{kind}.json", directory / "schemas" / f"{name}.{kind}.json")
        operations[name] = {
            "title": name,
            "description": f"{method} {path}",
            "effect": "read",
            "permissions": {"delegated": ["Mail.Read"], "application": ["Mail.Read"]},
            "request": {"method": method, "path": path},
        }
    file = directory / "connector.yaml"
    whole = {"manifest": 1, "name": "outlook", "version": "1", "title": "t", "description": "d"}
    file.write_text(json.dumps({**whole, "operations": operations}), encoding="utf-8")
    return file


def main(config: str) -> None:
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    with (
        tempfile.TemporaryDirectory() as directory,
        connect(config, manifest=written(Path(directory))) as connector,
    ):
        serve(app(connector), "127.0.0.1", 0, lambda url: print(url, flush=True), stop)


main(sys.argv[1])
