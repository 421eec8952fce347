"""The query options, their restrictions and their errors."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graph_calls import Client, Office, message, to

from outlook_connector.sandbox.seed import anchors

KIM = "from/emailAddress/address eq 'kim@contoso.example'"


@pytest.fixture(scope="module")
def adele() -> Client:
    return Office().person()


def _times(values: list[dict[str, Any]]) -> list[str]:
    return [value["receivedDateTime"] for value in values]


def test_a_page_has_ten_messages_the_newest_first(adele: Client) -> None:
    reply = adele.get("/me/messages")
    times = _times(reply.value)
    assert len(times) == 10
    assert times == sorted(times, reverse=True)
    assert reply.json["@odata.nextLink"].startswith("https://127.0.0.1:4430/v1.0/me/messages?")


def test_next_links_lead_through_every_message_once(adele: Client) -> None:
    total = int(adele.get("/me/messages/$count").body)
    ids = [value["id"] for value in adele.all("/me/messages", top=13, select="id")]
    assert len(ids) == len(set(ids)) == total > 90


def test_the_preferred_page_size_is_kept_and_confirmed(adele: Client) -> None:
    reply = adele.preferring("odata.maxpagesize=4").get("/me/messages")
    assert len(reply.value) == 4
    assert reply.headers["Preference-Applied"] == "odata.maxpagesize=4"


def test_skip_and_count_work_together(adele: Client) -> None:
    first = adele.get("/me/messages", top=5).value
    reply = adele.get("/me/messages", top=3, skip=2, count="true")
    assert [value["id"] for value in reply.value] == [value["id"] for value in first[2:5]]
    assert reply.json["@odata.count"] == int(adele.get("/me/messages/$count").body)


@pytest.mark.parametrize("options", [{"top": 0}, {"top": 1001}, {"top": "many"}, {"skip": -1}])
def test_sizes_out_of_range_are_refused(adele: Client, options: dict[str, Any]) -> None:
    assert adele.get("/me/messages", **options).status == 400


def test_select_brings_what_was_asked_for_and_the_id(adele: Client) -> None:
    value = adele.get("/me/messages", top=1, select="subject,isRead").value[0]
    assert set(value) == {"@odata.etag", "id", "subject", "isRead"}


@pytest.mark.parametrize(
    "options",
    [
        {"select": "subjct"},
        {"filter": "subjct eq 'a'"},
        {"orderby": "subjct"},
        {"expand": "attachmnts"},
        {"filter": "from/emailAddress/nickname eq 'a'"},
    ],
)
def test_an_unknown_property_is_named_in_the_error(adele: Client, options: dict[str, Any]) -> None:
    reply = adele.get("/me/messages", **options)
    assert (reply.status, reply.code) == (400, "RequestBroker--ParseUri")
    assert "Could not find a property named" in reply.json["error"]["message"]


@pytest.mark.parametrize("text", ["subject eq", "subject eq 'a", "((isRead eq true)", "subject", "1 add 2"])
def test_a_filter_that_is_none_is_refused(adele: Client, text: str) -> None:
    assert adele.get("/me/messages", filter=text).status == 400


def test_types_that_differ_do_not_compare(adele: Client) -> None:
    reply = adele.get("/me/messages", filter="receivedDateTime ge '2026-01-01'")
    assert (reply.status, reply.code) == (400, "RequestBroker--ParseUri")
    assert "incompatible types" in reply.json["error"]["message"]


@pytest.mark.parametrize(
    "text", ["toRecipients/any(r:r/emailAddress/address eq 'a@b.c')", "bodyPreview eq 'a'", "hasAttachments"]
)
def test_what_graph_cannot_filter_is_refused_or_plain(adele: Client, text: str) -> None:
    reply = adele.get("/me/messages", filter=text)
    assert (reply.status == 200) == (text == "hasAttachments")


FILTERS = {
    "isRead eq false": lambda m: m["isRead"] is False,
    KIM: lambda m: m["from"]["emailAddress"]["address"] == "kim@contoso.example",
    "from/emailAddress/address eq 'KIM@contoso.example'": lambda m: (
        m["from"]["emailAddress"]["address"] == "kim@contoso.example"
    ),
    "contains(subject,'REPORT')": lambda m: "report" in m["subject"].lower(),
    "startsWith(subject,'re: ')": lambda m: m["subject"].startswith("RE: "),
    "not startswith(subject,'RE:')": lambda m: not m["subject"].startswith("RE:"),
    "importance eq 'high' and hasAttachments eq true": lambda m: (
        m["importance"] == "high" and m["hasAttachments"]
    ),
    "categories/any(c:c eq 'Project')": lambda m: "Project" in m["categories"],
    "flag/flagStatus eq 'flagged'": lambda m: m["flag"]["flagStatus"] == "flagged",
    "isDraft eq true or importance eq 'high'": lambda m: m["isDraft"] or m["importance"] == "high",
    "importance in ('high','low')": lambda m: m["importance"] != "normal",
    "inferenceClassification eq 'other'": lambda m: m["inferenceClassification"] == "other",
    f"conversationId eq '{anchors.LUNCH_CONVERSATION}'": lambda m: (
        m["conversationId"] == anchors.LUNCH_CONVERSATION
    ),
}


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_finds_those_that_fit_and_no_others(adele: Client, text: str) -> None:
    found = [value["id"] for value in adele.all("/me/messages", filter=text, top=100)]
    expected = [value["id"] for value in adele.all("/me/messages", top=1000) if FILTERS[text](value)]
    assert found == expected
    assert found


@pytest.mark.parametrize("offset", ["Z", "+02:00"])
def test_times_compare_as_times(adele: Client, offset: str) -> None:
    zone = timedelta(hours=2) if offset != "Z" else timedelta()
    edge = datetime.now(UTC) - timedelta(days=10)
    text = f"receivedDateTime ge {edge + zone:%Y-%m-%dT%H:%M:%S}{offset}"
    found = adele.all("/me/messages", filter=text, top=200)
    expected = [
        m
        for m in adele.all("/me/messages", top=1000)
        if m["receivedDateTime"] >= f"{edge:%Y-%m-%dT%H:%M:%SZ}"
    ]
    assert [m["id"] for m in found] == [m["id"] for m in expected]


def test_a_quote_in_a_filter_is_doubled(adele: Client) -> None:
    assert adele.get("/me/messages", filter="contains(from/emailAddress/name,'Margie''s')").value


def test_order_goes_by_several_properties(adele: Client) -> None:
    values = adele.all("/me/messages", orderby="importance desc,subject", top=500)
    keys = [(value["importance"], value["subject"].casefold()) for value in values]
    by_subject = sorted(keys, key=lambda key: key[1])
    assert keys == sorted(by_subject, key=lambda key: key[0], reverse=True)


def test_what_is_ordered_by_must_stand_first_in_the_filter(adele: Client) -> None:
    reply = adele.get("/me/messages", filter=KIM, orderby="receivedDateTime desc")
    assert (reply.status, reply.code) == (400, "InefficientFilter")
    right = f"receivedDateTime ge 2000-01-01T00:00:00Z and {KIM}"
    assert adele.get("/me/messages", filter=right, orderby="receivedDateTime desc").value


def test_search_finds_words_by_property(adele: Client) -> None:
    subjects = [m["subject"] for m in adele.all("/me/messages", search='"subject:report"', select="subject")]
    assert subjects
    assert all("report" in subject.lower() for subject in subjects)
    senders = {m["from"]["emailAddress"]["address"] for m in adele.all("/me/messages", search='"from:kim"')}
    assert senders == {"kim@contoso.example"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('"from:kim AND hasAttachments:true"', anchors.QUARTERLY_REPORT),
        ('"attachment:regions.csv"', anchors.QUARTERLY_REPORT),
        ('"from:kim (board OR nonsense) NOT lunch"', anchors.QUARTERLY_REPORT),
        ('"to:grady ski"', anchors.DRAFT),
        ('"\\"custard tarts\\""', anchors.NEWSLETTER),
        ('"Kraków"', anchors.NEWSLETTER),
        ("\"'custard'\"", anchors.NEWSLETTER),
        ('"size:1..2000 importance:high kind:email quarterly"', anchors.QUARTERLY_REPORT),
    ],
)
def test_search_understands_the_query_language(adele: Client, text: str, wanted: str) -> None:
    found = adele.preferring('IdType="ImmutableId"').all("/me/messages", search=text, select="id")
    assert wanted in [value["id"] for value in found]
    assert len(found) < 5


@pytest.mark.parametrize("text", ['"عرض"', "订单", '"カタログ"', '"הצעת מחיר"'])
def test_search_reads_every_script(adele: Client, text: str) -> None:
    assert adele.get("/me/messages", search=text).status == 200


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"filter": "isRead eq true"}, "SearchWithFilter"),
        ({"orderby": "subject"}, "SearchWithOrderBy"),
        ({"skip": 3}, "SearchWithSkip"),
    ],
)
def test_search_stands_alone(adele: Client, options: dict[str, Any], code: str) -> None:
    reply = adele.get("/me/messages", search='"report"', **options)
    assert (reply.status, reply.code) == (400, code)


def test_a_search_goes_on_by_token(adele: Client) -> None:
    reply = adele.get("/me/messages", search='"e"', top=5)
    assert "skiptoken" in reply.json["@odata.nextLink"]
    following = adele.follow(reply.json["@odata.nextLink"])
    assert not {m["id"] for m in reply.value} & {m["id"] for m in following.value}


def test_a_thousand_results_are_the_most_that_a_search_gives() -> None:
    office = Office()
    for number in range(1005):
        office.service.deliver("nestor@contoso.example", {"subject": f"flood {number}"})
    found = office.person("nestor").all("/me/messages", search='"subject:flood"', top=1000, select="id")
    assert len(found) == 1000


def test_attachments_expand_into_messages(adele: Client) -> None:
    value = adele.get(message(anchors.QUARTERLY_REPORT), expand="attachments($select=name,size)").json
    assert [a["name"] for a in value["attachments"]] == ["Quarterly report Q3.pdf", "regions.csv"]
    assert "contentBytes" not in value["attachments"][0]


def test_extended_properties_are_read_by_expanding_and_found_by_filtering() -> None:
    adele = Office().person()
    name = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name Key"
    properties = [{"id": name, "value": "k-1"}]
    made = adele.post("/me/messages", {"subject": "keyed", "singleValueExtendedProperties": properties}).json
    assert "singleValueExtendedProperties" not in made
    expand = f"singleValueExtendedProperties($filter=id eq '{name}')"
    assert adele.get(message(made["id"]), expand=expand).json["singleValueExtendedProperties"] == properties
    text = f"singleValueExtendedProperties/Any(ep: ep/id eq '{name}' and ep/value eq 'k-1')"
    assert [m["id"] for m in adele.get("/me/messages", filter=text).value] == [made["id"]]
    assert adele.get(message(made["id"]), expand="singleValueExtendedProperties").status == 400


def test_options_may_come_without_a_dollar_but_not_twice(adele: Client) -> None:
    assert len(adele.call("GET", "/me/messages", query="top=2").value) == 2
    assert adele.call("GET", "/me/messages", query="$top=2&$top=3").status == 400
    assert adele.call("GET", "/me/messages", query="$limit=2").status == 400


def test_to_is_not_lost_by_the_way() -> None:
    adele = Office().person()
    made = adele.post("/me/messages", {"toRecipients": to("a@b.example")}).json
    assert made["toRecipients"] == [{"emailAddress": {"name": "a@b.example", "address": "a@b.example"}}]
