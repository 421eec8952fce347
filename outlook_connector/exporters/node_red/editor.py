"""``outlook.html``: what Node-RED's editor needs of each node, its form and its help among it."""

import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from ..inputs import Input
from .catalogue import Node

SCRIPT = Path(__file__).parent / "files" / "editor.js"

NAME = """\
<div class="form-row">
  <label for="node-input-name"><i class="fa fa-tag"></i> Name</label>
  <input type="text" id="node-input-name">
</div>
"""
CONNECTION = """\
<div class="form-row">
  <label for="node-input-connection"><i class="fa fa-plug"></i> Connection</label>
  <input type="text" id="node-input-connection">
</div>
"""
INTERVAL = """\
<div class="form-row">
  <label for="node-input-interval"><i class="fa fa-clock-o"></i> Every</label>
  <input type="number" min="1" id="node-input-interval" title="Seconds from one poll to the next">
</div>
"""
PAYLOAD = """\
<div class="form-row">
  <label for="node-input-fromPayload"><i class="fa fa-envelope-o"></i> Payload</label>
  <input type="checkbox" id="node-input-fromPayload">
  <span>Take the rest from msg.payload</span>
</div>
"""
FIELD = """\
<div class="form-row">
  <label for="node-input-in_{name}" title="{description}">{title}{star}</label>
  <input type="text" id="node-input-in_{name}" title="{description}">
  <input type="hidden" id="node-input-in_{name}_type">
</div>
"""
CONFIG = """\
<div class="form-row">
  <label for="node-config-input-name"><i class="fa fa-tag"></i> Name</label>
  <input type="text" id="node-config-input-name">
</div>
<div class="form-row">
  <label for="node-config-input-url"><i class="fa fa-globe"></i> Host</label>
  <input type="text" id="node-config-input-url" placeholder="http://127.0.0.1:8080">
</div>
<div class="form-row">
  <label for="node-config-input-apiKey"><i class="fa fa-key"></i> API key</label>
  <input type="password" id="node-config-input-apiKey" autocomplete="new-password">
</div>
<div class="form-row">
  <label for="node-config-input-connection"><i class="fa fa-envelope"></i> Mailbox</label>
  <input type="text" id="node-config-input-connection" title="Which of the host's connections, if it has several">
</div>
<div class="form-row">
  <label for="node-config-input-timeout"><i class="fa fa-clock-o"></i> Timeout</label>
  <input type="number" min="1" id="node-config-input-timeout" title="Seconds to wait for an answer">
</div>
"""
CONFIG_HELP = """\
<p>Where the connector's HTTP host runs (<code>outlook-connector serve</code>), one of its API keys if it asks for one,
and which of its connections is meant if it has several.</p>
"""
WORDS = {
    "text": "string",
    "number": "number",
    "truth": "boolean",
    "choice": "string",
    "json": "JSON",
    "texts": "list of strings",
}


def page(found: Sequence[Node]) -> str:
    """The whole file."""
    catalogue = json.dumps([one.for_editor() for one in found], ensure_ascii=False, separators=(",", ":"))
    script = SCRIPT.read_text(encoding="utf-8").replace('"NODES"', catalogue.replace("</", "<\\/"), 1)
    parts = [f"<script>\n{script}</script>\n", *_part("outlook-connection", CONFIG, CONFIG_HELP)]
    for one in found:
        parts += _part(one.type, form(one), _help(one))
    return "".join(parts)


def form(one: Node) -> str:
    """A node's form."""
    own = INTERVAL if one.poll else PAYLOAD
    return NAME + CONNECTION + own + "".join(_field(given) for given in one.inputs)


def _part(kind: str, template: str, told: str) -> Iterable[str]:
    yield f'<script type="text/html" data-template-name="{kind}">\n{template}</script>\n'
    yield f'<script type="text/html" data-help-name="{kind}">\n{told}</script>\n'


def _field(one: Input) -> str:
    star = " *" if one.required else ""
    return FIELD.format(
        name=one.name, title=escape(one.title), description=escape(one.description), star=star
    )


def _help(one: Node) -> str:
    told = f"<p>{escape(one.description)}</p>\n"
    inputs = "".join(_told(given) for given in one.inputs)
    if inputs:
        told += f'<h3>Inputs</h3>\n<dl class="message-properties">\n{inputs}</dl>\n'
    payload = "An event." if one.poll else "The operation's answer."
    told += (
        '<h3>Outputs</h3>\n<dl class="message-properties">\n'
        f'  <dt>payload <span class="property-type">object</span></dt>\n  <dd>{payload}</dd>\n</dl>\n'
    )
    if not one.poll:
        told += (
            "<h3>Errors</h3>\n<p>A catch node gets the message, in which <code>outlook.error</code> has the error's "
            "<code>code</code>, and whether it is <code>retryable</code>.</p>\n"
        )
    if one.documentation:
        link = f'<a href="{escape(one.documentation)}">Microsoft Graph</a>'
        told += f"<h3>References</h3>\n<ul>\n  <li>{link}</li>\n</ul>\n"
    return told


def _told(one: Input) -> str:
    optional = "" if one.required else ' class="optional"'
    choices = f" One of {', '.join(one.choices)}." if one.choices else ""
    return (
        f'  <dt{optional}>{escape(one.title)} <span class="property-type">{WORDS[one.kind]}</span></dt>\n'
        f"  <dd>{escape(one.description + choices)}</dd>\n"
    )
