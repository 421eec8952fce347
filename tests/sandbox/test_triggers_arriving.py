"""Triggers of messages that arrive: none is missed and none comes twice, wherever it is moved."""

import pytest
from trigger_watch import ADELE, Host, arrive, move

from outlook_connector import Connector, connect
from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.seed import anchors

WAYS = pytest.mark.parametrize("given", [{}, {"folder": "inbox"}], ids=["the mailbox", "a folder"])


def received(connector: Connector, **given: object) -> Host:
    return Host(connector, "message.received", given)


def lose_place(sandbox: Sandbox) -> None:
    sandbox.graph.forget_sync_states()


@WAYS
def test_each_message_comes_once(
    given: dict[str, object], outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = received(outlook_connector, **given)
    arrive(outlook_sandbox, "one")
    arrive(outlook_sandbox, "two")
    assert host.subjects() == ["one", "two"]
    outlook_connector.invoke("messages.markRead", {"messageId": arrive(outlook_sandbox, "three")})
    assert host.subjects() == ["three"]
    assert host.subjects() == []


def test_a_message_that_was_moved_before_the_poll_has_arrived_in_the_mailbox(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    actions = {"moveToFolder": "Inbox/Projects/2026"}
    rule = {"displayName": "Away", "conditions": {"subjectContains": ["project"]}, "actions": actions}
    outlook_connector.invoke("rules.create", rule)
    host = received(outlook_connector)
    arrive(outlook_sandbox, "a project")
    move(outlook_connector, arrive(outlook_sandbox, "filed"), "archive")
    outlook_connector.invoke("messages.delete", {"messageId": arrive(outlook_sandbox, "not wanted")})
    assert host.subjects() == ["a project", "filed", "not wanted"]


@WAYS
def test_a_message_that_moves_after_it_was_told_does_not_come_again(
    given: dict[str, object], outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = received(outlook_connector, **given)
    one = arrive(outlook_sandbox, "one")
    assert host.subjects() == ["one"]
    for folder in ("archive", "inbox"):
        move(outlook_connector, one, folder)
        assert host.subjects() == []


def test_ids_stay_though_the_connection_uses_others(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config(immutableIds=False)) as connector:
        host = received(connector)
        arrive(outlook_sandbox, "one")
        (event,) = host.told()
        move(connector, event["messageId"], "archive")
        assert host.subjects() == []
        found = connector.invoke("messages.get", {"messageId": event["messageId"], "select": ["subject"]})
        assert found["subject"] == "one"


def test_an_old_message_that_is_moved_into_a_folder_has_not_arrived(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = received(outlook_connector, folder="archive")
    move(outlook_connector, anchors.NEWSLETTER, "archive")
    assert host.subjects() == []
    new = arrive(outlook_sandbox, "new")
    assert host.subjects() == []
    move(outlook_connector, new, "archive")
    assert host.subjects() == ["new"]


def test_drafts_and_what_the_mailbox_sends_have_not_arrived(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    everything = received(outlook_connector)
    sent = Host(outlook_connector, "message.sent", {})
    draft = outlook_connector.invoke("drafts.create", {"to": ["kim@contoso.example"], "subject": "drafted"})
    assert (everything.subjects(), sent.subjects()) == ([], [])
    outlook_connector.invoke("drafts.send", {"draftId": draft["id"]})
    outlook_connector.invoke("messages.send", {"to": [ADELE], "subject": "to myself"})
    assert sent.subjects() == ["drafted", "to myself"]
    assert everything.subjects() == ["to myself"], "the copy that came back"


@pytest.mark.parametrize("subject", ["while the place was lost", ""])
def test_a_lost_place_repeats_nothing_and_misses_nothing(
    subject: str, outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = received(outlook_connector, folder="inbox")
    arrive(outlook_sandbox, "before")
    away = arrive(outlook_sandbox, "away")
    move(outlook_connector, away, "archive")
    assert host.subjects() == ["before"]
    if subject:
        arrive(outlook_sandbox, subject)
    move(outlook_connector, away, "inbox")
    lose_place(outlook_sandbox)
    assert host.subjects() == sorted(["away", *([subject] if subject else [])])
    lose_place(outlook_sandbox)
    assert host.subjects() == []
    arrive(outlook_sandbox, "after")
    assert host.subjects() == ["after"]


def test_what_came_late_into_a_folder_while_the_place_was_lost_is_not_missed(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = received(outlook_connector, folder="archive")
    late = arrive(outlook_sandbox, "late")
    outlook_sandbox.clock.advance(86_400)
    move(outlook_connector, arrive(outlook_sandbox, "later"), "archive")
    assert host.subjects() == ["later"]
    move(outlook_connector, late, "archive")
    lose_place(outlook_sandbox)
    assert host.subjects() == ["late"]
    lose_place(outlook_sandbox)
    assert host.subjects() == []


def test_items_that_graph_tells_twice_come_once(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    outlook_sandbox.graph.switches.repeat_delta_items = True
    host = received(outlook_connector, folder="inbox")
    for number in range(3):
        arrive(outlook_sandbox, f"mail {number}")
    assert host.subjects() == ["mail 0", "mail 1", "mail 2"]
    assert host.subjects() == []


@WAYS
def test_many_come_in_portions(
    given: dict[str, object], outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    start = outlook_connector.poll("message.received", given)["cursor"]
    subjects = [f"mail {number:02}" for number in range(35)]
    for subject in subjects:
        arrive(outlook_sandbox, subject)
    answer = outlook_connector.poll("message.received", {**given, "cursor": start, "limit": 10})
    assert answer["more"]
    assert 10 <= len(answer["value"]) < 35
    rest = Host(outlook_connector, "message.received", {**given, "limit": 10}, answer["cursor"])
    found = [one["message"]["subject"] for one in answer["value"]]
    assert sorted([*found, *rest.subjects()]) == subjects


@WAYS
def test_what_arrives_while_a_full_folder_is_still_being_met_is_told(
    given: dict[str, object], outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    for number in range(205):
        arrive(outlook_sandbox, f"before {number}")
    first = outlook_connector.poll("message.received", {**given, "limit": 5})
    assert first["value"] == []
    arrive(outlook_sandbox, "after the first answer")
    rest = Host(outlook_connector, "message.received", {**given, "limit": 5}, first["cursor"])
    assert [*rest.subjects(), *rest.subjects()] == ["after the first answer"]


@WAYS
def test_it_can_begin_in_the_past(
    given: dict[str, object], outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    asked = {**given, "limit": 1000, "since": "2020-01-01T00:00:00Z"}
    first = outlook_connector.poll("message.received", asked)
    folder = outlook_connector.invoke("folders.get", {"folder": "inbox"})["totalItemCount"]
    ids = [one["messageId"] for one in first["value"]]
    assert len(ids) == len(set(ids))
    assert (len(ids) == folder) if given else (len(ids) > folder)
    again = outlook_connector.poll("message.received", {**given, "cursor": first["cursor"]})
    assert (first["more"], again["value"]) == (False, [])


def test_china_has_no_delta_and_is_read_by_time(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config(cloud="china")) as connector:
        host = received(connector, folder="inbox")
        arrive(outlook_sandbox, "one")
        assert host.subjects() == ["one"]
        assert host.subjects() == []
    assert not [one for one in outlook_sandbox.requests if "delta" in one.path]


def test_an_application_watches_the_mailbox_that_it_names(outlook_sandbox: Sandbox) -> None:
    with connect(outlook_sandbox.config(auth="application")) as connector:
        host = received(connector)
        arrive(outlook_sandbox, "one")
        (event,) = host.told()
        assert (event["mailbox"], event["message"]["subject"]) == (ADELE, "one")


def test_a_match_fits_every_filter(outlook_sandbox: Sandbox, outlook_connector: Connector) -> None:
    given = {"from": "Kim <KIM@contoso.example>", "subject": "REPORT", "importance": "high"}
    host = Host(outlook_connector, "message.matching", given)
    kim = {"emailAddress": {"address": "kim@contoso.example"}}
    arrive(outlook_sandbox, "The report", **{"from": kim}, importance="high")
    arrive(outlook_sandbox, "Another report", **{"from": kim})
    arrive(outlook_sandbox, "A report too", importance="high")
    assert host.subjects() == ["The report"]


def test_each_attachment_is_an_event_and_inline_ones_count_when_asked_for(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = Host(outlook_connector, "attachment.received", {})
    inline = Host(outlook_connector, "attachment.received", {"includeInline": True})
    pictures = Host(outlook_connector, "attachment.received", {"includeInline": True, "fileName": "*.PNG"})
    file = {"@odata.type": "#microsoft.graph.fileAttachment", "contentBytes": "AAAA"}
    logo = {**file, "name": "logo.png", "isInline": True, "contentId": "logo"}
    files = [{**file, "name": "a.txt"}, {**file, "name": "b.txt"}, logo]
    arrive(outlook_sandbox, "files", attachments=files)
    arrive(outlook_sandbox, "logo alone", attachments=[logo])
    events = host.told()
    assert sorted(one["attachment"]["name"] for one in events) == ["a.txt", "b.txt"]
    assert len({one["id"] for one in events}) == 2
    names = ["a.txt", "b.txt", "logo.png", "logo.png"]
    assert sorted(one["attachment"]["name"] for one in inline.told()) == names
    assert len(pictures.told()) == 2


def test_a_mail_to_oneself_answers_nobody(outlook_connector: Connector) -> None:
    """Its copy in Sent Items is of the same conversation, and no earlier message of it."""
    arriving, replied = received(outlook_connector), Host(outlook_connector, "conversation.replied", {})
    outlook_connector.invoke("messages.send", {"to": [ADELE], "subject": "a note", "body": "to me"})
    assert arriving.subjects() == ["a note"]
    assert replied.subjects() == []


def test_a_copy_that_a_host_makes_of_what_arrives_does_not_arrive(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = received(outlook_connector)
    arrive(outlook_sandbox, "order")
    (event,) = host.told()
    copied = {"messageId": event["messageId"], "destinationFolder": "archive"}
    outlook_connector.invoke("messages.copy", copied)
    assert host.told() == []


def test_the_first_message_of_a_conversation_answers_nobody(
    outlook_sandbox: Sandbox, outlook_connector: Connector
) -> None:
    host = Host(outlook_connector, "conversation.replied", {})
    outlook_connector.invoke("messages.send", {"to": ["kim@contoso.example"], "subject": "Dinner?"})
    arrive(outlook_sandbox, "Something else")
    assert host.subjects() == []
    with connect(outlook_sandbox.config("kim@contoso.example")) as kim:
        asked = kim.invoke("messages.list", {"folder": "inbox", "subject": "Dinner?"})["value"][0]
        kim.invoke("messages.reply", {"messageId": asked["id"], "comment": "Yes!"})
    assert [one.lower() for one in host.subjects()] == ["re: dinner?"]
