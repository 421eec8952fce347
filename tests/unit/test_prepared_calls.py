"""A call goes out by the adapter of requests, prepared by hand: a host can mock it, and the environment has no say."""

from collections.abc import Iterator

import pytest
import responses
from responses.matchers import query_param_matcher

from outlook_connector import AuthError, Connector, connect

GRAPH = "https://graph.example.com/v1.0"
MESSAGES = f"{GRAPH}/users/kim%40contoso.example/messages"
CONFIG = {
    "auth": "hostToken",
    "accessToken": "a-token",
    "graphUrl": GRAPH,
    "mailbox": "kim@contoso.example",
    "tokenStore": "memory:",
}


@pytest.fixture
def graph() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mocked:
        yield mocked


@pytest.fixture
def connector() -> Iterator[Connector]:
    with connect(CONFIG) as connector:
        yield connector


def test_a_host_mocks_graph_with_responses(graph: responses.RequestsMock, connector: Connector) -> None:
    graph.get(MESSAGES, json={"value": [{"id": "1"}]}, match=[query_param_matcher({"$top": "3"})])
    assert connector.invoke("messages.list", {"limit": 3}) == {"value": [{"id": "1"}], "nextCursor": None}


def test_a_call_says_what_it_needs_to_and_no_more(
    graph: responses.RequestsMock, connector: Connector
) -> None:
    graph.post(f"{MESSAGES[:-9]}/sendMail", status=202)
    connector.invoke("messages.send", {"to": ["adele@contoso.example"], "subject": "Grüße", "body": "ü"})
    sent = graph.calls[0].request
    names = {"User-Agent", "Accept-Encoding", "Authorization", "client-request-id", "Prefer", "Content-Type"}
    assert set(sent.headers) == {*names, "Content-Length"}
    assert sent.headers["Content-Length"] == str(len(sent.body))
    assert "Grüße" in sent.body.decode()


def test_nothing_of_the_environment_is_asked_at_a_call(
    graph: responses.RequestsMock, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETRC", "/dev/null/nothing")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/dev/null/nothing")
    graph.get(MESSAGES, json={"value": []})
    connector.invoke("messages.list")
    assert graph.calls[0].request.headers["Authorization"] == "Bearer a-token"


def test_cookies_are_neither_kept_nor_sent(graph: responses.RequestsMock, connector: Connector) -> None:
    graph.get(MESSAGES, json={"value": []}, headers={"Set-Cookie": "who=kim; Path=/"})
    graph.get(MESSAGES, json={"value": []})
    connector.invoke("messages.list")
    connector.invoke("messages.list")
    assert all("Cookie" not in call.request.headers for call in graph.calls)


def test_a_token_that_would_break_its_line_is_not_sent(graph: responses.RequestsMock) -> None:
    config = {**CONFIG, "accessToken": lambda: "a\r\nX-Other: b"}
    with connect(config) as connector, pytest.raises(AuthError) as caught:
        connector.invoke("messages.list")
    assert not graph.calls
    assert "X-Other" not in str(caught.value.to_dict())
