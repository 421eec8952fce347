"""Every path of Graph's mail is answered, and to nobody who may not: the published paths and permissions as a table."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from graph_calls import Client, Office

from outlook_connector.sandbox.permissions import APPLICATION, DELEGATED
from outlook_connector.sandbox.seed import anchors

GRAPH = Path(__file__).parents[1] / "contract" / "graph"
PATHS: dict[str, Any] = json.loads((GRAPH / "paths.json").read_text(encoding="utf-8"))["paths"]
PERMISSIONS: dict[str, dict[str, list[str]]] = json.loads(
    (GRAPH / "permissions.json").read_text(encoding="utf-8")
)["permissions"]
CALLS = [(method, path) for path, found in PATHS.items() for method in found["methods"]]
WRITING = ("POST", "PATCH", "PUT")
ADELE = "adele@contoso.example"

NOT_ANSWERED = {
    ("GET", "/subscriptions/getVapidPublicKey()"): "notifications are pushed to no browser",
    ("PATCH", "/users/{user-id}/inferenceClassification"): "it has no property that can be changed",
    ("GET", "/users/{user-id}/outlook"): "it has nothing but what has paths of its own",
}
CONTENT = "/messages/{message-id}/$value"
"""MIME is read here; what the SDK's templates add to that, no page describes."""
SUBSCRIPTIONS = "/subscriptions"
"""What these need depends on what they name, and whose they are."""


def _is_answered(method: str, path: str) -> bool:
    written = path.endswith(CONTENT) and method != "GET"
    return (method, path) not in NOT_ANSWERED and not written


def _filled(path: str) -> str:
    """A path of the table with ids of Adele's mailbox."""
    known = {
        "user-id": ADELE,
        "message-id": anchors.QUARTERLY_REPORT,
        "attachment-id": anchors.QUARTERLY_REPORT_PDF,
        "TimeZoneStandard": "Iana",
    }

    def value(found: re.Match[str]) -> str:
        name = re.sub(r"\d+$", "", found[1])
        return quote(known.get(name, "inbox" if name == "mailFolder-id" else "some-id"), safe="@")

    return re.sub(r"\{([^}]*)\}", value, path)


def _called(client: Client, method: str, path: str) -> tuple[int, str]:
    reply = client.call(method, path, {} if method in WRITING else None)
    return reply.status, reply.code if reply.status >= 400 else ""


@pytest.fixture(scope="module")
def office() -> Office:
    return Office()


@pytest.fixture(scope="module")
def holding(office: Office) -> Callable[[str | None, str], Client]:
    """A client of somebody, or of an app, with one permission."""
    return cache(office.person)


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize("who", ["adele", None], ids=["delegated", "application"])
def test_a_path_is_closed_without_a_permission_for_mail(
    holding: Callable[[str | None, str], Client], who: str | None, method: str, path: str
) -> None:
    status, code = _called(holding(who, "Calendars.Read"), method, _filled(path))
    if not _is_answered(method, path):
        assert status in (400, 404, 405)
    elif not path.startswith(SUBSCRIPTIONS):
        assert (status, code) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize("who", ["adele", None], ids=["delegated", "application"])
def test_a_subscription_needs_what_reading_needs(office: Office, who: str | None) -> None:
    body = {
        "changeType": "created",
        "notificationUrl": "https://127.0.0.1:9/",
        "resource": f"users/{ADELE}/messages",
        "expirationDateTime": (office.clock.now() + timedelta(hours=1)).isoformat(),
    }
    refused = office.person(who, "Calendars.Read").post("/subscriptions", body)
    assert (refused.status, refused.code) == (403, "ErrorAccessDenied")


def _beyond(listed: set[str]) -> set[str]:
    """With what a page lists goes what holds more: writing implies reading, mail of others one's own."""
    found = set(listed)
    for name in listed:
        found |= {name.replace(".Read", ".ReadWrite")} if name.endswith(".Read") else set()
    found |= {"Mail.ReadBasic"} if "Mail.ReadBasic.All" in listed else set()
    return found | {f"{name}.Shared" for name in found if name.startswith("Mail.")}


def _data_calls() -> Iterator[tuple[str, str]]:
    """The calls of permissions.json that are calls of paths.json."""
    known = {(method, re.sub(r"\{[^}]*\}", "{id}", path).lower()) for method, path in CALLS}
    for call in PERMISSIONS:
        method, path = call.split(" ", 1)
        if (method, path.replace("/me", "/users/{id}", 1).lower()) in known:
            yield method, path


DATA_CALLS = list(_data_calls())
MEETINGS = {"Calendars.ReadWrite", "Calendars.ReadWrite.Shared"}
"""What permissions.json has for upload sessions is for the attachments of events."""
AGENTS = {"AgentIdUser.ReadWrite.All", "AgentIdUser.ReadWrite.IdentityParentedBy"}
"""Agents' own users, of which the sandbox has none."""


def _own(path: str, root: str) -> str:
    filled, before = [], ""
    known = {"messages": anchors.QUARTERLY_REPORT, "mailfolders": "inbox", "childfolders": "inbox"}
    for segment in path.split("/"):
        filled.append(quote(known.get(before, "some-id"), safe="") if segment == "{id}" else segment)
        before = segment.lower()
    return "/".join(filled).replace("/me", root, 1)


@pytest.mark.parametrize(("method", "path"), DATA_CALLS)
@pytest.mark.parametrize("kind", ["DelegatedWork", "Application"])
def test_a_call_needs_the_permissions_that_microsoft_lists(
    holding: Callable[[str | None, str], Client], kind: str, method: str, path: str
) -> None:
    listed = {name.lstrip("*") for name in PERMISSIONS[f"{method} {path}"].get(kind, [])} - MEETINGS - AGENTS
    own = kind == "DelegatedWork"
    every = (
        set(DELEGATED) if own else {*APPLICATION, "Mail.ReadBasic", "User.ReadBasic.All", "Calendars.Read"}
    )
    root, who = ("/me", "adele") if own else (f"/users/{ADELE}", None)
    passed = {
        name
        for name in every | listed
        if _called(holding(who, name), method, _own(path, root)) != (403, "ErrorAccessDenied")
    }
    assert listed <= passed
    assert passed <= _beyond(listed)


def test_the_table_of_permissions_covers_most_of_the_paths() -> None:
    assert len(DATA_CALLS) > 50
