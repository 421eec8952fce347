"""What every use of msal shares: no cache of its own, no error of its own, and an answer that holds a token."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import AuthError, ConfigError, ConnectorError, UnexpectedResponse
from .hidden import Hidden

Answer = Hidden
"""An answer as it came, shown by its names alone; a token answer has ``access_token``, ``expires_in``,
``refresh_in``, ``refresh_token``, ``scope`` and ``id_token_claims``."""


def guarded(call: Callable[[], Any]) -> Answer:
    """msal's own errors may quote tokens and claims: they are replaced, and no chain leads back to them."""
    failure: ConnectorError
    try:
        answer = _covered(call())
    except ConnectorError as error:
        failure = error
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        failure = _replaced(error)
    else:
        if answer is not None:
            return answer
        failure = UnexpectedResponse("The sign-in service gave no usable answer.")
    raise failure.with_traceback(None) from None


def tokens(call: Callable[[], Any]) -> Answer:
    """As ``guarded``; raises ``UnexpectedResponse`` for an answer without an access token."""
    answer = guarded(call)
    if not usable(answer.get("access_token")):
        raise UnexpectedResponse("The sign-in service answered without an access token.")
    wrong = [
        name for name, fits in _SHAPES.items() if answer.get(name) is not None and not fits(answer[name])
    ]
    if wrong == ["expires_in"] and _is_past(answer["expires_in"]):
        raise UnexpectedResponse(
            "The token that came has ended already by this machine's clock, which is ahead. Set the clock, or let NTP "
            "do it.",
            details={"advice": "Set this machine's clock, or let NTP do it."},
        )
    if wrong:
        raise UnexpectedResponse(f"The sign-in service answered with an unusable {', '.join(wrong)}.")
    at = answer.get("refresh_on")  # msal's epoch seconds, by the real clock
    return Hidden({**answer, "refresh_in": at - time.time()}) if isinstance(at, int | float) else answer


def _covered(answer: Any) -> Answer | None:
    return Hidden(answer) if isinstance(answer, Mapping) else None


def usable(token: Any) -> bool:
    """Whether it can stand in a header: visible ASCII on one line, as https://www.rfc-editor.org/rfc/rfc6750 says."""
    return isinstance(token, str) and bool(token) and all("!" <= char <= "~" for char in token)


LONGEST_LIFE = 10 * 365 * 86400.0
"""Seconds; no token lives longer, and a date beyond it is none."""


def _is_seconds(value: Any) -> bool:
    try:
        return isinstance(value, (int, float, str)) and 0 <= float(value) < LONGEST_LIFE
    except ValueError:
        return False


def _is_past(value: Any) -> bool:
    """Where the answer gives a date, msal makes the seconds to it by this machine's clock."""
    return isinstance(value, int | float) and value < 0


_SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "expires_in": _is_seconds,
    "refresh_token": usable,
    "scope": lambda value: isinstance(value, str),
    "id_token_claims": lambda value: isinstance(value, Mapping),
}


def no_cache() -> Any:
    """A cache for msal that keeps nothing, since the row in the store is the truth."""
    import msal  # late: it costs 150 ms, and not every process signs in

    class NoCache(msal.TokenCache):  # type: ignore[misc]  # msal has no types
        """msal's own would log codes and verifiers."""

        def add(self, event: Any, now: Any = None) -> None:
            return None

    return NoCache()


def _replaced(error: Exception) -> ConnectorError:
    """msal tells a nonce that does not match by its text alone."""
    if isinstance(error, RuntimeError) and "nonce" in str(error):
        return AuthError(
            "The answer belongs to another sign-in: its nonce does not match. Begin the sign-in again.",
            code="signInMismatch",
        )
    if isinstance(error, ValueError) and "authority" in str(error):
        return ConfigError(
            "The tenant's sign-in configuration cannot be read. Check authority, tenantId and cloud.",
            details={"problems": [{"pointer": "/authority", "message": "gave no OpenID configuration"}]},
        )
    return UnexpectedResponse(
        f"The sign-in library could not make sense of the answer ({type(error).__name__})."
    )
