"""The matrix and the gaps, from the tables that the tests run: ``python tests/clients/document.py``."""

from __future__ import annotations

import json

from foreign import CLIENTS, HERE, SCENARIOS, Foreign
from gaps import GAPS, Gap

_INTRODUCTION = """# Clients that others wrote, against the sandbox

A sandbox that only its own connector has tried would prove that the two agree, not that either is right. So clients
of others run against it as they come from their package indexes, each in an environment of its own
(`make test-clients`). They sign in through the sandbox's own pages and token endpoint: a person by an authorization
code, the application by its secret. Set for them are

{set_up}

Each program goes through the scenarios below and tells what it saw; the tests (`tests/clients/`) compare that with
what the sandbox holds, seen by another token, and with its ledger of mails. A number leads to what the client cannot
do by itself, and to the line of its own source that says so; there the program does that part by the client's own
request layer, or gives it what it leaves out. No version of any client has been changed.
"""
_CLOSING = """
Nothing here has been run against Microsoft 365.
"""


def version(client: Foreign) -> str:
    """The pinned version of a client."""
    if client.interpreter == "node":
        pinned = json.loads((HERE / client.folder / "package.json").read_text(encoding="utf-8"))
        return str(pinned["dependencies"][client.package])
    lines = (HERE / client.folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    (found,) = (line for line in lines if line.lower().startswith(f"{client.package.lower()}=="))
    return found.partition("==")[2]


def cell(client: Foreign, scenario: str) -> str:
    """A scenario's mark and the numbers of its gaps."""
    notes = [
        number for number, gap in enumerate(GAPS, 1) if (gap.client, gap.scenario) == (client.name, scenario)
    ]
    return " ".join(["yes", *(f"[{number}](#gap-{number})" for number in notes)])


def note(number: int, gap: Gap) -> str:
    """One gap, with its citation."""
    where = f"no `{gap.absent}` in any file of `{gap.file}/`" if gap.absent else f"`{gap.file}:{gap.number}`"
    reported = f"; reported in [{gap.report.split('/', 3)[3]}]({gap.report})" if gap.report else ""
    return f'<a id="gap-{number}"></a>{number}. **{gap.client}, {gap.scenario}.** {gap.told} ({where}{reported})\n'


def render() -> str:
    """The whole document."""
    set_up = "\n".join(
        f"- [{client.package}]({client.link}) {version(client)}: {client.set_up}" for client in CLIENTS
    )
    head = "| scenario | what | " + " | ".join(client.name for client in CLIENTS) + " |"
    rows = [
        f"| `{name}` | {what} | " + " | ".join(cell(client, name) for client in CLIENTS) + " |"
        for name, what in SCENARIOS.items()
    ]
    table = "\n".join([head, "|---" * (len(CLIENTS) + 2) + "|", *rows])
    notes = "\n".join(note(number, gap) for number, gap in enumerate(GAPS, 1))
    return f"{_INTRODUCTION.format(set_up=set_up)}\n{table}\n\n## Gaps\n\n{notes}{_CLOSING}"


if __name__ == "__main__":
    print(render(), end="")
