"""The mail that every sandbox starts with."""

import time
from calendar import timegm

import pytest
from graph_calls import Client, Office, folder, message

from outlook_connector.sandbox.seed import anchors

IMMUTABLE = 'IdType="ImmutableId"'


@pytest.fixture(scope="module")
def office() -> Office:
    return Office()


@pytest.fixture(scope="module")
def adele(office: Office) -> Client:
    return office.person().preferring(IMMUTABLE)


def _everything(office: Office) -> list[dict[str, object]]:
    people = (office.person(name) for name in ("adele", "kim", "nestor"))
    return [found for person in people for found in person.all("/me/messages", top=200)]


def test_there_are_some_three_hundred_messages_over_ninety_days(office: Office) -> None:
    messages = _everything(office)
    assert 250 <= len(messages) <= 350
    times = sorted(str(found["receivedDateTime"]) for found in messages)
    now = office.clock.now()
    assert times[-1] < f"{now:%Y-%m-%dT%H:%M:%SZ}"
    oldest = time.strptime(times[0], "%Y-%m-%dT%H:%M:%SZ")
    assert 60 < (now.timestamp() - timegm(oldest)) / 86400 < 91


def test_two_sandboxes_have_the_same_ids(office: Office) -> None:
    ids = [found["id"] for found in _everything(office)]
    assert ids == [found["id"] for found in _everything(Office())]
    assert len(ids) == len(set(ids))
    assert all("-" in str(found) and "_" in str(found) and str(found).endswith("=") for found in ids)
    assert not any("/" in str(found) or "+" in str(found) for found in ids)


@pytest.mark.parametrize(
    ("anchor", "subject"),
    [
        (anchors.QUARTERLY_REPORT, "Quarterly report Q3"),
        (anchors.LUNCH_THREAD, "RE: Lunch on Thursday?"),
        (anchors.NEWSLETTER, "Three weekends under €200 ✈️"),
        (anchors.DRAFT, "Ski weekend: our answer"),
        (anchors.PROJECT_KICKOFF, "Store of the future: kick-off"),
    ],
)
def test_published_ids_are_where_they_should_be(adele: Client, anchor: str, subject: str) -> None:
    found = adele.get(message(anchor)).json
    assert (found["id"], found["subject"]) == (anchor, subject)


def test_the_published_folder_and_thread_hold_what_they_should(adele: Client) -> None:
    inside = adele.all(folder(anchors.PROJECT_FOLDER, "/messages"))
    assert anchors.PROJECT_KICKOFF in [found["id"] for found in inside]
    thread = adele.all("/me/messages", filter=f"conversationId eq '{anchors.LUNCH_CONVERSATION}'")
    assert len(thread) == 3
    assert thread[0]["id"] == anchors.LUNCH_THREAD


def test_the_seed_has_the_variety_of_real_mail(office: Office) -> None:
    messages = _everything(office)
    text = "".join(f"{found['subject']}{found['bodyPreview']}" for found in messages)
    for sample in ("دعوة", "שלום", "佐藤", "✈️", "दीपावली", "façade"):
        assert sample in text
    assert {found["importance"] for found in messages} == {"normal", "high"}
    assert {bool(found["isRead"]) for found in messages} == {True, False}
    assert any(found["isDraft"] for found in messages)
    assert any(found["categories"] for found in messages)


def test_a_reset_is_quick_and_complete() -> None:
    office = Office()
    adele = office.person()
    before = adele.all("/me/messages", top=1000)
    adele.delete(message(anchors.DRAFT))
    adele.post("/me/mailFolders", {"displayName": "New"})
    office.service.deliver("adele@contoso.example", {"subject": "New"})
    started = time.thread_time()
    office.service.reset()
    assert time.thread_time() - started < 0.2
    assert adele.all("/me/messages", top=1000) == before
    assert "New" not in [found["displayName"] for found in adele.all("/me/mailFolders")]
