"""Signing a person in from a machine without a browser: a code to enter elsewhere, and a patient wait.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

from collections.abc import Callable, Iterable
from typing import Any

from ..errors import SignInRequired
from .facade import Auth
from .hidden import Hidden

TIMEOUT = 900.0
"""Seconds that Microsoft's codes live."""


def login_device(
    auth: Auth,
    *,
    announce: Callable[[str], None],
    timeout: float = TIMEOUT,
    scopes: Iterable[str] | None = None,
) -> dict[str, Any]:
    """Signs a person in on another device and waits for it; the result is that of ``Auth.complete``.

    ``announce`` gets the line for the person, ``timeout`` is in seconds. Raises ``SignInRequired`` when nobody has
    signed in by then, and what ``Auth.complete_device`` raises.
    """
    begun = Hidden(auth.begin_device(scopes))
    announce(f"Open {begun['verificationUri']} on any device and enter the code {begun['userCode']}")
    ends = auth.clock.time() + timeout
    pause = float(begun["interval"])
    while auth.clock.time() + pause <= ends:
        auth.clock.sleep(pause)
        answer = auth.complete_device(begun["deviceSession"])
        if not answer.pop("pending"):
            return answer
        pause = float(answer["retryAfter"])
    advice = "Begin again, and enter the code on the page within that time."
    raise SignInRequired(
        f"Nobody signed in with the code within {timeout:g} seconds. {advice}", details={"advice": advice}
    )
