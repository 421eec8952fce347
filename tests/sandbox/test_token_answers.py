"""A token endpoint that answers with another shape is one clear error, and nothing of it is stored."""

import json
from typing import Any

import pytest

from outlook_connector import ConnectorError, connect
from outlook_connector.sandbox import Sandbox

GOOD = {
    "token_type": "Bearer",
    "access_token": "x",
    "expires_in": 3600,
    "refresh_token": "y",
    "scope": "Mail.Read",
}


@pytest.mark.parametrize(
    "change",
    [
        {"access_token": 5},
        {"access_token": "two\nlines"},
        {"access_token": "wide\u2009space"},
        {"expires_in": "abc"},
        {"expires_in": [1]},
        {"expires_in": 1e400},
        {"expires_in": -5},
        {"refresh_token": 5},
        {"refresh_token": "two\nlines"},
        {"scope": 5},
        {"id_token": "x"},
        {"id_token": "a.b.c"},
    ],
)
def test_an_answer_of_another_shape_is_refused(change: dict[str, Any], outlook_sandbox: Sandbox) -> None:
    body = json.dumps({**GOOD, **change})
    outlook_sandbox.fault(match="POST */oauth2/v2.0/token", status=200, body=body, times=None)
    with connect(outlook_sandbox.config()) as connector:
        with pytest.raises(ConnectorError):
            connector.invoke("messages.list")
        outlook_sandbox.clear_faults()
        assert connector.invoke("messages.list", {"limit": 1})["value"]
    graph = [one for one in outlook_sandbox.requests if one.service == "graph"]
    assert len(graph) == 1
