"""Ways round a list of allowed recipients: by the sandbox's own ledger, no mail goes to anybody else by any of them.

Each way is tried twice: without the list, to show that it leads out, and with it. After each try every draft in the
mailbox is sent, and a stranger writes, so that what was merely laid out goes off as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest

from outlook_connector import ConnectorError, connect
from outlook_connector.sandbox import Sandbox

from .ways_out import (
    ADELE,
    CLOSED,
    KIM,
    LIMITED,
    MAIL,
    OPEN,
    STRANGER,
    SUBJECT,
    WAYS,
    Attempt,
    mime_of,
    person,
)


def tried(
    sandbox: Sandbox, config: Mapping[str, Any], way: Callable[[Attempt], Any]
) -> ConnectorError | None:
    """The error with which the way ended; afterwards everything that lies ready is set off."""
    refusal = None
    with connect(sandbox.config(**config)) as connector, connect(sandbox.config(**OPEN)) as other:
        try:
            way(Attempt(sandbox, connector, other))
        except ConnectorError as error:
            refusal = error
        sandbox.clear_faults()
        for one in other.iterate("messages.list", {"folder": "drafts", "select": ["id", "subject"]}):
            if SUBJECT in one["subject"]:
                with suppress(ConnectorError):
                    connector.invoke("drafts.send", {"draftId": one["id"]})
    sandbox.deliver(ADELE, {"subject": "Hello", "from": person(STRANGER)})
    return refusal


def went_out(sandbox: Sandbox) -> set[str]:
    """Who got mail and is not on the list."""
    return {str(one["to"]).lower() for one in sandbox.ledger["deliveries"]} - {ADELE, KIM}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_without_a_list_the_way_leads_out(way: Callable[[Attempt], Any], outlook_sandbox: Sandbox) -> None:
    refusal = tried(outlook_sandbox, OPEN, way)
    assert went_out(outlook_sandbox), f"the way shows nothing: {refusal}"


@pytest.mark.parametrize("way", [*WAYS.values(), *CLOSED.values()], ids=[*WAYS, *CLOSED])
def test_no_way_leads_round_the_list(way: Callable[[Attempt], Any], outlook_sandbox: Sandbox) -> None:
    tried(outlook_sandbox, LIMITED, way)
    assert went_out(outlook_sandbox) == set()


@pytest.mark.parametrize("way", CLOSED.values(), ids=CLOSED)
def test_what_could_be_read_two_ways_is_refused(
    way: Callable[[Attempt], Any], outlook_sandbox: Sandbox
) -> None:
    refusal = tried(outlook_sandbox, LIMITED, way)
    assert refusal is not None
    assert refusal.code in ("operationDenied", "invalidInput")


def test_what_is_on_the_list_goes_out_by_every_way(outlook_sandbox: Sandbox) -> None:
    """The list is no wall: the same ways to those who are on it."""
    with connect(outlook_sandbox.config(**LIMITED)) as connector:
        on = Attempt(outlook_sandbox, connector, connector)
        on.run("messages.send", **{**MAIL, "to": ["KIM@Contoso.Example"], "cc": ["X@partner.example"]})
        on.run("messages.reply", messageId=on.arrived(), comment="x")
        on.run("messages.forward", messageId=on.arrived(), to=[KIM])
        on.run("messages.sendMime", contentBytes=mime_of(f"To: Kim <{KIM}>"))
        on.run("drafts.send", draftId=on.draft())
        on.run("settings.setAutomaticReplies", status="disabled")
    assert len(outlook_sandbox.ledger["submissions"]) == 5


def test_a_rule_that_forwards_is_not_switched_on_where_no_rule_may_forward(outlook_sandbox: Sandbox) -> None:
    way = WAYS["raw: a rule of others that is switched on"]
    refusal = tried(outlook_sandbox, {"operations": {"allow": ["*", "graph.request"]}}, way)
    assert refusal is not None
    assert refusal.details["operation"] == "rules.forward"
    assert went_out(outlook_sandbox) == set()
