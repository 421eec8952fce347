"""``export``: the manifest as files for others."""

from pathlib import Path

import click

from ...exporters import KINDS
from .options import debug_option, json_option
from .output import emit, for_people, show


@click.command(short_help="Write the operations as files for other tools.")
@click.argument("kind", type=click.Choice(KINDS))
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Into this directory."
)
@json_option
@debug_option
def export(kind: str, out: Path, as_json: bool) -> None:
    """Write the operations and triggers as files of a KIND.

    \b
    reference       operations.md, for people to read
    openapi         openapi.json, the HTTP host's description (OpenAPI 3.1)
    wso2            a connector for WSO2 Micro Integrator, and a sample project
    power-platform  a custom connector for Power Automate, Power Apps and Logic Apps
    node-red        an npm package with a node for every operation and trigger
    """
    from ...exporters import exporter
    from ...manifest import load

    written = [str(file) for file in exporter(kind)(load(), out)]
    if for_people(as_json):
        show(*written)
    else:
        emit({"files": written})
