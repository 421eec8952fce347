"""Signing in to Microsoft Entra ID, and access tokens that stay fresh. The only importer of msal."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .asking import ANY, TokenSource, Wanted
from .facade import Auth

if TYPE_CHECKING:
    from .device_login import login_device
    from .loopback import login

__all__ = ["ANY", "Auth", "TokenSource", "Wanted", "login", "login_device"]

_LATE = {"login": "loopback", "login_device": "device_login"}
"""Imported on first use: few processes sign a person in."""


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_LATE[name]}", __name__), name)
