"""A connector for WSO2 Micro Integrator 4.4 and later, with a project that uses it.

    outlook-connector-VERSION.zip     the connector: templates that call the HTTP host, forms and answers
    outlook-sample/                   a project for the Micro Integrator's extension of VS Code

What an operation's template does stands in ``templates``; its form in ``forms``.
"""

from pathlib import Path

from ...manifest import Manifest
from .. import writing
from ..calls import calls, icon
from . import forms, outputs, sample, templates


def export(manifest: Manifest, out: Path) -> list[Path]:
    """Write the connector's zip and the sample project into ``out``."""
    name = f"{templates.NAME}-connector-{manifest.version}.zip"
    archive = writing.zipped(out / name, connector(manifest))
    project = {
        f"outlook-sample/{path}": content for path, content in sample.files(manifest.version, name).items()
    }
    inside = out / "outlook-sample" / sample.CONNECTORS / name
    return [archive, *writing.write(out, project), writing.zipped(inside, connector(manifest))]


def connector(manifest: Manifest) -> dict[str, str | bytes]:
    """What the zip holds, by path."""
    found = list(calls(manifest))
    files: dict[str, str | bytes] = {
        "connector.xml": templates.connector(manifest.title, manifest.description),
        "config/component.xml": templates.component("config", [("init", "Init", "Connection", True)]),
        "config/init.xml": templates.init(),
        "functions/component.xml": templates.component(
            "functions", [(one.id, one.title, one.description, False) for one in found]
        ),
        f"uischema/{templates.NAME}.json": writing.as_json(forms.connection()),
        "icon/icon-small.png": icon("icon-small.png"),
        "icon/icon-large.png": icon("icon-large.png"),
    }
    for one in found:
        files[f"functions/{one.id}.xml"] = templates.function(one)
        files[f"uischema/{one.id}.json"] = writing.as_json(forms.operation(one))
        files[f"outputschema/{one.id}.json"] = writing.as_json(outputs.schema(one))
    return files
