"""The device code flow: a device shows a code, its user types it in elsewhere and signs in there.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outlook_connector.sandbox.directory import App
from outlook_connector.sandbox.entra import claims, issue, pages
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.errors import Refused, Trace, refuse
from outlook_connector.sandbox.entra.state import DEVICE_LIFETIME, Device, Flow, new_user_code
from outlook_connector.sandbox.exchange import Answer

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
PAGE = "devicelogin"
_PATIENCE = 0.5


def begin(entra: Entra, tenant: str, form: Mapping[str, str]) -> dict[str, Any]:
    """POST /devicecode: the codes for the device and for its user, good for 15 minutes."""
    app = entra.app(form.get("client_id", ""))
    entra.asked(form.get("scope", ""), app)
    expires, interval = entra.clock.now() + DEVICE_LIFETIME, entra.state.device_interval
    device = Device(tenant, app.client_id, dict(form), new_user_code(), expires, interval, entra.cloud)
    page = f"{entra.origin}/{PAGE}"
    return {
        "user_code": device.user_code,
        "device_code": entra.state.add_device(device),
        "verification_uri": page,
        "expires_in": int(DEVICE_LIFETIME.total_seconds()),
        "interval": interval,
        "message": f"To sign in, use a web browser to open the page {page} and enter the code "
        f"{device.user_code} to authenticate.",
    }


def type_code(entra: Entra, form: Mapping[str, str], trace: Trace) -> Answer:
    """The page's step after the code was typed: sign in; a wrong or an old code shows the page again."""
    typed = form.get("otc", "")
    device = entra.state.device(typed)
    if device is None or device.user_id or device.declined:
        return pages.device_code(typed, error=_first_line(trace, refuse(70018)))
    if device.expires <= entra.clock.now():
        return pages.device_code(typed, error=_first_line(trace, refuse(70019)))
    flow = Flow(device.tenant, device.params, entra.clock.now(), kind="device", device=device.user_code)
    app = entra.app(device.client_id)
    return pages.sign_in(entra.state.add_flow(flow), device.tenant, app, entra.directory.users)


def by_device_code(entra: Entra, app: App, form: Mapping[str, str]) -> dict[str, Any]:
    """The device's poll: tokens once its user has signed in.

    Raises, with the OAuth errors that the page documents, AADSTS70016 (authorization_pending), 65004
    (authorization_declined), 70020 (expired_token), 70018 (bad_verification_code), 54005 for a code used twice;
    and slow_down (RFC 8628, 3.5) for a device that asks sooner than it was told to.
    """
    if not form.get("device_code"):
        raise refuse(900144, parameter="device_code")
    device = entra.state.devices.get(form["device_code"])
    if device is None:
        raise refuse(70018)
    _check(entra, app, device)
    user = entra.user(device.user_id or "")
    scope = device.params["scope"]
    asked, wanted = entra.asked(scope, app), form.get("claims") or device.params.get("claims", "")
    requested = claims.after_sign_in(wanted, entra.clock.now())
    entra.check_consent(app, user, asked)
    entra.check_demands(user, device.proofs, asked.audience)
    device.redeemed = True
    refresh_token = None
    if "offline_access" in scope.split():
        refresh_token = issue.new_refresh_token(entra, app, user, scope, device.proofs)
    return issue.for_user(entra, app, user, asked, refresh_token, requested=requested)


def _check(entra: Entra, app: App, device: Device) -> None:
    now = entra.clock.now()
    if device.client_id != app.client_id:
        raise refuse(70000, parameter="device_code")
    if device.redeemed:
        raise refuse(54005)
    if device.declined:
        raise Refused(65004, error_word="authorization_declined")
    if device.expires <= now:
        raise refuse(70020)
    if device.user_id is None:
        raise _pending(device, now.timestamp())


def _pending(device: Device, now: float) -> Refused:
    """Still waiting; half a second too early is forgiven."""
    early = device.polled is not None and now - device.polled < device.interval - _PATIENCE
    device.polled = now
    return Refused(70016, error_word="slow_down" if early else "")


def _first_line(trace: Trace, refused: Refused) -> str:
    return trace.describe(refused).splitlines()[0]
