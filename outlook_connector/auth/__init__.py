"""Signing in to Microsoft Entra ID, and access tokens that stay fresh. The only importer of msal."""

from .asking import ANY, TokenSource, Wanted
from .device_login import login_device
from .facade import Auth
from .loopback import login

__all__ = ["ANY", "Auth", "TokenSource", "Wanted", "login", "login_device"]
