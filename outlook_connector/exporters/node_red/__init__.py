"""An npm package for Node-RED: a node for every operation and trigger, and one for the connection.

    node-red-contrib-outlook-connector/
      package.json, README.md
      outlook.js, lib/, catalogue.json     what the nodes do: call the HTTP host
      outlook.html, icons/                 how they look in the editor, their forms and their help
      examples/                            a flow to begin with

Install it with ``npm install DIRECTORY`` in Node-RED's user directory. https://nodered.org/docs/creating-nodes/
"""

from pathlib import Path

from ...manifest import Manifest
from .. import writing
from ..calls import icon
from .catalogue import nodes
from .editor import page
from .example import flow

NAME = "node-red-contrib-outlook-connector"
KEPT = ("outlook.js", "lib/host.js", "lib/place.js", "lib/values.js")
"""Files that are the same whatever the manifest says."""

README = """\
# {name}

Nodes for Microsoft 365 / Outlook mail, one for each operation and trigger of outlook-connector {version}. They call its
HTTP host, which keeps the sign-in: `outlook-connector serve`.

1. `npm install` this directory in Node-RED's user directory (`~/.node-red`), and start Node-RED anew.
2. Drag a node into a flow, and give its connection the host's address and, if it asks for one, an API key.
3. Import the flow under *Import → Examples → {name}* to begin with.

Each input takes a value of its own, or one from the message, the context, the environment or a JSONata expression.
What is empty is left out, or taken from `msg.payload` where that is ticked. The answer is `msg.payload`. On an error a
catch node gets the message, with the host's words in `msg.outlook.error`.
"""


def export(manifest: Manifest, out: Path) -> list[Path]:
    """Write the package into a directory of ``out`` that has its name."""
    found = list(nodes(manifest))
    here = Path(__file__).parent / "files"
    files: dict[str, str | bytes] = {
        "package.json": writing.as_json(_package(manifest)),
        "README.md": README.format(name=NAME, version=manifest.version),
        **{name: (here / name).read_bytes() for name in KEPT},
        "catalogue.json": writing.as_json({"nodes": [one.for_runtime() for one in found]}),
        "outlook.html": page(found),
        "icons/outlook.svg": icon("outlook.svg"),
        "examples/answer and file.json": writing.as_json(flow()),
    }
    return writing.write(out / NAME, files)


def _package(manifest: Manifest) -> dict[str, object]:
    return {
        "name": NAME,
        "version": manifest.version,
        "description": f"Nodes for Node-RED. {manifest.description}",
        "keywords": ["node-red", "outlook", "microsoft-365", "email"],
        "license": "Apache-2.0",
        "engines": {"node": ">=20.3"},
        "node-red": {"version": ">=4.0.0", "nodes": {"outlook": "outlook.js"}},
    }
