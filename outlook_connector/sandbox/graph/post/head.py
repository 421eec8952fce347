"""Writes header values as MIME wants them: in ASCII, encoded where they are not.

https://www.rfc-editor.org/rfc/rfc2047, https://www.rfc-editor.org/rfc/rfc2231
"""

from collections.abc import Iterable
from email.header import Header
from email.utils import quote
from typing import Any


def header(name: str, value: str) -> str:
    """A header's value, folded; words outside ASCII, and those that look encoded, are encoded."""
    return Header(value, "utf-8" if _is_odd(value) else "us-ascii", header_name=name).encode()


def people(recipients: Iterable[dict[str, Any]]) -> str:
    """The value of a header of addresses."""
    return ", ".join(_person(item["emailAddress"]) for item in recipients)


def parameter(value: str) -> str | tuple[str, str, str]:
    """The value of a parameter such as a file's name, as the email package takes it."""
    return ("utf-8", "", value) if _is_odd(value) else value


def _person(value: dict[str, str]) -> str:
    name, address = value.get("name") or "", value["address"]
    if not name or name == address:
        return address
    written = Header(name, "utf-8").encode() if _is_odd(name) else f'"{quote(name)}"'
    return f"{written} <{address}>"


def _is_odd(text: str) -> bool:
    # Whoever reads a literal `=?` would take it for an encoded word.
    return not text.isascii() or "=?" in text
