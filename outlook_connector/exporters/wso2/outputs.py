"""``outputschema/``: what a call's variable holds, in JSON Schema draft-07.

The Micro Integrator keeps ``payload``, ``headers`` and ``attributes.statusCode`` of an answer. Where the status is not
200, the payload is ``{"error": {...}}``.
"""

from typing import Any

from ..calls import Call

DRAFT = "http://json-schema.org/draft-07/schema#"
NEW_KEYWORDS = {"$schema", "$defs"}


def schema(call: Call) -> dict[str, Any]:
    """The schema of the variable after ``call``."""
    definitions = {name: draft07(one) for name, one in call.output.get("$defs", {}).items()}
    return {
        "$schema": DRAFT,
        "title": call.title,
        "description": f"The answer of {call.id}. Where statusCode is not 200, the payload is an error.",
        "type": "object",
        "properties": {
            "payload": draft07(call.output),
            "headers": {"description": "The answer's HTTP headers.", "type": "object"},
            "attributes": {
                "description": "About the answer.",
                "type": "object",
                "properties": {
                    "statusCode": {
                        "description": "The HTTP status: 200 where it is done.",
                        "type": "integer",
                        "minimum": 100,
                        "maximum": 599,
                    }
                },
            },
        },
        **({"definitions": definitions} if definitions else {}),
    }


def draft07(node: Any) -> Any:
    """A schema of draft 2020-12 in draft-07's words, in which nothing may stand beside a ``$ref``."""
    if isinstance(node, list):
        return [draft07(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {key: draft07(value) for key, value in node.items() if key not in NEW_KEYWORDS}
    if "dependentRequired" in kept:
        kept["dependencies"] = kept.pop("dependentRequired")
    reference = kept.pop("$ref", None) if isinstance(kept.get("$ref"), str) else None
    if reference is None:
        return kept
    pointed = {"$ref": reference.replace("#/$defs/", "#/definitions/")}
    return {**kept, "allOf": [pointed]} if kept else pointed
