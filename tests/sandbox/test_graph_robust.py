"""Whatever clients send, at whatever moment, the service answers as Graph would and keeps count."""

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from graph_calls import Office, mail
from hypothesis import given, settings
from hypothesis import strategies as st

from outlook_connector.sandbox.graph.resources import ROUTES
from outlook_connector.sandbox.seed import anchors

OFFICE = Office()
PLACES = {
    "{message}": (anchors.QUARTERLY_REPORT, anchors.DRAFT, anchors.NEWSLETTER, "x"),
    "{folder}": ("inbox", anchors.PROJECT_FOLDER, "msgfolderroot", "x"),
    "{attachment}": (anchors.QUARTERLY_REPORT_PDF, "x"),
}
_MESSAGE = (
    "subject",
    "body",
    "from",
    "toRecipients",
    "replyTo",
    "importance",
    "isRead",
    "categories",
    "flag",
)
_APART = ("internetMessageHeaders", "singleValueExtendedProperties", "attachments")
_ACTION = ("message", "comment", "destinationId", "displayName")
_INNER = ("emailAddress", "address", "name", "value", "@odata.type", "contentBytes")
NAMES = st.sampled_from((*_MESSAGE, *_APART, *_ACTION, *_INNER))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("kim@contoso.example"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
OPTIONS = st.sampled_from(("$select", "$filter", "$orderby", "$search", "$expand", "$top", "$skip", "$count"))
TEXTS = st.text(max_size=20) | st.sampled_from(
    (
        "isRead",
        "subject eq null",
        "attachments",
        "from/emailAddress/name desc",
        '"a OR (b"',
        "body/content eq 'x'",
    )
)


@st.composite
def _paths(draw: st.DrawFn) -> tuple[str, str]:
    route = draw(st.sampled_from(ROUTES))
    path = route.path
    for place, choices in PLACES.items():
        path = path.replace(place, quote(draw(st.sampled_from(choices)), safe=""))
    return route.method, f"/me/{path}".rstrip("/")


@settings(max_examples=300, deadline=None)
@given(_paths(), st.dictionaries(NAMES, VALUES, max_size=4), st.dictionaries(OPTIONS, TEXTS, max_size=2))
def test_any_request_gets_an_answer_that_is_no_accident(
    place: tuple[str, str], body: dict[str, object], options: dict[str, str]
) -> None:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())
    reply = OFFICE.person().call(*place, body, query)
    assert reply.status < 500
    assert reply.status < 400 or set(reply.json["error"]) == {"code", "message", "innerError"}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_mime_is_taken_or_refused(content: bytes) -> None:
    reply = OFFICE.person().post("/me/messages", content, **{"content-type": "text/plain"})
    assert reply.status in (201, 400)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
def test_any_text_survives_the_way_to_the_receiver(subject: str, content: str, name: str) -> None:
    person = {"emailAddress": {"address": "kim@contoso.example", "name": name}}
    body = {"contentType": "text", "content": content}
    message = mail(subject, toRecipients=[person], body=body)
    reply = OFFICE.person().post("/me/sendMail", json.loads(json.dumps({"message": message})))
    assert reply.status == 202
    got = OFFICE.person("kim").newest()
    assert (got["subject"], got["body"]) == (subject, body)
    mime = OFFICE.person("kim").get(f"/me/messages/{quote(got['id'], safe='')}/$value")
    assert mime.status == 200


def test_many_senders_at_once_lose_nothing() -> None:
    office = Office()
    senders = [office.person(name) for name in ("adele", "kim", "nestor")]

    def send(number: int) -> int:
        message = mail(f"mail {number}", "nestor@contoso.example")
        return senders[number % 3].post("/me/sendMail", {"message": message}).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(60))) == {202}
    assert len(office.service.ledger["submissions"]) == len(office.service.ledger["deliveries"]) == 60
    found = office.person("nestor").all(
        "/me/mailFolders/inbox/messages", filter="startswith(subject,'mail ')"
    )
    assert len({message["id"] for message in found}) == 60
