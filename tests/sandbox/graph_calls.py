"""Calls the Graph service without a socket, with tokens that its own authority signs."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from outlook_connector.sandbox.clock import Clock
from outlook_connector.sandbox.directory import Directory
from outlook_connector.sandbox.exchange import Answer, Call
from outlook_connector.sandbox.graph.service import GraphService
from outlook_connector.sandbox.tenant import default_directory
from outlook_connector.sandbox.tokens import TokenAuthority

GRAPH = "https://graph.microsoft.com"
BASE = "https://127.0.0.1:4430"
ALL = ("User.Read", "Mail.ReadWrite", "Mail.Send")
Json = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """An answer: `json` of its body, or None where that is something else."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None

    @property
    def value(self) -> list[Json]:
        return list(self.json["value"])

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


@dataclass
class Office:
    """A Graph service of one's own, and how to call it as somebody."""

    clock: Clock = field(default_factory=Clock)
    directory: Directory = field(default_factory=default_directory)

    def __post_init__(self) -> None:
        self.tokens = TokenAuthority(self.clock, self.directory.tenant_id)
        self.service = GraphService(self.clock, self.directory, self.tokens, lambda: BASE)

    def token(
        self, who: str | None = "adele", permissions: tuple[str, ...] = ALL, audience: str = GRAPH
    ) -> str:
        user = self.directory.user(f"{who}@contoso.example") if who else None
        return self.tokens.access_token(self.directory.app, audience, user=user, permissions=permissions)

    def raw(self, call: Call) -> Reply:
        answer: Answer = self.service.handle(call)
        return Reply(answer.status, answer.body, dict(answer.headers))

    def person(self, who: str | None = "adele", *permissions: str) -> "Client":
        """A client with that user's token, or an app's own where `who` is None."""
        return Client(self, {"authorization": f"Bearer {self.token(who, permissions or ALL)}"})


@dataclass
class Client:
    """Calls of one caller. Query options come as keywords: `top=5` is `$top=5`."""

    office: Office
    headers: dict[str, str]

    def preferring(self, text: str) -> "Client":
        return Client(self.office, {**self.headers, "prefer": text})

    def call(
        self, method: str, path: str, body: Any = None, query: str = "", headers: dict[str, str] | None = None
    ) -> Reply:
        content = json.dumps(body).encode() if isinstance(body, dict) else body or b""
        kind = {"content-type": "application/json"} if isinstance(body, dict) else {}
        merged = {**self.headers, **kind, **(headers or {})}
        return self.office.raw(Call(method, "127.0.0.1", f"/v1.0{path}", query, merged, content))

    def get(self, path: str, **options: Any) -> Reply:
        return self.call("GET", path, query=urlencode({f"${key}": value for key, value in options.items()}))

    def follow(self, link: str) -> Reply:
        parts = urlsplit(link)
        assert f"{parts.scheme}://{parts.netloc}" == BASE
        return self.office.raw(Call("GET", "127.0.0.1", parts.path, parts.query, self.headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        return self.call("POST", path, body, headers=headers)

    def patch(self, path: str, body: Json, **headers: str) -> Reply:
        return self.call("PATCH", path, body, headers=headers)

    def delete(self, path: str) -> Reply:
        return self.call("DELETE", path)

    def all(self, path: str, **options: Any) -> list[Json]:
        """Everything of a collection, page by page."""
        reply = self.get(path, **options)
        found = reply.value
        while link := reply.json.get("@odata.nextLink"):
            reply = self.follow(link)
            found += reply.value
        return found

    def newest(self, folder: str = "inbox") -> Json:
        return self.get(f"/me/mailFolders/{folder}/messages", top=1).value[0]


def message(item_id: str, rest: str = "") -> str:
    """The path of one's own message."""
    return f"/me/messages/{quote(item_id, safe='')}{rest}"


def folder(item_id: str, rest: str = "") -> str:
    """The path of one's own folder."""
    return f"/me/mailFolders/{quote(item_id, safe='')}{rest}"


def to(*addresses: str) -> list[Json]:
    """Recipients."""
    return [{"emailAddress": {"address": address}} for address in addresses]


def mail(subject: str = "Hello", *addresses: str, **more: Any) -> Json:
    """A message to somebody, to Kim if nobody is named."""
    body = {"contentType": "text", "content": "Hello there"}
    people = to(*(addresses or ("kim@contoso.example",)))
    return {"subject": subject, "body": body, "toRecipients": people, **more}


def file(name: str, content: str, **more: Any) -> Json:
    """A file attachment; `content` is base64."""
    kind = {"@odata.type": "#microsoft.graph.fileAttachment"}
    return {**kind, "name": name, "contentType": "text/plain", "contentBytes": content, **more}
