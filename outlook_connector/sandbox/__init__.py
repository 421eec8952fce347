"""An independent emulator of Microsoft Entra ID and Graph mail, on loopback TLS.

It follows Microsoft's documentation and shares no code with the connector. Needs the `sandbox` extra.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outlook_connector.sandbox.credentials import Certificate, FederatedCredential, ManagedIdentity
    from outlook_connector.sandbox.directory import App, Secret, User
    from outlook_connector.sandbox.sandbox import Sandbox

__all__ = ["App", "Certificate", "FederatedCredential", "ManagedIdentity", "Sandbox", "Secret", "User"]

_HOMES = {
    "App": "directory",
    "Certificate": "credentials",
    "FederatedCredential": "credentials",
    "ManagedIdentity": "credentials",
    "Sandbox": "sandbox",
    "Secret": "directory",
    "User": "directory",
}


def __getattr__(name: str) -> Any:
    """Loads the server's libraries only when the sandbox is used, and says what is missing where they are."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    try:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("outlook_connector"):
            raise
        raise ModuleNotFoundError(
            f'the sandbox needs {missing.name}: pip install "outlook-connector[sandbox]"', name=missing.name
        ) from missing
