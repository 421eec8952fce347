"""A token that Graph refuses: what is told of it, and that nothing of Graph's text is."""

import json

import pytest

from outlook_connector.errors import AuthError
from outlook_connector.reply import Reply, error_of

CANARY = "opaque-token-canary-5f1d"


def refusal(message: str, code: str = "InvalidAuthenticationToken") -> AuthError:
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    error = error_of(Reply(401, {"request-id": "r1"}, body))
    assert isinstance(error, AuthError) and error.code == "tokenRefused"
    return error


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Access token validation failure. Invalid audience.", "another service or cloud"),
        ("Lifetime validation failed, the token is expired.", "has expired"),
        ("CompactToken validation failed with reason code: 80049228.", "has expired"),
        ("CompactToken parsing failed with error code: 80049217", "no token of Microsoft Entra"),
        ("Access token is empty.", "none arrived"),
        ("Continuous access evaluation resulted in challenge: the session was revoked", "was revoked"),
    ],
)
def test_why_a_token_was_refused_is_told_in_words_of_our_own(message: str, told: str) -> None:
    assert told in refusal(message).message


@pytest.mark.parametrize("text", [CANARY, f"the token '{CANARY}' has expired", f"{CANARY} audience"])
def test_a_text_that_quotes_the_token_is_not_repeated(text: str) -> None:
    assert CANARY not in str(refusal(text).to_dict())


def test_a_code_that_quotes_the_token_is_not_repeated() -> None:
    assert CANARY not in str(refusal("no", code=CANARY).to_dict())
    assert refusal("no").details["graphCode"] == "InvalidAuthenticationToken"
