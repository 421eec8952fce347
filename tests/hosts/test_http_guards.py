"""Whoever should not get in does not, and whoever misbehaves hurts nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from http_world import Client, error, running, serving

from outlook_connector import ConfigError
from outlook_connector.assembly import assemble
from outlook_connector.hosts.http.connections import Connections
from outlook_connector.hosts.http.running import check
from outlook_connector.hosts.http.settings import Settings
from outlook_connector.hosts.http.spool import Spool
from outlook_connector.sandbox import Sandbox

KEY, NEXT_KEY = "k-6f1f0c1d2f", "k-9d55ab3e41"
LARGEST = 1024 * 1024


@pytest.fixture
def host(sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    with serving(tmp_path, {"default": sandbox.config()}, patience=1.0, largest_body=LARGEST) as client:
        yield client


@pytest.fixture
def locked(sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    with serving(tmp_path, {"default": sandbox.config()}, keys=(KEY, NEXT_KEY)) as client:
        yield client


CLOSED = (
    "/operations",
    "/operations/messages.list",
    "/triggers/message.received",
    "/connections",
    "/metrics",
    "/x",
)


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "k-wrong"}, {"X-API-Key": KEY[:-1]}])
def test_without_a_right_key_nothing_is_told(path: str, headers: dict[str, str], locked: Client) -> None:
    answer = locked.get(path, headers=headers)
    assert (answer.status_code, error(answer)["code"]) == (401, "wrongKey")
    assert answer.headers["www-authenticate"]
    assert KEY not in answer.text


@pytest.mark.parametrize(
    "name", ["localhost/healthz?", "localhost/explorer/?", "localhost#", "x/connect/y?a=b"]
)
def test_which_name_the_host_is_called_by_opens_no_path(name: str, locked: Client) -> None:
    for path in ("/metrics", "/connections"):
        assert locked.get(path, headers={"Host": name}).status_code == 401


def test_without_a_right_key_nothing_is_done(locked: Client, sandbox: Sandbox) -> None:
    given = {"to": ["kim@contoso.example"], "subject": "No"}
    assert locked.invoke("messages.send", given).status_code == 401
    assert locked.post("/triggers/message.received/poll", {}).status_code == 401
    assert not sandbox.requests


@pytest.mark.parametrize("key", [KEY, NEXT_KEY])
def test_each_key_opens_while_one_is_being_replaced(key: str, locked: Client) -> None:
    assert locked.invoke("profile.get", **{"X-API-Key": key}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json"])
def test_health_and_description_need_no_key(path: str, locked: Client) -> None:
    assert locked.get(path).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "mail.example.com"])
def test_a_host_that_others_reach_does_not_start_without_keys(host: str) -> None:
    with pytest.raises(ConfigError, match="API key"):
        check(Settings(host=host))
    check(Settings(host=host, keys=(KEY,)))


def test_a_proxy_in_front_makes_it_one_that_others_reach() -> None:
    with pytest.raises(ConfigError, match="API key"):
        check(Settings(public_url="https://outlook.example.com"))
    check(Settings(public_url="http://localhost:8080"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_on_loopback_no_key_is_needed(host: str) -> None:
    check(Settings(host=host))


def test_a_name_that_only_leads_here_is_refused(host: Client) -> None:
    answer = host.get("/operations", headers={"Host": f"evil.example:{host.port}"})
    assert (answer.status_code, error(answer)["code"]) == (403, "foreignHost")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://[::1"])
def test_another_sites_page_cannot_call_it(origin: str, host: Client, sandbox: Sandbox) -> None:
    answer = host.invoke("messages.markRead", {"messageId": "x"}, Origin=origin)
    assert (answer.status_code, error(answer)["code"]) == (403, "foreignOrigin")
    assert not sandbox.requests


def test_its_own_page_can(host: Client) -> None:
    assert host.invoke("profile.get", Origin=host.url).status_code == 200


def test_a_body_that_a_page_could_send_unasked_is_refused(host: Client) -> None:
    answer = host.post(
        "/operations/messages.list", data='{"limit": 1}', headers={"Content-Type": "text/plain"}
    )
    assert (answer.status_code, error(answer)["code"]) == (415, "notJson")


def test_no_other_site_may_read_answers_unless_it_is_allowed(sandbox: Sandbox, tmp_path: Path) -> None:
    origin = "https://designer.example"
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-api-key",
    }
    with serving(tmp_path, {"default": sandbox.config()}, keys=(KEY,)) as client:
        before = client.session.options(client.url + "/operations/profile.get", headers=asked)
    with serving(tmp_path, {"default": sandbox.config()}, keys=(KEY,), origins=(origin,)) as client:
        after = client.session.options(client.url + "/operations/profile.get", headers=asked)
        called = client.invoke("profile.get", **{"X-API-Key": KEY, "Origin": origin})
    assert "access-control-allow-origin" not in before.headers
    assert after.headers["access-control-allow-origin"] == origin
    assert called.json()["userPrincipalName"]


@pytest.mark.parametrize(
    "body", ["{", "", "[1]", "null", '"text"', '{"limit": NaN}', '{"a":' * 200 + "1" + "}" * 200, "\ud800"]
)
def test_what_is_no_json_object_is_told_in_plain_words(body: str, host: Client) -> None:
    answer = host.post(
        "/operations/messages.list",
        data=body.encode("utf-8", "surrogatepass") or b" {",
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 400
    assert error(answer)["code"] in ("invalidInput", "invalidJson")


@pytest.mark.parametrize(
    "path", ["/nowhere", "/operations/", "/operations/a/b", "/connections/default", "/%00"]
)
def test_a_path_that_is_none_is_told(path: str, host: Client) -> None:
    answer = host.get(path)
    assert (answer.status_code, error(answer)["code"]) == (404, "unknownPath")


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/operations/messages.list"), ("POST", "/healthz")])
def test_a_method_that_a_path_does_not_take_is_told(method: str, path: str, host: Client) -> None:
    answer = host.session.request(method, host.url + path)
    assert (answer.status_code, error(answer)["code"]) == (405, "wrongMethod")
    assert answer.headers["allow"]


def test_more_calls_than_may_wait_are_told_to_come_back(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.fault("GET /me*", delay=1.5, times=2)
    with serving(tmp_path, {"default": sandbox.config()}, threads=1, waiting=1) as client:
        with ThreadPoolExecutor(5) as pool:
            answers = list(pool.map(lambda _: client.invoke("profile.get"), range(5)))
        refused = [one for one in answers if one.status_code == 503]
        assert sorted(one.status_code for one in answers) == [200, 200, 503, 503, 503]
        assert {error(one)["code"] for one in refused} == {"busy"}
        assert all(one.headers["retry-after"] == "1" for one in refused)
        assert client.get("/healthz").status_code == 200


class _Broken:
    def load(self, key: str) -> tuple[bytes | None, int]:
        raise RuntimeError("the password is hunter2")


def test_a_fault_of_the_hosts_own_tells_its_place_in_the_log_and_nothing_else(
    sandbox: Sandbox, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    broken = replace(assemble(sandbox.config()), store=_Broken())
    with running(Connections({"default": broken}, Spool())) as client:
        answer = client.get("/readyz")
        assert client.invoke("profile.get").status_code == 200
    assert (answer.status_code, error(answer)["code"]) == (500, "unexpected")
    told = capfd.readouterr().err + caplog.text + answer.text
    assert "RuntimeError in load" in told
    assert "Traceback" not in told and "hunter2" not in told
