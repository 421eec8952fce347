"""The device code flow, as https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code has it."""

import threading
import time

import msal
import pytest
import requests
from entra_client import SCOPE, EntraClient, Page, aadsts

from outlook_connector.sandbox import Sandbox
from outlook_connector.sandbox.tenant import PASSWORD

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
ADELE = "adele@contoso.example"


class Device:
    """A device that shows a code and polls."""

    def __init__(self, client, scope=SCOPE, tenant="common"):
        self.client, self.app = client, client.sandbox.public_client_id
        url = f"{client.sandbox.base_url}/{tenant}/oauth2/v2.0/devicecode"
        self.response = client.http.post(url, data={"client_id": self.app, "scope": scope})
        self.shown = self.response.json()

    def poll(self, **form):
        usual = {"client_id": self.app, "client_secret": None, "device_code": self.shown["device_code"]}
        return self.client.token(grant_type=GRANT, **{**usual, **form})

    def type_code(self, code=None):
        page = self.client.http.get(self.shown["verification_uri"])
        return self.client.submit(page, otc=code or self.shown["user_code"])

    def sign_in(self, user=ADELE):
        return self.client.submit(self.type_code(), login=user, passwd=PASSWORD)


@pytest.fixture
def client(outlook_sandbox):
    return EntraClient(outlook_sandbox)


@pytest.fixture
def device(client):
    return Device(client)


def error(response):
    return response.status_code, response.json()["error"], aadsts(response)


def test_the_device_is_told_what_to_show(device, outlook_sandbox):
    assert set(device.shown) == {
        "device_code",
        "user_code",
        "verification_uri",
        "expires_in",
        "interval",
        "message",
    }
    assert (device.shown["expires_in"], device.shown["interval"]) == (900, 5)
    assert device.shown["verification_uri"] == f"{outlook_sandbox.base_url}/devicelogin"
    assert device.shown["user_code"] in device.shown["message"] and len(device.shown["user_code"]) == 9


def test_a_person_types_the_code_signs_in_and_consents(device):
    assert error(device.poll()) == (400, "authorization_pending", 70016)
    consent = device.sign_in()
    assert "Read your mail" in Page(consent.text).text
    assert "You're signed in" in Page(device.client.submit(consent, answer="accept").text).text
    tokens = device.poll().json()
    assert tokens["access_token"] and tokens["refresh_token"] and tokens["id_token"]
    assert device.client.refresh(tokens["refresh_token"], client_id=device.app, client_secret=None).ok


def test_who_has_consented_before_is_asked_whether_the_device_is_meant(client, outlook_sandbox):
    first, second = Device(client), Device(client)
    outlook_sandbox.entra.approve_device(first.shown["user_code"], ADELE)
    asked = second.sign_in()
    assert "Are you trying to sign in" in Page(asked.text).text
    client.submit(asked, answer="accept")
    assert second.poll().ok


def test_the_code_may_be_typed_in_any_case_and_with_spaces(device):
    code = device.shown["user_code"].lower()
    assert "Sign in" in Page(device.type_code(f" {code[:4]} {code[4:]} ").text).text


def test_a_wrong_code_can_be_corrected(device):
    page = device.type_code("WRONGCODE")
    assert "AADSTS70018" in Page(page.text).text
    assert "Password" in Page(device.client.submit(page, otc=device.shown["user_code"]).text).text


@pytest.mark.parametrize("when", ["consent", "confirmation"])
def test_cancel_declines(device, outlook_sandbox, when):
    if when == "confirmation":
        outlook_sandbox.entra.approve_device(Device(device.client).shown["user_code"], ADELE)
    page = device.client.submit(device.sign_in(), answer="cancel")
    assert "declined" in Page(page.text).text
    assert error(device.poll())[:2] == (400, "authorization_declined")


def test_who_goes_back_where_only_an_administrator_may_consent_has_declined(device, outlook_sandbox):
    outlook_sandbox.entra.user_consent = False
    page = device.sign_in()
    assert "AADSTS90094" in page.text
    device.client.submit(page, answer="cancel")
    assert error(device.poll())[:2] == (400, "authorization_declined")


def test_a_test_may_approve_or_decline_in_the_persons_place(client, outlook_sandbox):
    approved, declined = Device(client), Device(client)
    outlook_sandbox.entra.approve_device(approved.shown["user_code"], ADELE)
    outlook_sandbox.entra.decline_device(declined.shown["user_code"])
    assert approved.poll().ok
    assert error(declined.poll())[1] == "authorization_declined"
    with pytest.raises(ValueError, match="code"):
        outlook_sandbox.entra.approve_device("NOBODYHAS", ADELE)


def test_the_same_over_http(client, outlook_sandbox):
    device = Device(client)
    body = {"userCode": device.shown["user_code"], "user": ADELE}
    assert client.http.post(f"{outlook_sandbox.admin_url}/device", json=body).ok
    assert device.poll().ok


def test_fifteen_minutes_are_the_end(device, outlook_sandbox):
    outlook_sandbox.clock.advance(901)
    assert error(device.poll()) == (400, "expired_token", 70020)
    assert "AADSTS70019" in Page(device.type_code().text).text


def test_a_code_that_nobody_was_given(device):
    assert error(device.poll(device_code="made-up")) == (400, "bad_verification_code", 70018)
    assert aadsts(device.poll(device_code=None)) == 900144


def test_a_code_is_for_one_use_and_one_client(device, outlook_sandbox):
    outlook_sandbox.entra.approve_device(device.shown["user_code"], ADELE)
    other = device.poll(client_id=outlook_sandbox.client_id, client_secret=outlook_sandbox.client_secret)
    assert aadsts(other) == 70000
    assert device.poll().ok
    assert aadsts(device.poll()) == 54005


def test_polling_too_fast_is_told_to_slow_down(device, outlook_sandbox):
    assert error(device.poll())[1] == "authorization_pending"
    assert error(device.poll())[1] == "slow_down"
    outlook_sandbox.clock.advance(5)
    assert error(device.poll())[1] == "authorization_pending"


def test_the_request_must_name_an_app_and_a_scope(client, outlook_sandbox):
    url = f"{outlook_sandbox.authority}/oauth2/v2.0/devicecode"
    app = outlook_sandbox.public_client_id
    for form, number in (
        ({"scope": SCOPE}, 900144),
        ({"client_id": app}, 900144),
        ({"client_id": app, "scope": "Mail.Reed"}, 650053),
        ({"client_id": "11111111-0000-0000-0000-000000000000", "scope": SCOPE}, 700016),
    ):
        assert aadsts(client.http.post(url, data=form)) == number
    assert aadsts(client.http.get(url)) == 900561


def test_a_confidential_app_must_prove_itself_when_it_polls(client, outlook_sandbox):
    device = Device(client)
    assert aadsts(device.poll(client_id=outlook_sandbox.client_id)) == 7000218


def test_demands_on_the_user_hold_here_too(device, outlook_sandbox):
    outlook_sandbox.entra.require(ADELE, "mfa")
    assert "second factor" in Page(device.sign_in().text).text
    outlook_sandbox.entra.require(ADELE, "conditional_access")
    assert "AADSTS53003" in Page(device.sign_in().text).text


def test_msal_waits_until_the_person_is_done():
    with Sandbox(users=[ADELE]) as sandbox:
        sandbox.entra.device_interval = 0.2
        session = requests.Session()
        session.verify, session.trust_env = sandbox.ca_file, False
        app = msal.PublicClientApplication(
            sandbox.public_client_id,
            authority=sandbox.authority,
            instance_discovery=False,
            http_client=session,
        )
        flow = app.initiate_device_flow(["Mail.Read"])
        approve = threading.Timer(0.5, sandbox.entra.approve_device, (flow["user_code"], ADELE))
        approve.start()
        started = time.monotonic()
        result = app.acquire_token_by_device_flow(flow)
        assert result["id_token_claims"]["preferred_username"] == ADELE
        assert time.monotonic() - started > 0.4
