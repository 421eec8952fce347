"""Use a Microsoft 365 / Outlook mailbox by operation name.

``connect(config)`` gives a ``Connector``; ``connector.invoke("messages.list", {"folder": "inbox"})`` runs an
operation. The operations are those of ``connector.yaml``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import (
    AuthError,
    ConfigError,
    Conflict,
    ConnectorError,
    ConsentRequired,
    CredentialExpired,
    Forbidden,
    GraphError,
    InvalidInput,
    ManifestError,
    NotFound,
    OperationDenied,
    OutcomeUnknown,
    ServiceUnavailable,
    SignInRequired,
    Throttled,
    TransportError,
    UnexpectedResponse,
    UnknownOperation,
)

if TYPE_CHECKING:
    from .assembly import connect
    from .dispatcher import Connector

__version__ = "0.1.0"

__all__ = [
    "AuthError",
    "ConfigError",
    "Conflict",
    "Connector",
    "ConnectorError",
    "ConsentRequired",
    "CredentialExpired",
    "Forbidden",
    "GraphError",
    "InvalidInput",
    "ManifestError",
    "NotFound",
    "OperationDenied",
    "OutcomeUnknown",
    "ServiceUnavailable",
    "SignInRequired",
    "Throttled",
    "TransportError",
    "UnexpectedResponse",
    "UnknownOperation",
    "__version__",
    "connect",
]

_LATE = {"connect": "assembly", "Connector": "dispatcher"}
"""Imported on first use, so that reading the manifest does not cost an HTTP library."""


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_LATE[name]}", __name__), name)
