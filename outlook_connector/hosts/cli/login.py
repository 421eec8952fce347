"""``login``: a person signs in through their browser, on this machine."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from ...errors import ConfigError
from .options import config_option, connection, json_option
from .output import emit, for_people, tell

if TYPE_CHECKING:
    from ...assembly import Assembly

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
@click.option("--hint", metavar="ADDRESS", help="Whose sign-in it is; fills in the user name.")
@config_option
@json_option
def login(no_browser: bool, timeout: float, hint: str | None, config: str | None, as_json: bool) -> None:
    """Sign a person in, and keep the tokens in the token store.

    The app registration needs the redirect URI http://localhost under Authentication, platform "Mobile and desktop
    applications" (any port is accepted there), or the configured redirectUri under "Web".
    """
    import webbrowser

    from ...auth import login as sign_in

    with connection(config) as parts:
        _check(parts)
        tell(
            f"Redirect URI that the app registration needs: {registered(parts.connector.config.redirect_uri)}"
        )
        result = sign_in(
            parts.context.auth,
            open_browser=(lambda url: None) if no_browser else webbrowser.open,
            timeout=timeout,
            announce=tell,
            login_hint=hint,
        )
    if for_people(as_json):
        tell(f"Signed in as {result['username'] or result['account']}, with {', '.join(result['scopes'])}.")
    else:
        emit(result)


def registered(configured: str | None) -> str:
    """What to register, and where."""
    parts = urlsplit(configured or "http://localhost")
    if parts.hostname in LOOPBACK and parts.scheme == "http":
        where = (
            "Mobile and desktop applications"
            if parts.port is None
            else "Web, or Mobile and desktop applications"
        )
        return f"{parts.geturl()} (Authentication, {where})"
    return "http://localhost (Authentication, Mobile and desktop applications)"


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
    if settings.refresh_token is not None:
        tell(
            "Note: the configuration holds a refreshToken, which goes before this sign-in. Remove it to use this one."
        )
