"""Who is let in, and how Graph says no."""

import pytest
from graph_calls import Office, mail, message

from outlook_connector.sandbox.directory import User
from outlook_connector.sandbox.exchange import Call
from outlook_connector.sandbox.seed import anchors
from outlook_connector.sandbox.tenant import default_directory, default_users

MOVE = message(anchors.QUARTERLY_REPORT, "/move")


def test_a_call_without_a_token_is_told_that_it_is_empty(office: Office) -> None:
    reply = office.raw(Call("GET", "127.0.0.1", "/v1.0/me", "", {}))
    assert (reply.status, reply.code) == (401, "InvalidAuthenticationToken")
    assert reply.json["error"]["message"] == "Access token is empty."
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_for_another_audience_is_refused(office: Office) -> None:
    token = office.token(audience="https://vault.azure.net")
    reply = office.raw(Call("GET", "127.0.0.1", "/v1.0/me", "", {"authorization": f"Bearer {token}"}))
    assert reply.status == 401
    assert reply.json["error"]["message"] == "Access token validation failure. Invalid audience."


def test_an_expired_token_is_refused(office: Office) -> None:
    client = office.person()
    office.clock.advance(3601)
    reply = client.get("/me")
    assert reply.status == 401
    assert reply.json["error"]["message"] == "Lifetime validation failed, the token is expired."


@pytest.mark.parametrize(
    ("method", "path", "body", "enough", "too_little"),
    [
        ("GET", "/me", None, "User.Read", "Mail.Read"),
        ("GET", "/me/messages", None, "Mail.ReadBasic", "User.Read"),
        ("GET", "/me/messages", None, "Mail.ReadWrite", "Mail.Send"),
        ("GET", "/me/mailFolders", None, "Mail.Read", "Mail.Send"),
        ("POST", "/me/mailFolders", {"displayName": "New"}, "Mail.ReadWrite", "Mail.Read"),
        ("GET", message(anchors.QUARTERLY_REPORT, "/attachments"), None, "Mail.Read", "Mail.ReadBasic"),
        ("POST", "/me/messages", {}, "Mail.ReadWrite", "Mail.Send"),
        ("POST", MOVE, {"destinationId": "archive"}, "Mail.ReadWrite", "Mail.Read"),
        ("POST", "/me/sendMail", {"message": mail()}, "Mail.Send", "Mail.ReadWrite"),
        ("POST", message(anchors.DRAFT, "/send"), None, "Mail.Send", "Mail.ReadWrite"),
        ("POST", message(anchors.LUNCH_THREAD, "/createReply"), {}, "Mail.ReadWrite", "Mail.Send"),
        ("POST", message(anchors.LUNCH_THREAD, "/reply"), {"comment": "a"}, "Mail.Send", "Mail.ReadWrite"),
    ],
)
def test_each_call_needs_its_permission(
    office: Office, method: str, path: str, body: object, enough: str, too_little: str
) -> None:
    refused = office.person("adele", too_little).call(method, path, body)
    assert (refused.status, refused.code) == (403, "ErrorAccessDenied")
    assert office.person("adele", enough).call(method, path, body).status < 300


def test_the_basic_permission_hides_bodies(office: Office) -> None:
    reply = office.person("adele", "Mail.ReadBasic").get(message(anchors.QUARTERLY_REPORT))
    assert reply.json["subject"] == "Quarterly report Q3"
    assert not {"body", "bodyPreview"} & reply.json.keys()


def test_me_is_nobody_for_an_app_alone(office: Office) -> None:
    reply = office.person(None, "Mail.Read").get("/me/messages")
    assert (reply.status, reply.code) == (400, "BadRequest")
    assert "delegated authentication flow" in reply.json["error"]["message"]


def test_an_app_alone_opens_any_mailbox_by_address_or_id(office: Office) -> None:
    app = office.person(None, "Mail.Read", "User.Read.All")
    kim = app.get("/users/kim@contoso.example").json["id"]
    by_address = app.get("/users/kim%40contoso.example/messages", top=3).value
    assert app.get(f"/users/{kim}/messages", top=3).value == by_address


def test_another_mailbox_opens_with_a_shared_permission_and_a_delegation(office: Office) -> None:
    theirs = "/users/kim@contoso.example/messages"
    assert office.person("nestor", "Mail.Read.Shared").get(theirs).status == 200
    without_scope = office.person("nestor", "Mail.Read").get(theirs)
    assert (without_scope.status, without_scope.code) == (403, "ErrorAccessDenied")
    without_delegation = office.person("adele", "Mail.Read.Shared").get(theirs)
    assert (without_delegation.status, without_delegation.code) == (404, "ErrorItemNotFound")


def test_one_may_name_oneself(office: Office) -> None:
    assert office.person("adele", "Mail.Read").get("/users/ADELE@contoso.example/messages").status == 200


def test_unknown_users_are_not_found(office: Office) -> None:
    app = office.person(None, "Mail.Read", "User.Read.All")
    profile, box = app.get("/users/nobody@contoso.example"), app.get("/users/nobody@contoso.example/messages")
    assert (profile.status, profile.code) == (404, "Request_ResourceNotFound")
    assert (box.status, box.code) == (404, "ErrorInvalidUser")


def test_a_user_without_a_mailbox_has_a_profile_and_no_mail() -> None:
    guest = User(
        "11111111-2222-3333-4444-555555555555", "guest@contoso.example", "Guest", "x", has_mailbox=False
    )
    office = Office(directory=default_directory([*default_users(), guest]))
    client = office.person("guest")
    assert client.get("/me").json["mail"] is None
    reply = client.get("/me/messages")
    assert (reply.status, reply.code) == (404, "MailboxNotEnabledForRESTAPI")


def test_errors_carry_ids_and_a_date_and_echo_the_clients(office: Office) -> None:
    reply = office.person().call("GET", "/me/nothing", headers={"client-request-id": "mine"})
    inner = reply.json["error"]["innerError"]
    assert inner["client-request-id"] == reply.headers["client-request-id"] == "mine"
    assert inner["request-id"] == reply.headers["request-id"]
    assert inner["date"]


def test_an_unknown_path_names_the_segment(office: Office) -> None:
    reply = office.person().get("/me/mailfolders/inbox/nothing")
    assert reply.status == 400
    assert reply.json["error"]["message"] == "Resource not found for the segment 'nothing'."


def test_a_wrong_method_is_not_allowed(office: Office) -> None:
    reply = office.person().call("PUT", "/me/messages")
    assert (reply.status, reply.headers["Allow"]) == (405, "GET, POST")


@pytest.mark.parametrize("body", [b"{", b"[]", b"", b"\xff"])
def test_a_body_that_is_no_object_is_refused(office: Office, body: bytes) -> None:
    reply = office.person().post("/me/messages", body)
    assert (reply.status, reply.code) == (400, "BadRequest")


def test_a_request_over_four_megabytes_is_too_large(office: Office) -> None:
    assert office.person().post("/me/sendMail", b" " * (4 * 1024 * 1024 + 1)).status == 413


def test_ids_are_malformed_or_not_found(office: Office) -> None:
    client = office.person()
    malformed = client.get("/me/messages/nonsense")
    assert (malformed.status, malformed.code) == (400, "ErrorInvalidIdMalformed")
    changed = anchors.DRAFT[:6] + anchors.DRAFT[6:].swapcase()
    unknown = client.get(message(changed))
    assert (unknown.status, unknown.code) == (404, "ErrorItemNotFound")
    assert unknown.json["error"]["message"] == "The specified object was not found in the store."


def test_an_id_goes_into_a_path_as_it_is_and_as_other_interfaces_write_it_only_escaped(
    office: Office,
) -> None:
    assert office.person().get(f"/me/messages/{anchors.DRAFT}").status == 200
    ews = anchors.DRAFT.replace("-", "/").replace("_", "+")
    assert office.person().get(f"/me/messages/{ews}").status == 400
    assert (
        office.person().get(message(ews)).json["id"] == office.person().get(message(anchors.DRAFT)).json["id"]
    )


def test_the_profile_can_be_narrowed(office: Office) -> None:
    profile = office.person().get("/me", select="displayName,mail").json
    assert {key for key in profile if not key.startswith("@")} == {"displayName", "mail"}
    assert profile["mail"] == "adele@contoso.example"


def test_the_basic_permission_does_not_search(office: Office) -> None:
    basic = office.person("adele", "Mail.ReadBasic")
    assert basic.get("/me/messages", search='"board"').code == "ErrorAccessDenied"
    assert basic.get("/me/messages", filter="contains(body/content,'board')").code == "ErrorAccessDenied"
    assert basic.get("/me/messages", filter="isRead eq false").status == 200
