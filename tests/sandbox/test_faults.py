"""Ordered faults: a status in place of the work, a connection reset before or after it, a delay."""

import time

import pytest
from entra_client import EntraClient

from outlook_connector.sandbox.exchange import Call
from outlook_connector.sandbox.faults import Fault, Faults

TOKEN = "POST */oauth2/v2.0/token"


@pytest.fixture
def client(outlook_sandbox):
    return EntraClient(outlook_sandbox)


@pytest.fixture
def graph(client, outlook_sandbox):
    """A session with a token for everything, and the Graph URL in front of each path."""
    token = client.refresh(outlook_sandbox.config()["refreshToken"]).json()["access_token"]

    def call(method, path, **options):
        headers = {"Authorization": f"Bearer {token}"}
        return client.http.request(method, outlook_sandbox.graph_url + path, headers=headers, **options)

    return call


def mail(subject="Faulty"):
    return {
        "message": {
            "subject": subject,
            "body": {"contentType": "text", "content": "Hello"},
            "toRecipients": [{"emailAddress": {"address": "kim@contoso.example"}}],
        }
    }


def test_a_status_comes_in_place_of_the_work_as_often_as_ordered(outlook_sandbox, graph):
    outlook_sandbox.fault(match="POST /me/sendMail", status=503, retry_after=1, times=2)
    answers = [graph("POST", "/me/sendMail", json=mail()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 202]
    assert answers[0].headers["Retry-After"] == "1"
    assert answers[0].json()["error"]["code"] and answers[0].json()["error"]["message"]


def test_a_fault_happens_once_unless_told_otherwise(outlook_sandbox, graph):
    outlook_sandbox.fault("GET /me", status=500)
    assert [graph("GET", "/me").status_code for _ in range(2)] == [500, 200]


def test_times_none_is_for_ever_until_cleared(outlook_sandbox, graph):
    outlook_sandbox.fault("GET /me", status=429, retry_after=0.5, times=None)
    answers = [graph("GET", "/me") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {429}
    assert answers[0].headers["Retry-After"] == "0.5"
    outlook_sandbox.clear_faults()
    assert graph("GET", "/me").ok


def test_the_error_code_and_the_whole_body_can_be_chosen(outlook_sandbox, graph):
    outlook_sandbox.fault("GET /me", status=404, error="MailboxNotEnabledForRESTAPI")
    outlook_sandbox.fault("GET /me", status=502, body="<html>Bad gateway</html>")
    assert graph("GET", "/me").json()["error"]["code"] == "MailboxNotEnabledForRESTAPI"
    assert graph("GET", "/me").text == "<html>Bad gateway</html>"


def test_dropped_before_the_work_nothing_is_done(outlook_sandbox, graph):
    outlook_sandbox.fault("POST /me/sendMail", drop="before")
    with pytest.raises(OSError):
        graph("POST", "/me/sendMail", json=mail())
    assert outlook_sandbox.ledger["submissions"] == []
    assert outlook_sandbox.requests[-1].status is None


def test_dropped_after_the_work_it_is_done(outlook_sandbox, graph):
    outlook_sandbox.fault("POST /me/sendMail", drop="after")
    with pytest.raises(OSError):
        graph("POST", "/me/sendMail", json=mail())
    assert len(outlook_sandbox.ledger["submissions"]) == 1


def test_dropped_during_the_answer_half_of_it_arrives(outlook_sandbox, graph):
    whole = graph("GET", "/me/messages").content
    outlook_sandbox.fault("GET /me/messages", drop="during")
    arrived = b""
    with pytest.raises(OSError):
        for piece in graph("GET", "/me/messages", stream=True).iter_content(512):
            arrived += piece
    assert len(arrived) < len(whole)
    assert len(graph("GET", "/me/messages").content) == len(whole)


def test_a_delay_comes_before_the_work(outlook_sandbox, graph):
    outlook_sandbox.fault("GET /me", delay=0.3)
    started = time.monotonic()
    assert graph("GET", "/me").ok
    assert time.monotonic() - started >= 0.3


def test_a_delayed_request_holds_up_no_other(outlook_sandbox, client, graph):
    outlook_sandbox.fault("GET /me", delay=30)
    with pytest.raises(OSError):
        graph("GET", "/me", timeout=0.2)
    started = time.monotonic()
    assert graph("GET", "/me").ok
    assert time.monotonic() - started < 5


def test_entra_fails_in_its_own_words(outlook_sandbox, client):
    outlook_sandbox.fault(TOKEN, status=503, retry_after=2)
    answer = client.redeem("1.Ac-any")
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")


def test_a_code_redeemed_by_a_dropped_request_is_used_up(outlook_sandbox, client):
    code = client.code()
    outlook_sandbox.fault(TOKEN, drop="after")
    with pytest.raises(OSError):
        client.redeem(code)
    assert client.redeem(code).json()["error_codes"] == [54005]


@pytest.mark.parametrize(
    ("match", "path", "fits"),
    [
        ("GET /me/messages", "/v1.0/me/messages", True),
        ("GET /me/messages", "/v1.0/me/messages/x", False),
        ("GET /me/messages/*", "/v1.0/me/messages/AAMk%2F%2BA%3D/attachments", True),
        ("GET /me/messages/AAMk/+A=", "/v1.0/me/messages/AAMk%2F%2BA%3D", True),
        ("GET /me/messages/AAMk%2F%2BA%3D", "/v1.0/me/messages/AAMk%2F%2BA%3D", True),
        ("GET /me/*/send", "/v1.0/me/messages/x/send", True),
        ("* /me/sendMail", "/v1.0/me/sendmail", True),
        ("POST /me", "/v1.0/me", False),
        ("GET *", "/v1.0/users/kim@contoso.example", True),
    ],
)
def test_a_match_is_a_method_and_a_path_with_stars(match, path, fits):
    assert Fault(match, status=500).fits("graph", Call("GET", "127.0.0.1", path)) is fits


def test_the_oldest_fault_that_fits_is_used_first():
    faults, call = Faults(), Call("GET", "127.0.0.1", "/v1.0/me")
    for status in (500, 502):
        faults.add(Fault("GET /me", status=status))
    assert [faults.take("graph", call).status for _ in range(2)] == [500, 502]
    assert faults.take("graph", call) is None


@pytest.mark.parametrize(
    "wrong", [{"match": "/me", "status": 500}, {"match": "GET /me"}, {"match": "GET /me", "drop": "later"}]
)
def test_a_fault_that_could_never_happen_is_refused(outlook_sandbox, wrong):
    with pytest.raises(ValueError):
        outlook_sandbox.fault(**wrong)
