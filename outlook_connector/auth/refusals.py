"""From what Microsoft Entra answers, or from no answer, to one error with one clear message. Pure.

An error's text is made of our own words and of numbers and ids whose form was checked. Nothing that the server
wrote is repeated, for it may quote what was sent.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from ..config import Config
from ..errors import ConnectorError, ConsentRequired, SignInRequired, TransportError
from . import advice_credentials, advice_requests
from .advice import BY_AADSTS, BY_ERROR, LATER, OTHERWISE, PERSONAL, Advice
from .scopes import DEFAULT, RESERVED

_WORD = re.compile(r"[a-z][a-z0-9_]{1,60}")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NUMBER = re.compile(r"AADSTS(\d{4,9})\b")
_SCOPE = re.compile(r"asked for scope '([A-Za-z][A-Za-z.-]{0,60})' that doesn't exist")
"""A permission's name is letters with dots and hyphens, which no token is."""

PERSONAL_TENANTS = frozenset({"consumers", "9188040d-6c67-4c5b-b112-36a304b66dad"})
"""Where personal accounts are: https://learn.microsoft.com/entra/identity-platform/v2-protocols#endpoints"""

LOOPBACK = frozenset({"localhost", "127.0.0.1"})

_NUMBERS: Mapping[int, Advice] = {**BY_AADSTS, **advice_credentials.BY_AADSTS, **advice_requests.BY_AADSTS}
_WORDS: Mapping[str, Advice] = {**BY_ERROR, **advice_credentials.BY_ERROR}


def explain(answer: Mapping[str, Any], config: Config, redirect_uri: str | None = None) -> ConnectorError:
    """The error for an OAuth error answer (``error``, ``error_codes``, ``suberror`` ...).

    ``details``: ``aadsts``, ``error``, ``suberror``, ``correlationId``, ``traceId``, ``advice``, ``configKey``,
    ``scope`` and ``adminConsentUrl``, each where known.
    """
    number, word = aadsts(answer), _checked(_WORD, answer.get("error"))
    advice = _advice(number, word, _checked(_WORD, answer.get("suberror")))
    scope = _SCOPE.search(str(answer.get("error_description", "")))
    facts = _facts(config, redirect_uri, number, scope[1] if scope else None)
    do = _fitting(advice.do, config).format_map(facts)
    consent = advice.kind is ConsentRequired and administered(config)
    details = {
        "aadsts": number,
        "error": word,
        "suberror": _checked(_WORD, answer.get("suberror")),
        "correlationId": _checked(_GUID, answer.get("correlation_id")),
        "traceId": _checked(_GUID, answer.get("trace_id")),
        "advice": do,
        "configKey": advice.key,
        "scope": scope[1] if scope else None,
        "adminConsentUrl": facts["adminConsentUrl"] if consent else None,
    }
    mark = f" (AADSTS{number})" if number else f" ({word})" if word else ""
    return advice.kind(
        f"{advice.what.format_map(facts).rstrip('.')}{mark}. {do}",
        retryable=advice.kind is TransportError,
        details={name: value for name, value in details.items() if value is not None},
    )


def aadsts(answer: Mapping[str, Any]) -> int | None:
    """The AADSTS number: the first of ``error_codes``, else the one in the description."""
    codes = answer.get("error_codes")
    if isinstance(codes, list) and codes and isinstance(codes[0], int):
        return codes[0]
    found = _NUMBER.search(str(answer.get("error_description", "")))
    return int(found[1]) if found else None


def word_of(value: Any) -> str | None:
    """An OAuth error's name, if it has the form of one."""
    return _checked(_WORD, value)


def guid_of(value: Any) -> str | None:
    """An id, if it has the form of one."""
    return _checked(_GUID, value)


def no_answer(error: BaseException, host: str) -> TransportError:
    """The error for a connection that failed: what to look at, by the kind of failure."""
    names = {kind.__name__ for kind in type(error).__mro__}
    what, do, key = next(told for name, told in _NETWORK.items() if name in names)
    message = f"{what.format(host=host)} {do}"
    details = {"host": host, "advice": do, "configKey": key}
    return TransportError(
        message, retryable=key != "http.caBundle", details={k: v for k, v in details.items() if v}
    )


def unavailable(status: int, host: str, retry_after: float | None) -> TransportError:
    """The error for 429 and 5xx; ``retry_after`` in seconds."""
    what = "is limiting requests" if status == 429 else "could not answer for the moment"
    do = f"Try again after {retry_after:g} seconds." if retry_after else LATER
    details = {"host": host, "status": status, "retryAfter": retry_after, "advice": do}
    return TransportError(
        f"The sign-in service {host} {what} (HTTP {status}). {do}",
        code="signInUnavailable",
        retryable=True,
        details={name: value for name, value in details.items() if value is not None},
    )


def nobody(config: Config, why: str) -> SignInRequired:
    """Nobody is signed in; ``why`` is a sentence that says how that is."""
    do = BY_ERROR["login_required"].do.replace("Sign in again:", "Sign in:")
    return SignInRequired(f"{why} {do}", details={"account": config.account, "advice": do})


def _advice(number: int | None, word: str | None, suberror: str | None) -> Advice:
    if number is not None and number in _NUMBERS:
        return _NUMBERS[number]
    if suberror == "consent_required":
        return BY_ERROR["consent_required"]
    return _WORDS.get(word or "", OTHERWISE)


def administered(config: Config) -> bool:
    """Whether there is an administrator: personal accounts have none."""
    return config.authority.rpartition("/")[2].lower() not in PERSONAL_TENANTS


def _fitting(do: str, config: Config) -> str:
    return do if "{adminConsentUrl}" not in do or administered(config) else PERSONAL


def admin_consent_url(
    config: Config, redirect_uri: str | None = None, scopes: Iterable[str] = (), state: str | None = None
) -> str:
    """Where an administrator grants ``scopes``, or else all that the app registration lists, to everybody in the
    tenant; the browser then comes to the redirect URI, with ``state`` where one is given. Application permissions
    are granted by the latter only. https://learn.microsoft.com/entra/identity-platform/v2-admin-consent"""
    redirect = redirect_uri or config.redirect_uri or "http://localhost"
    authority = re.sub("/common$", "/organizations", config.authority)
    audience = config.graph_audience.rstrip("/")
    named = [name if "://" in name or name in RESERVED else f"{audience}/{name}" for name in scopes]
    query = {
        "client_id": config.client_id,
        "scope": " ".join(sorted(named)) or f"{audience}/{DEFAULT}",
        "redirect_uri": redirect,
        **({"state": state} if state else {}),
    }
    return f"{authority}/v2.0/adminconsent?{urlencode(query)}"


def _facts(
    config: Config, redirect_uri: str | None, number: int | None, scope: str | None = None
) -> dict[str, str]:
    host = config.authority.rsplit("/", 1)[0]
    return {
        "tenantId": config.tenant_id,
        "clientId": config.client_id,
        "cloud": config.cloud,
        "account": config.account,
        "redirectUri": redirect_uri or config.redirect_uri or "",
        "scope": f" {scope}" if scope else " of a name that was asked for",
        "adminConsentUrl": admin_consent_url(config, _lasting(redirect_uri)),
        "errorUrl": f"{host}/error?code={number}" if number else f"{host}/error",
    }


def _lasting(redirect_uri: str | None) -> str | None:
    """A redirect URI that answers later, too: what listens on this machine for one sign-in has ended by then."""
    return None if urlsplit(redirect_uri or "").hostname in LOOPBACK else redirect_uri


def _checked(form: re.Pattern[str], value: Any) -> str | None:
    return value if isinstance(value, str) and form.fullmatch(value) else None


_NETWORK: Mapping[str, tuple[str, str, str | None]] = {
    "ProxyError": (
        "The proxy on the way to {host} refused or failed.",
        "Check http.proxy, and whether the proxy lets this host through.",
        "http.proxy",
    ),
    "SSLError": (
        "The certificate of {host} is not trusted.",
        "If a proxy inspects TLS here, set http.caBundle to a file with its certificate authority.",
        "http.caBundle",
    ),
    "Timeout": (
        "{host} did not answer in time.",
        "Check the network and any firewall; http.proxy if a proxy is needed; http.timeout if it is only slow.",
        "http.timeout",
    ),
    "ConnectionError": (
        "{host} cannot be reached.",
        "Check the network, the name server and any firewall, and http.proxy if a proxy is needed.",
        "http.proxy",
    ),
    "BaseException": ("The exchange with {host} broke off.", "Try again.", None),
}
