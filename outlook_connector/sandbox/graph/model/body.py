"""Bodies as Exchange keeps and shows them: normalised HTML, plain text, conversions, previews.

https://learn.microsoft.com/graph/api/resources/itembody
"""

import html
import re
from html.parser import HTMLParser
from typing import Any

_META = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
_OLD_META = re.compile(r"<meta[^>]*charset[^>]*>\s*", re.IGNORECASE)
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
_HTML = re.compile(r"<html[^>]*>", re.IGNORECASE)
_BODY = re.compile(r"<body[\s>]", re.IGNORECASE)
_UNSAFE = re.compile(
    r"<(script|iframe|object|applet)\b.*?</\1\s*>|<(?:script|iframe|object|embed|applet)\b[^>]*>"
    r"|\son\w+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)|javascript:",
    re.IGNORECASE | re.DOTALL,
)
_BLOCKS = frozenset(
    ("p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "hr")
)
_SILENT = frozenset(("style", "script", "head", "title"))
_PREVIEW = 255
_PICTURE = re.compile(r"\[cid:[^\]]*\]\s*")

QUOTE_HTML = '<hr tabindex="-1" style="display:inline-block; width:98%">'
QUOTE_TEXT = "________________________________"


def normalised(content: str) -> str:
    """HTML as Exchange stores it: one html, head and body, and a UTF-8 meta right after the head's start."""
    bare = _OLD_META.sub("", content)
    if not _HTML.search(bare):
        inner = bare if _BODY.search(bare) else f"<body>{bare}</body>"
        return f"<html><head>\r\n{_META}</head>{inner}</html>"
    head = _HEAD.search(bare)
    if head:
        return f"{bare[: head.end()]}\r\n{_META}{bare[head.end() :]}"
    return _HTML.sub(lambda found: f"{found.group()}<head>\r\n{_META}</head>", bare, count=1)


def stored(body: dict[str, Any]) -> dict[str, Any]:
    """An itemBody as it is kept after a write: `contentType` in lower case, HTML normalised."""
    kind = str(body.get("contentType") or "text").lower()
    content = str(body.get("content") or "")
    return {"contentType": kind, "content": normalised(content) if kind == "html" else content}


def safe(content: str) -> str:
    """HTML without what could run."""
    return _UNSAFE.sub("", content)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag == "hr":
            self.parts.append(f"\n{QUOTE_TEXT}\n")
        elif tag == "br" or tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "img":
            source = dict(attrs).get("src") or ""
            self.parts.append(f"[{source}]" if source.startswith("cid:") else "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(re.sub(r"[ \t\r\n]+", " ", data))


def as_text(body: dict[str, Any]) -> str:
    """A body as plain text with CRLF line ends."""
    if body["contentType"] != "html":
        return str(body["content"])
    reader = _Reader()
    reader.feed(body["content"])
    reader.close()
    text = re.sub(r" *\n *", "\n", "".join(reader.parts))
    return re.sub(r"\n{3,}", "\n\n", text).strip().replace("\n", "\r\n")


def as_html(body: dict[str, Any]) -> str:
    """A body as normalised HTML."""
    if body["contentType"] == "html":
        return str(body["content"])
    lines = html.escape(str(body["content"]), quote=False).replace("\r\n", "\n").split("\n")
    text = "<br>\r\n".join(lines)
    return normalised(f'<div class="PlainText">{text}</div>')


def converted(body: dict[str, Any], kind: str | None) -> dict[str, Any]:
    """An itemBody in the kind that a caller prefers (`text`, `html`, or None for as it is)."""
    if kind is None or kind == body["contentType"]:
        return body
    return {"contentType": kind, "content": as_text(body) if kind == "text" else as_html(body)}


def preview(body: dict[str, Any]) -> str:
    """The first 255 characters of the text, without pictures."""
    return _PICTURE.sub("", as_text(body)).strip()[:_PREVIEW]


def unique(body: dict[str, Any]) -> dict[str, Any]:
    """The part of a body that is this message's own, without what it quotes."""
    mark = QUOTE_HTML if body["contentType"] == "html" else QUOTE_TEXT
    own = str(body["content"]).split(mark)[0].rstrip()
    if body["contentType"] != "html":
        return {"contentType": "text", "content": own}
    inner = re.sub(r"^.*?<body[^>]*>|</body>.*$", "", own, flags=re.IGNORECASE | re.DOTALL)
    return {"contentType": "html", "content": f"<html><body><div>{inner}</div></body></html>"}
