"""A custom connector for Power Platform (Power Automate, Power Apps, Logic Apps, Copilot Studio).

    apiDefinition.swagger.json   the HTTP host in OpenAPI 2.0, with Microsoft's extensions
    apiProperties.json           how a connection is made: the host's name and an API key
    icon.png

Microsoft's ``paconn create --api-def apiDefinition.swagger.json --api-prop apiProperties.json --icon icon.png`` makes
the connector of them. https://learn.microsoft.com/connectors/custom-connectors/paconn-cli
"""

from pathlib import Path

from ...manifest import Manifest
from .. import writing
from ..calls import icon
from .definition import definition
from .properties import PROPERTIES


def export(manifest: Manifest, out: Path) -> list[Path]:
    """Write the connector's three files into ``out``."""
    files: dict[str, str | bytes] = {
        "apiDefinition.swagger.json": writing.as_json(definition(manifest)),
        "apiProperties.json": writing.as_json(PROPERTIES),
        "icon.png": icon("icon.png"),
    }
    return writing.write(out, files)
