"""Outlook's limits for each app and mailbox, and what the sandbox counts of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from graph_calls import Client, Office, Reply, mail, message

from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.exchange import Call
from outlook_connector.sandbox.graph.throttle import BYTES, REQUESTS, Place
from outlook_connector.sandbox.seed import anchors

ONE = message(anchors.QUARTERLY_REPORT)


@pytest.fixture
def office() -> Office:
    office = Office()
    office.service.switches.throttling = True
    return office


def _place(office: Office, who: str = "adele") -> Place:
    user = office.directory.user(f"{who}@contoso.example")
    assert user is not None
    return Place(office.directory.app.client_id, user.id)


def _together(calls: list[Callable[[], Reply]]) -> list[Reply]:
    start = Barrier(len(calls))

    def begin(call: Callable[[], Reply]) -> Reply:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(begin, calls))


def _spend(office: Office, requests: int = 0, sent: int = 0) -> None:
    with office.service.throttle.running(_place(office)) as ticket:
        for _ in range(requests):
            office.service.throttle.count(ticket, "GET", 0, office.clock.now(), refuse=False)
        office.service.throttle.count(ticket, "POST", sent, office.clock.now(), refuse=False)


def test_a_fifth_request_at_once_is_refused_and_other_mailboxes_are_open(office: Office) -> None:
    office.service.switches.service_seconds = 0.3
    adele, kim = office.person("adele"), office.person("kim")
    replies = _together([*[lambda: adele.get(ONE)] * 6, lambda: kim.get("/me/messages", top=1)])
    assert sorted(reply.status for reply in replies) == [200, 200, 200, 200, 200, 429, 429]
    assert replies[-1].status == 200
    refused = next(reply for reply in replies if reply.status == 429)
    assert (refused.code, refused.headers["Retry-After"]) == ("ApplicationThrottled", "1")
    assert refused.json["error"]["message"] == "Application is over its MailboxConcurrency limit."
    counts = office.service.throttle.usage()[_place(office)]
    assert (counts["requests"], counts["bytes"], counts["refused"]) == (6, 0, 2)
    assert counts["mostAtOnce"] > 4


def test_without_throttling_everything_is_counted_and_nothing_refused() -> None:
    office = Office()
    office.service.switches.service_seconds = 0.2
    adele = office.person()
    assert {reply.status for reply in _together([lambda: adele.get(ONE)] * 6)} == {200}
    assert office.service.throttle.usage()[_place(office)]["mostAtOnce"] == 6


def test_ten_thousand_requests_in_ten_minutes_are_all(office: Office) -> None:
    adele = office.person()
    _spend(office, requests=REQUESTS - 2)
    assert adele.get(ONE).status == 200
    refused = adele.get(ONE)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "600")
    assert office.person("kim").get("/me/messages", top=1).status == 200
    office.clock.advance(600)
    assert adele.get(ONE).status == 200


def test_after_150_megabytes_in_five_minutes_nothing_more_is_taken_but_reading_goes_on(
    office: Office,
) -> None:
    adele = office.person()
    _spend(office, sent=BYTES)
    refused = adele.post("/me/messages", mail())
    assert (refused.status, refused.headers["Retry-After"]) == (429, "300")
    assert adele.get(ONE).status == 200
    office.clock.advance(300)
    assert adele.post("/me/messages", mail()).status == 201


def _batch(adele: Client, parts: int) -> Reply:
    asked = [{"id": str(n), "method": "GET", "url": f"{ONE}?$select=subject"} for n in range(parts)]
    return adele.post("/$batch", {"requests": asked})


def test_parts_of_a_batch_count_as_requests_and_run_four_at_once(office: Office) -> None:
    adele = office.person()
    assert {part["status"] for part in _batch(adele, 20).json["responses"]} == {200}
    counts = office.service.throttle.usage()[_place(office)]
    assert (counts["requests"], counts["mostAtOnce"], counts["refused"]) == (20, 4, 0)


def test_of_two_batches_at_once_one_has_its_parts_refused(office: Office) -> None:
    office.service.switches.service_seconds = 0.2
    adele = office.person()
    replies = _together([lambda: _batch(adele, 4)] * 2)
    assert [reply.status for reply in replies] == [200, 200]
    found = sorted({part["status"] for part in reply.json["responses"]} for reply in replies)
    assert found in ([{200}, {429}], [{429}, {200}])
    refused = [part for reply in replies for part in reply.json["responses"] if part["status"] == 429]
    assert all(part["headers"]["Retry-After"] == "1" for part in refused)


def test_pieces_of_an_upload_count_for_the_mailbox_that_they_are_for(office: Office) -> None:
    adele, size = office.person(), 3 * 1024 * 1024
    item = {"attachmentType": "file", "name": "a.bin", "size": size}
    path = message(anchors.DRAFT, "/attachments/createUploadSession")
    url = adele.post(path, {"AttachmentItem": item}).json["uploadUrl"]
    before = office.service.throttle.usage()[_place(office)]["bytes"]
    _put(office, url, bytes(size))
    assert office.service.throttle.usage()[_place(office)]["bytes"] == before + size


def _put(office: Office, url: str, content: bytes) -> None:
    parts, size = urlsplit(url), len(content)
    headers = {"content-range": f"bytes 0-{size - 1}/{size}"}
    assert (
        office.raw(Call("PUT", parts.hostname or "", parts.path, parts.query, headers, content)).status == 201
    )


def test_a_sandbox_throttles_after_a_reset_too_and_tells_what_was_used() -> None:
    with Sandbox(throttling=True) as sandbox:
        sandbox.reset()
        assert sandbox.graph.switches.throttling
        sandbox.graph.switches.throttling = False
        sandbox.reset()
        assert sandbox.graph.switches.throttling
        token = _token(sandbox)
        session = requests.Session()
        session.trust_env, session.verify = False, sandbox.ca_file
        session.get(f"{sandbox.graph_url}/me/messages", headers={"Authorization": f"Bearer {token}"})
        (row,) = session.get(f"{sandbox.admin_url}/usage").json()
        assert row == sandbox.usage[0]
        assert (row["app"], row["requests"], row["mostAtOnce"]) == (sandbox.client_id, 1, 1)


def _token(sandbox: Sandbox) -> Any:
    form = {
        "grant_type": "refresh_token",
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "refresh_token": sandbox.config()["refreshToken"],
        "scope": "https://graph.microsoft.com/.default",
    }
    session = requests.Session()
    session.trust_env, session.verify = False, sandbox.ca_file
    return session.post(f"{sandbox.authority}/oauth2/v2.0/token", form).json()["access_token"]
