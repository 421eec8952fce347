"""`$search` in the keyword query language that Outlook reads.

https://learn.microsoft.com/graph/search-query-parameter: words, phrases, `property:value`, AND, OR, NOT and
parentheses; a word matches where a word begins with it, a plain one in subject, body, participants and names
of attachments.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from outlook_connector.sandbox.graph.model.body import as_text
from outlook_connector.sandbox.graph.problem import bad_request
from outlook_connector.sandbox.graph.view import View

Test = Callable[[View], bool]
_TOKEN = re.compile(r'\s*(\(|\)|(?:\w+(?::|>=|<=|=|>|<))?(?:"[^"]*"|[^\s()"]+))')
_PREFIXED = re.compile(r"(\w+)(:|>=|<=|=|>|<)(.*)", re.DOTALL)


def compile_search(text: str) -> Test:
    """Compiles a search. Raises 400 where it cannot be read."""
    tokens = _TOKEN.findall(_unwrapped(text))
    if not tokens:
        raise bad_request(f"Syntax error: the search query '{text}' is empty.", "SearchSyntaxError")
    parser = _Parser(tokens)
    test = parser.either()
    if parser.tokens:
        raise bad_request(f"Syntax error in search query '{text}'.", "SearchSyntaxError")
    return test


def _unwrapped(text: str) -> str:
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] == '"' and re.search(r'(?<!\\)"', bare[1:-1]) is None:
        bare = bare[1:-1]
    return bare.replace('\\"', '"')


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def either(self) -> Test:
        tests = [self.both()]
        while self._take("OR"):
            tests.append(self.both())
        return lambda view: any(test(view) for test in tests)

    def both(self) -> Test:
        tests = [self.single()]
        while self.tokens and self.tokens[0] not in ("OR", ")"):
            self._take("AND")
            tests.append(self.single())
        return lambda view: all(test(view) for test in tests)

    def single(self) -> Test:
        if self._take("NOT"):
            inner = self.single()
            return lambda view: not inner(view)
        if self._take("("):
            inner = self.either()
            if not self._take(")"):
                raise bad_request("Syntax error: a parenthesis is not closed.", "SearchSyntaxError")
            return inner
        if not self.tokens or self.tokens[0] in ("AND", "OR", ")"):
            raise bad_request("Syntax error: a search term is missing.", "SearchSyntaxError")
        return _term(self.tokens.pop(0))

    def _take(self, token: str) -> bool:
        if self.tokens and self.tokens[0] == token:
            self.tokens.pop(0)
            return True
        return False


def _term(token: str) -> Test:
    prefixed = _PREFIXED.fullmatch(token)
    if prefixed and prefixed.group(1).lower() in _PROPERTIES:
        name, mark, value = prefixed.groups()
        return _PROPERTIES[name.lower()](mark, value.strip("\"'"))
    return _in(_everywhere)(":", token.strip("\"'"))


def _in(texts: Callable[[View], Iterable[str]]) -> Callable[[str, str], Test]:
    def rule(_mark: str, value: str) -> Test:
        word = re.escape(value.casefold().rstrip("*"))
        # Scripts without spaces between words match anywhere.
        pattern = re.compile(rf"(?<!\w){word}" if value.isascii() else word)
        return lambda view: any(pattern.search(text.casefold()) for text in texts(view))

    return rule


def _same(read: Callable[[View], Any]) -> Callable[[str, str], Test]:
    return lambda _mark, value: lambda view: str(read(view)).casefold() == value.casefold()


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": lambda one, other: one >= other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    "<": lambda one, other: one < other,
    "=": lambda one, other: one == other,
    ":": lambda one, other: one == other,
}


def _day(read: Callable[[View], datetime]) -> Callable[[str, str], Test]:
    def rule(mark: str, value: str) -> Test:
        first, _, last = value.partition("..")
        start = _date(first)
        if last:
            end = _date(last)
            return lambda view: start <= read(view).date() <= end
        return lambda view: _COMPARE[mark](read(view).date(), start)

    return rule


def _date(text: str) -> Any:
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return datetime.strptime(text[:10], form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise bad_request(f"Syntax error: '{text}' is not a date.", "SearchSyntaxError")


def _size(mark: str, value: str) -> Test:
    first, _, last = value.partition("..")
    if not first.isdigit() or not (last or "0").isdigit():
        raise bad_request(f"Syntax error: '{value}' is not a size.", "SearchSyntaxError")
    if last:
        return lambda view: int(first) <= _bytes(view) <= int(last)
    return lambda view: _COMPARE[mark](_bytes(view), int(first))


def _bytes(view: View) -> int:
    content = str(view.message.get("body")["content"])
    return len(content.encode()) + sum(item.size for item in view.message.attachments)


def _importance(_mark: str, value: str) -> Test:
    wanted = {"medium": "normal"}.get(value.casefold(), value.casefold())
    return lambda view: bool(view.message.get("importance") == wanted)


def _kind(_mark: str, value: str) -> Test:
    return lambda view: value.casefold() == "email"


def _people(*names: str) -> Callable[[View], list[str]]:
    def texts(view: View) -> list[str]:
        found: list[str] = []
        for name in names:
            value = view.message.get(name)
            for person in value if isinstance(value, list) else [value]:
                address = (person or {}).get("emailAddress", {})
                found += [str(address.get("name") or ""), str(address.get("address") or "")]
        return found

    return texts


_EVERYONE = ("from", "sender", "toRecipients", "ccRecipients", "bccRecipients")


def _subject(view: View) -> list[str]:
    return [str(view.message.get("subject"))]


def _body(view: View) -> list[str]:
    return [as_text(view.message.get("body"))]


def _files(view: View) -> list[str]:
    return [attachment.name for attachment in view.message.attachments]


def _categories(view: View) -> list[str]:
    return list(view.message.get("categories"))


def _everywhere(view: View) -> list[str]:
    return [*_subject(view), *_people(*_EVERYONE)(view), *_files(view), *_body(view)]


_PROPERTIES: Mapping[str, Callable[[str, str], Test]] = {
    "from": _in(_people("from", "sender")),
    "to": _in(_people("toRecipients")),
    "cc": _in(_people("ccRecipients")),
    "bcc": _in(_people("bccRecipients")),
    "recipients": _in(_people("toRecipients", "ccRecipients", "bccRecipients")),
    "participants": _in(_people(*_EVERYONE)),
    "subject": _in(_subject),
    "body": _in(_body),
    "attachment": _in(_files),
    "attachmentnames": _in(_files),
    "category": _in(_categories),
    "hasattachments": _same(lambda view: view.message.has_attachments),
    "hasattachment": _same(lambda view: view.message.has_attachments),
    "importance": _importance,
    "kind": _kind,
    "isread": _same(lambda view: bool(view.message.get("isRead"))),
    "received": _day(lambda view: view.message.received),
    "sent": _day(lambda view: view.message.sent),
    "size": _size,
}
