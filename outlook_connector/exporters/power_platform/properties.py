"""``apiProperties.json``: what a connection asks for, and how the host's name gets into every call.

https://learn.microsoft.com/connectors/custom-connectors/connection-parameters and
https://learn.microsoft.com/connectors/custom-connectors/policy-templates/dynamichosturl/dynamichosturl
"""

from collections.abc import Mapping
from typing import Any

KEY = "api_key"
"""The name that the definition's security scheme has, too."""


def _asked(kind: str, title: str, description: str, place: int, secret: bool) -> dict[str, Any]:
    return {
        "type": kind,
        "uiDefinition": {
            "displayName": title,
            "description": description,
            "tooltip": description,
            "constraints": {"tabIndex": place, "clearText": not secret, "required": "true"},
        },
    }


PROPERTIES: Mapping[str, Any] = {
    "properties": {
        "connectionParameters": {
            "host": _asked(
                "string",
                "Host",
                "The name under which the connector's HTTP host is reached by HTTPS, such as mail.example.com.",
                1,
                secret=False,
            ),
            KEY: _asked("securestring", "API key", "One of the HTTP host's API keys.", 2, secret=True),
        },
        "iconBrandColor": "#0f5ea8",
        "capabilities": [],
        "policyTemplateInstances": [
            {
                "templateId": "dynamichosturl",
                "title": "The connection's host",
                "parameters": {
                    "x-ms-apimTemplateParameter.urlTemplate": "https://@connectionParameters('host')"
                },
            }
        ],
    }
}
