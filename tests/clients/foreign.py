"""The clients: where each lives, how its program is started, where its source lies; and their gaps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENTS = HERE.parents[1] / ".venv-clients"
NODE_MODULES = HERE / "javascript" / "node_modules"

SCENARIOS = {
    "list": "A page of the inbox, newest first",
    "page": "The whole inbox, page by page",
    "filter": "`$filter` on two properties",
    "search": "`$search` on the subject",
    "send": "A mail to a colleague",
    "reply": "A reply to the sender",
    "move": "A message into the archive",
    "attachment": "10 MB onto a draft, in pieces, and back",
    "mime": "A message as MIME",
    "sendMime": "A mail sent as MIME",
    "batch": "Three requests in one, one of them refused",
    "delta": "What came and went in a folder",
    "rules": "A rule made, at work, renamed, deleted",
    "subscriptions": "A subscription made, notified, renewed, deleted",
    "application": "A mailbox read with client credentials",
    "refusal": "An error read",
    "immutable": "Ids that stay, of a message and its files",
    "throttled": "A request answered 429, repeated after the pause asked for",
}
"""What each client does, in the order of the document."""


@dataclass(frozen=True)
class Foreign:
    """A client. `environment` holds its interpreter, `packages` its sources, `arguments` start its program there."""

    name: str
    package: str
    link: str
    folder: str
    packages: str
    interpreter: str
    arguments: tuple[str, ...]
    set_up: str

    @property
    def environment(self) -> Path:
        return ENVIRONMENTS / self.folder

    @property
    def source(self) -> Path | None:
        """The directory that its citations count from; None where it isn't installed."""
        found = sorted(HERE.parents[1].glob(self.packages))
        return found[0] if found else None

    @property
    def command(self) -> list[str]:
        return [str(self.environment / "bin" / self.interpreter), *self.arguments]

    @property
    def missing(self) -> str:
        """What has to be done before it can run; empty where nothing has."""
        ready = Path(self.command[0]).exists() and self.source is not None
        return "" if ready else f"{self.package} isn't installed: make test-clients"


def _site(folder: str) -> str:
    return f".venv-clients/{folder}/lib/python3*/site-packages"


CLIENTS = (
    Foreign(
        "msgraph-sdk",
        "msgraph-sdk",
        "https://pypi.org/project/msgraph-sdk/",
        "msgraph_sdk",
        _site("msgraph_sdk"),
        "python",
        ("-m", "msgraph_sdk"),
        "`base_url` of its request adapter; the authority of its credential; the certificate authority",
    ),
    Foreign(
        "O365",
        "O365",
        "https://pypi.org/project/O365/",
        "o365_client",
        _site("o365_client"),
        "python",
        ("-m", "o365_client"),
        "name resolution: Microsoft's own names lead to the sandbox; the certificate authority",
    ),
    Foreign(
        "JavaScript",
        "@microsoft/microsoft-graph-client",
        "https://www.npmjs.com/package/@microsoft/microsoft-graph-client",
        "javascript",
        "tests/clients/javascript/node_modules",
        "node",
        (str(HERE / "javascript" / "main.mjs"),),
        "`baseUrl` and `customHosts`; the authority of its credential; the certificate authority",
    ),
)
