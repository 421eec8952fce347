"""What each refusal of the request itself means and what to do about it, as data: one that is not whole, or comes too
often.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes,
https://learn.microsoft.com/entra/identity-platform/reference-breaking-changes
"""

from collections.abc import Mapping

from ..errors import AuthError, SignInRequired
from .advice import AGAIN, Advice

_MALFORMED = Advice(
    AuthError,
    "Microsoft Entra could not read the request.",
    "Check authority, and that no proxy or gateway in between changes what is sent.",
    "authority",
)

BY_AADSTS: Mapping[int, Advice] = {
    # no sign-in ends by it, although the OAuth error beside it is invalid_grant
    50196: Advice(
        AuthError,
        "Microsoft Entra takes the app for one that runs in a loop: the same request came too often.",
        "Wait a few minutes. Where every call needs a new token, look at whether tokenStore can be written to and is "
        "one for all workers.",
        "tokenStore",
    ),
    9002313: Advice(
        SignInRequired,
        "The authorization code or refresh token is not a whole one.",
        f"Hand it on exactly as it came. If it did not help: {AGAIN}",
    ),
    165004: Advice(SignInRequired, "The sign-in page was open too long, or in another browser.", AGAIN),
    70003: _MALFORMED,
    90014: _MALFORMED,
    900144: _MALFORMED,
    900561: _MALFORMED,
    9002332: _MALFORMED,
}
