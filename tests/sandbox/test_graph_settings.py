"""Mailbox settings, what can be chosen, and automatic replies that really answer."""

import pytest
from graph_calls import Client, Office, mail

SETTINGS = "/me/mailboxSettings"
AWAY = {
    "automaticRepliesSetting": {
        "status": "alwaysEnabled",
        "internalReplyMessage": "<p>Back on Monday</p>",
        "externalReplyMessage": "<p>We are closed</p>",
    }
}


@pytest.fixture
def adele(office: Office) -> Client:
    return office.person("adele", "MailboxSettings.ReadWrite", "Mail.ReadWrite", "Mail.Send", "User.Read")


@pytest.fixture
def kim(office: Office) -> Client:
    return office.person("kim")


def _replies(client: Client) -> list[str]:
    subjects = (m["subject"] for m in client.all("/me/mailFolders/inbox/messages", top=100))
    return [subject for subject in subjects if subject.startswith("Automatic reply")]


def test_settings_have_the_whole_of_graphs_properties(adele: Client) -> None:
    found = adele.get(SETTINGS).json
    assert found["userPurpose"] == "user"
    assert found["language"]["locale"] == "en-US"
    assert found["archiveFolder"] == adele.get("/me/mailFolders/archive").json["id"]
    assert set(adele.get(SETTINGS, select="timeZone").json) == {"@odata.context", "timeZone"}


@pytest.mark.parametrize("name", ["automaticRepliesSetting", "language", "workingHours"])
def test_a_setting_that_is_an_object_has_a_path_of_its_own(adele: Client, name: str) -> None:
    found = adele.get(f"{SETTINGS}/{name}").json
    del found["@odata.context"]
    assert found == adele.get(SETTINGS).json[name]


@pytest.mark.parametrize("name", ["timeZone", "dateFormat", "timeFormat", "userPurpose"])
def test_a_setting_that_is_a_text_is_answered_as_a_value(adele: Client, name: str) -> None:
    assert adele.get(f"{SETTINGS}/{name}").json["value"] == adele.get(SETTINGS).json[name]


def test_an_update_answers_with_what_it_changed_and_keeps_the_rest(adele: Client) -> None:
    changed = adele.patch(SETTINGS, {"timeZone": "Asia/Tokyo", "workingHours": {"endTime": "18:30:00"}})
    assert set(changed.json) == {"@odata.context", "timeZone", "workingHours"}
    hours = adele.get(f"{SETTINGS}/workingHours").json
    assert (hours["startTime"], hours["endTime"]) == ("08:00:00.0000000", "18:30:00.0000000")
    assert adele.patch(SETTINGS, {"language": {"locale": "de-DE"}}).json["language"] == {
        "locale": "de-DE",
        "displayName": "German (Germany)",
    }


@pytest.mark.parametrize(
    "body",
    [
        {"timeZone": "Middle Earth"},
        {"language": {"locale": "xx-XX"}},
        {"workingHours": {"startTime": "25:00:00"}},
        {"workingHours": {"daysOfWeek": ["someday"]}},
        {"automaticRepliesSetting": {"status": "perhaps"}},
        {"favouriteColour": "red"},
        {
            "automaticRepliesSetting": {
                "status": "scheduled",
                "scheduledStartDateTime": {"dateTime": "2026-03-02T08:00:00", "timeZone": "UTC"},
                "scheduledEndDateTime": {"dateTime": "2026-03-01T08:00:00", "timeZone": "UTC"},
            }
        },
    ],
)
def test_what_cannot_be_set_is_refused(adele: Client, body: dict[str, object]) -> None:
    assert adele.patch(SETTINGS, body).status == 400


def test_an_automatic_reply_goes_to_each_sender_once(adele: Client, kim: Client) -> None:
    adele.patch(SETTINGS, AWAY)
    for subject in ("First", "Second"):
        kim.post("/me/sendMail", {"message": mail(subject, "adele@contoso.example")})
    assert _replies(kim) == ["Automatic reply: First"]
    assert "Back on Monday" in kim.newest()["body"]["content"]
    adele.patch(SETTINGS, AWAY)
    kim.post("/me/sendMail", {"message": mail("Third", "adele@contoso.example")})
    assert len(_replies(kim)) == 2


def test_two_who_are_away_do_not_answer_each_other_for_ever(office: Office, adele: Client) -> None:
    kim = office.person("kim", "MailboxSettings.ReadWrite", "Mail.ReadWrite", "Mail.Send")
    for client in (adele, kim):
        client.patch(SETTINGS, AWAY)
    kim.post("/me/sendMail", {"message": mail("Ping", "adele@contoso.example")})
    assert (len(_replies(kim)), len(_replies(adele))) == (1, 0)


def test_people_outside_are_told_what_the_audience_allows(office: Office, adele: Client) -> None:
    outside = {"from": {"emailAddress": {"address": "ann@fabrikam.example", "name": "Ann"}}, "subject": "Hi"}
    adele.patch(
        SETTINGS, {"automaticRepliesSetting": {**AWAY["automaticRepliesSetting"], "externalAudience": "none"}}
    )
    office.service.deliver("adele@contoso.example", outside)
    assert [d for d in office.service.ledger["deliveries"] if d["outcome"] == "external"] == []
    adele.patch(SETTINGS, {"automaticRepliesSetting": {"externalAudience": "all"}})
    office.service.deliver("adele@contoso.example", outside)
    told = [d["to"] for d in office.service.ledger["deliveries"] if d["outcome"] == "external"]
    assert told == ["ann@fabrikam.example"]


def test_a_scheduled_absence_begins_and_ends(office: Office, adele: Client, kim: Client) -> None:
    start, end = "2035-01-01T00:00:00", "2035-01-02T00:00:00"
    setting = {
        **AWAY["automaticRepliesSetting"],
        "status": "scheduled",
        "scheduledStartDateTime": {"dateTime": start, "timeZone": "UTC"},
        "scheduledEndDateTime": {"dateTime": end, "timeZone": "UTC"},
    }
    adele.patch(SETTINGS, {"automaticRepliesSetting": setting})
    kim.post("/me/sendMail", {"message": mail("Early", "adele@contoso.example")})
    assert _replies(kim) == []


def test_languages_and_time_zones_can_be_chosen_from(adele: Client) -> None:
    languages = adele.get("/me/outlook/supportedLanguages").value
    assert {"locale": "ja-JP", "displayName": "Japanese (Japan)"} in languages
    windows = [row["alias"] for row in adele.get("/me/outlook/supportedTimeZones()").value]
    assert "Pacific Standard Time" in windows
    named = "/me/outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')"
    iana = [row["alias"] for row in adele.get(named).value]
    assert "Europe/Berlin" in iana
    same = adele.get("/me/outlook/supportedTimeZones(TimeZoneStandard='Windows')").value
    assert [row["alias"] for row in same] == windows
    assert adele.get("/me/outlook/supportedTimeZones(TimeZoneStandard='Lunar')").status == 400


def test_settings_need_their_permission(office: Office) -> None:
    assert office.person("adele", "Mail.ReadWrite").get(SETTINGS).code == "ErrorAccessDenied"
    reader = office.person("adele", "MailboxSettings.Read")
    assert reader.get(SETTINGS).status == 200
    assert reader.patch(SETTINGS, AWAY).code == "ErrorAccessDenied"
