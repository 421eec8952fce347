"""What Graph quotes of what was sent to it, in an error of its own, goes no further."""

import json

import pytest

from outlook_connector.reply import Reply, error_of
from outlook_connector.triggers.webhook import client_state

SECRET = "Zq3_-kV9" * 5 + "xyz"
STATE = client_state("0123456789abcdef" * 2, SECRET)


@pytest.mark.parametrize(
    "text",
    [
        f"clientState '{STATE}' is bad",
        f"state={STATE}; Operation: Create",
        f"The value {STATE} of clientState is too long.",
        "x" * 420 + f" clientState {STATE}",
        f"clientState '{SECRET}' is bad",
        f'{{"clientState": "{SECRET}"}}',
    ],
)
def test_a_client_state_that_graph_quotes_is_not_repeated(text: str) -> None:
    body = json.dumps({"error": {"code": "ValidationError", "message": text}}).encode()
    told = str(error_of(Reply(400, {}, body)).to_dict())
    assert "ValidationError" in told
    assert SECRET[:20] not in told


def test_the_rest_of_a_text_stays() -> None:
    text = "The parameter 'client_assertion' or 'client_secret' is missing from d41d8cd98f00b204e9800998ecf8427e.eml."
    body = json.dumps({"error": {"code": "ValidationError", "message": text}}).encode()
    assert text in error_of(Reply(400, {}, body)).message
