"""``login``: a person signs in through their browser, on this machine."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from ...errors import ConfigError
from .options import config_option, connection, json_option
from .output import emit, for_people, harmless, tell

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
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="PERMISSION",
    help="Ask for this permission besides those granted already; may be given several times.",
)
@click.option(
    "--admin-consent",
    is_flag=True,
    help="Have an administrator consent for everybody in the tenant; signs nobody in.",
)
@config_option
@json_option
def login(
    no_browser: bool,
    timeout: float,
    device: bool,
    hint: str | None,
    scopes: tuple[str, ...],
    admin_consent: bool,
    config: str | None,
    as_json: bool,
) -> None:
    """Sign a person in, and keep the tokens in the token store.

    The app registration needs the redirect URI http://localhost, under Authentication: for the platform "Web"
    where the configuration has a secret or certificate, else for "Mobile and desktop applications". Microsoft
    ignores the port of such an address on either.
    """
    if admin_consent and (device or hint):
        other = "--device" if device else "--hint"
        raise click.UsageError(
            f"--admin-consent is an administrator's, in a browser here: leave {other} out."
        )
    with connection(config) as parts:
        if not admin_consent:
            _check(parts)
        if device:
            result = _by_code(parts, timeout, scopes)
        else:
            result = _by_browser(parts, timeout, hint, no_browser, scopes, admin_consent)
    if for_people(as_json):
        tell(_told(result))
    else:
        emit(_plain(result))


def _plain(result: Mapping[str, Any]) -> dict[str, Any]:
    """A consent to all that the app registration lists names no permissions, which an empty list would deny."""
    if result.get("adminConsent") and not result["scopes"]:
        return {name: value for name, value in result.items() if name != "scopes"}
    return dict(result)


def _told(result: Mapping[str, Any]) -> str:
    listed = ", ".join(result["scopes"])
    if result.get("adminConsent"):
        what = listed or "all permissions that the app registration lists"
        return f"An administrator of the tenant {result['tenantId']} has consented to {what}."
    return f"Signed in as {result['username'] or result['account']}, with {listed}."


def _by_browser(
    parts: "Assembly",
    timeout: float,
    hint: str | None,
    no_browser: bool,
    scopes: tuple[str, ...],
    admin_consent: bool,
) -> dict[str, Any]:
    import webbrowser

    from ...auth import login as sign_in

    config = parts.connector.config
    if config.redirect_uri and not _ours(config):
        tell(
            f"login does not use redirectUri {harmless(config.redirect_uri)}: it is no http address of this machine."
        )
    tell(f"Redirect URI that the app registration needs: {registered(config)}")
    return sign_in(
        parts.context.auth,
        open_browser=(lambda url: None) if no_browser else webbrowser.open,
        timeout=timeout,
        announce=tell,
        login_hint=hint,
        scopes=scopes or None,
        admin_consent=admin_consent,
    )


def _by_code(parts: "Assembly", timeout: float, scopes: tuple[str, ...]) -> dict[str, Any]:
    from ...auth import login_device

    return login_device(parts.context.auth, announce=tell, timeout=timeout, scopes=scopes or None)


def registered(config: "Config") -> str:
    """The redirect URI to register, and for which platform.
    https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions"""
    credentials = (
        config.client_secret,
        config.certificate,
        config.federated_token_file,
        config.federated_token,
    )
    platform = "Web" if any(credentials) else "Mobile and desktop applications"
    return f"{config.redirect_uri if _ours(config) else 'http://localhost'} (Authentication, {platform})"


def _ours(config: "Config") -> bool:
    """Whether the configured redirect URI leads to this machine, where login listens."""
    configured = urlsplit(config.redirect_uri or "")
    return configured.scheme == "http" and configured.hostname in LOOPBACK


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
