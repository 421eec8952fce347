"""``login``: a person signs in through their browser, on this machine."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from ...errors import ConfigError
from .options import config_option, connection, json_option
from .output import emit, for_people, tell

if TYPE_CHECKING:
    from ...assembly import Assembly
    from ...config import Config

LOOPBACK = ("localhost", "127.0.0.1")


@click.command()
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening a browser.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=300,
    show_default=True,
    help="Seconds to wait.",
)
@click.option("--device", is_flag=True, help="Sign in on another device, by a code.")
@click.option("--hint", metavar="ADDRESS", help="Whose sign-in it is; fills in the user name.")
@config_option
@json_option
def login(
    no_browser: bool, timeout: float, device: bool, hint: str | None, config: str | None, as_json: bool
) -> None:
    """Sign a person in, and keep the tokens in the token store.

    The app registration needs the redirect URI http://localhost, under Authentication: for the platform "Web"
    where the configuration has a secret or certificate, else for "Mobile and desktop applications". Any port is
    accepted there.
    """
    with connection(config) as parts:
        _check(parts)
        result = _by_code(parts, timeout) if device else _by_browser(parts, timeout, hint, no_browser)
    if for_people(as_json):
        tell(f"Signed in as {result['username'] or result['account']}, with {', '.join(result['scopes'])}.")
    else:
        emit(result)


def _by_browser(parts: "Assembly", timeout: float, hint: str | None, no_browser: bool) -> dict[str, Any]:
    import webbrowser

    from ...auth import login as sign_in

    tell(f"Redirect URI that the app registration needs: {registered(parts.connector.config)}")
    return sign_in(
        parts.context.auth,
        open_browser=(lambda url: None) if no_browser else webbrowser.open,
        timeout=timeout,
        announce=tell,
        login_hint=hint,
    )


def _by_code(parts: "Assembly", timeout: float) -> dict[str, Any]:
    from ...auth import login_device

    return login_device(parts.context.auth, announce=tell, timeout=timeout)


def registered(config: "Config") -> str:
    """The redirect URI to register, and for which platform.
    https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions"""
    configured = urlsplit(config.redirect_uri or "")
    ours = configured.scheme == "http" and configured.hostname in LOOPBACK
    credentials = (
        config.client_secret,
        config.certificate,
        config.federated_token_file,
        config.federated_token,
    )
    platform = "Web" if any(credentials) else "Mobile and desktop applications"
    return f"{configured.geturl() if ours else 'http://localhost'} (Authentication, {platform})"


def _check(parts: "Assembly") -> None:
    """A sign-in that nobody could use later is not begun."""
    settings = parts.connector.config
    if (settings.token_store or "").startswith("memory:"):
        raise ConfigError(
            "tokenStore is memory:, so the sign-in would be forgotten when login ends. Set it to a file, such as "
            "sqlite:///path/tokens.sqlite3, or leave it out for the one in your data directory.",
            details={
                "problems": [{"pointer": "/tokenStore", "message": "keeps nothing beyond this process"}]
            },
        )
