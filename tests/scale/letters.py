"""Mails that are odd and yet valid, as inputs of `messages.send`."""

import base64
import html
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]
KIM = "kim@contoso.example"

_CHARACTERS = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp"))
_PIECES = st.sampled_from(
    [
        "plain words ",
        "👩‍👩‍👧‍👦",
        "🏳️‍🌈",
        "🇦🇹✈️",
        "שלום עולם",
        "مرحبا بالعالم",
        "\u200fRLM\u200e",
        "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L",
        "e\u0301 versus é",
        "Straße, GROẞ, ﬁ",
        "日本語の件名",
        "𝒻𝓊𝓃𝓀𝓎 𝟘𝟙",
        "a\u00a0b\u202fc",
        "two  spaces",
        'O\'Hara; "quoted" \\ back, comma',
        "=?utf-8?B?bm90IGVuY29kZWQ=?=",
        "<angle> & ampersand",
        "(round) [square] {curly}",
        "RE: FW: AW: ",
        "x" * 90,
        "100 %, 5 €, №7",
    ]
)


def texts(most: int) -> st.SearchStrategy[str]:
    """Texts of one line, `most` characters at most."""
    pieces = st.lists(st.one_of(_PIECES, st.text(_CHARACTERS, max_size=12)), max_size=6)
    return pieces.map(lambda found: "".join(found)[:most])


_NAMES = texts(60).map(str.strip)
_ATOM = st.text("abcXYZ019!#$%&'*+-/=?^_`{|}~", min_size=1, max_size=12)
_LOCAL = st.lists(_ATOM, min_size=1, max_size=3).map(".".join)
_DOMAINS = st.sampled_from(
    [
        "example.org",
        "fabrikam.example",
        "a.b.c.d.example",
        "bücher.example",
        "例え.example",
        "xn--bcher-kva.example",
        "123.example",
    ]
)
_ADDRESSES = st.builds(lambda local, domain: f"{local}@{domain}", _LOCAL, _DOMAINS)


def _person(addresses: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    named = st.builds(lambda name, address: {"name": name, "address": address}, _NAMES, addresses)
    return st.one_of(addresses, named)


_OTHERS = st.lists(_person(_ADDRESSES), max_size=3)
_LINES = st.lists(st.one_of(texts(200), st.just("")), max_size=8)
_TEXT_BODIES = st.builds(
    lambda lines, end: end.join(lines), _LINES, st.sampled_from(["\n", "\r\n", "\r\n\r\n"])
)
_TAGS = st.sampled_from(["p", "div", "b", "i", "span", "table", "tr", "td", "ul", "li", "blockquote", "h2"])
_ATTRIBUTES = st.one_of(
    st.just(""),
    st.sampled_from([' style="color:red"', ' dir="rtl"', " class='a b'", ' lang="he"']),
    texts(20).map(lambda text: f' title="{html.escape(text)}"'),
)
_LEAVES = st.one_of(
    texts(60).map(html.escape),
    st.sampled_from(["<br>", "&nbsp;", '<img src="cid:logo">', "\r\n", "&#128512;"]),
)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.builds(
        lambda tag, attributes, parts: f"<{tag}{attributes}>{''.join(parts)}</{tag}>",
        _TAGS,
        _ATTRIBUTES,
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)
_WRAPPINGS = st.sampled_from(
    [
        "{}",
        "<html><body>{}</body></html>",
        '<!DOCTYPE html><html lang="en"><head><title>T</title><style>p {{ margin: 0 }}</style></head>'
        "<body>{}</body></html>",
        '<html><head><meta charset="iso-8859-1"></head><body bgcolor="white">{}</body></html>',
        "{}<script>alert(1)</script>",
    ]
)
_HTML_BODIES = st.builds(lambda wrapping, tree: wrapping.format(tree), _WRAPPINGS, _TREES)
_BODIES = st.one_of(
    _TEXT_BODIES.map(lambda body: {"body": body, "bodyType": "text"}),
    _HTML_BODIES.map(lambda body: {"body": body, "bodyType": "html"}),
)

_TYPES = st.sampled_from(
    [
        "text/plain",
        "text/html",
        "text/calendar",
        "image/png",
        "image/svg+xml",
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/x-odd.type+zip",
        "application/x!odd#type",
        "message/rfc822",
        "multipart/form-data",
    ]
)
_FILE_NAMES = st.one_of(
    st.builds(
        lambda stem, end: f"{stem}{end}", texts(60), st.sampled_from([".pdf", ".tar.gz", ".TXT", ".docx", ""])
    ).filter(lambda name: bool(name.strip())),
    st.sampled_from(
        ["a;b=c.txt", 'say "hi".txt', "back\\slash.txt", "../../etc/passwd", "CON", ".hidden", "a'b.txt"]
    ),
)
_CONTENTS = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\r\n.\r\n", b"From here\nto there", b"\x00" * 64, bytes(range(256)) * 80]),
)


def _file(name: str, content: bytes, more: Json) -> Json:
    return {"name": name, "contentBytes": base64.b64encode(content).decode(), **more}


_MORE = st.fixed_dictionaries(
    {},
    optional={
        "contentType": _TYPES,
        "contentId": st.sampled_from(["logo", "image001.png@01D00000.00000000", "a+b%c_d-e"]),
        "isInline": st.booleans(),
    },
)
_FILES = st.lists(st.builds(_file, _FILE_NAMES, _CONTENTS, _MORE), max_size=5)
_HEADER_NAMES = st.sampled_from(["x-order", "X-Flow-Run", "x-a", "X-UPPER-CASE", "x-" + "long" * 10])
_ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=120)
_HEADERS = st.dictionaries(_HEADER_NAMES, st.one_of(_ASCII, st.just("v" * 900)), max_size=5)

LETTERS: st.SearchStrategy[Json] = st.builds(
    lambda parts, kim, others, body: {**parts, **body, "to": [kim, *others]},
    st.fixed_dictionaries(
        {"subject": texts(255)},
        optional={
            "cc": _OTHERS,
            "bcc": _OTHERS,
            "replyTo": _OTHERS,
            "importance": st.sampled_from(["low", "normal", "high"]),
            "attachments": _FILES,
            "categories": st.lists(texts(40).filter(bool), max_size=3, unique=True),
            "headers": _HEADERS,
            "readReceipt": st.booleans(),
            "deliveryReceipt": st.booleans(),
            "delivery": st.sampled_from(["auto", "direct", "tracked"]),
        },
    ),
    _person(st.just(KIM)),
    _OTHERS,
    _BODIES,
)
"""Inputs of `messages.send`, to Kim and perhaps to others outside."""
