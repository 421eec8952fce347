"""What goes wrong around a sign-in: clocks, throttling, servers that fail, and secrets that run out."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from entra_client import EntraClient, aadsts

from outlook_connector.sandbox import Secret

FORM = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
TOKEN = "POST */oauth2/v2.0/token"


@pytest.fixture
def client(outlook_sandbox):
    return EntraClient(outlook_sandbox)


@pytest.mark.parametrize("skew", [0, 7200, -7200])
def test_the_date_header_follows_the_sandboxs_clock(client, outlook_sandbox, skew):
    outlook_sandbox.clock.advance(skew)
    answers = [client.token(**FORM), client.http.get(f"{outlook_sandbox.graph_url}/me")]
    for answer in answers:
        off = parsedate_to_datetime(answer.headers["Date"]) - outlook_sandbox.clock.now()
        assert abs(off) < timedelta(seconds=3)


def test_throttling_says_when_to_come_back(client, outlook_sandbox):
    outlook_sandbox.fault(TOKEN, status=429, retry_after=7)
    answer = client.token(**FORM)
    assert (answer.status_code, answer.headers["Retry-After"], aadsts(answer)) == (429, "7", 90055)
    assert client.token(**FORM).ok


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failing_server_is_transient(client, outlook_sandbox, status):
    outlook_sandbox.fault(TOKEN, status=status, times=2)
    failed = [client.token(**FORM) for _ in range(2)]
    assert {(answer.status_code, aadsts(answer)) for answer in failed} == {(status, 90033)}
    assert failed[0].json()["error"] == "temporarily_unavailable"
    assert client.token(**FORM).ok


def test_a_secret_runs_out_as_time_goes_on(client, outlook_sandbox):
    app, now = outlook_sandbox.directory.app, outlook_sandbox.clock.now()
    app.secrets[0].expires = now + timedelta(days=10)
    assert client.token(**FORM).ok
    outlook_sandbox.clock.advance(11 * 86400)
    assert aadsts(client.token(**FORM)) == 7000222
    app.secrets.append(Secret("another-secret"))
    assert client.token(**FORM, client_secret="another-secret").ok
