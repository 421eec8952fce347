"""The token endpoint's answers: access token, refresh token, id token, client info.

https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from outlook_connector.sandbox.directory import App, User
from outlook_connector.sandbox.entra.context import Entra
from outlook_connector.sandbox.entra.scopes import Asked
from outlook_connector.sandbox.entra.state import RefreshToken
from outlook_connector.sandbox.keys import base64url
from outlook_connector.sandbox.tokens import Requested


def for_user(
    entra: Entra,
    app: App,
    user: User,
    asked: Asked,
    refresh_token: str | None,
    *,
    nonce: str = "",
    requested: Requested | None = None,
) -> dict[str, Any]:
    """What a user's grant yields: exactly the permissions asked for, all of which have been consented to."""
    permissions = entra.wanted(app, user, asked)
    access_token = entra.tokens.access_token(
        app, asked.audience, user=user, permissions=permissions, requested=requested
    )
    answer: dict[str, Any] = {
        "token_type": "Bearer",
        "scope": asked.written(permissions),
        "expires_in": entra.tokens.lifetime,
        "ext_expires_in": entra.tokens.lifetime,
        "access_token": access_token,
    }
    if refresh_token:
        answer["refresh_token"] = refresh_token
    if "openid" in asked.openid:
        answer["id_token"] = _id_token(entra, app, user, asked, nonce)
    return answer | {"client_info": client_info(entra, user)}


def for_app(entra: Entra, app: App, audience: str, requested: Requested | None = None) -> dict[str, Any]:
    """What client credentials yield: no scope, no refresh token."""
    return {
        "token_type": "Bearer",
        "expires_in": entra.tokens.lifetime,
        "ext_expires_in": entra.tokens.lifetime,
        "access_token": entra.tokens.access_token(
            app, audience, permissions=app.application, requested=requested
        ),
    }


def new_refresh_token(entra: Entra, app: App, user: User, scope: str, proofs: frozenset[str]) -> str:
    now = entra.clock.now()
    return entra.state.add_refresh_token(RefreshToken(app.client_id, user.id, scope, now, now, proofs))


def client_info(entra: Entra, user: User) -> str:
    """Ids of user and tenant, from which client libraries build the account's id."""
    ids = {"uid": user.id, "utid": entra.tokens.home_of(user)}
    return base64.urlsafe_b64encode(json.dumps(ids).encode()).rstrip(b"=").decode()


def _id_token(entra: Entra, app: App, user: User, asked: Asked, nonce: str) -> str:
    tenant = entra.tokens.home_of(user)
    pairwise = hashlib.sha256(f"{user.id}/{app.client_id}".encode()).digest()
    claims = {
        "aud": app.client_id,
        "iss": f"{entra.origin or entra.base_url()}/{tenant}/v2.0",
        "sub": base64url(pairwise),
        "tid": tenant,
        "ver": "2.0",
    }
    if nonce:
        claims["nonce"] = nonce
    if "profile" in asked.openid:
        claims |= {"name": user.name, "oid": user.id, "preferred_username": user.address}
    if "email" in asked.openid:
        claims["email"] = user.address
    return entra.tokens.sign(claims, entra.tokens.lifetime)
