"""Names of people, files and folders: everything that people write, and nothing that breaks a header."""

import pytest

from outlook_connector.errors import InvalidInput
from outlook_connector.normalise import Lookup, attachment, folder, recipient
from outlook_connector.operations.compose import headers

NAMES = [
    "👩‍👩‍👧‍👦 Family",
    "Jean\u00a0Dupont",
    "Capture\u202fd'écran",
    "שלום \u200f(עולם)\u200e",
    "Zoe\u0308",
    'Kim "the boss"',
    '"quoted" at its start',
    "Akers, Kim (Sales); EMEA",
    "back\\slash",
]
BREAKING = [
    "two\nlines",
    "a\rb",
    "nul\x00",
    "escape\x1b[2J",
    "line\u2028separator",
    "paragraph\u2029separator",
]


class Folders(Lookup):
    """One folder of any name."""

    def child_folder(self, parent: str, name: str) -> str | None:
        return f"{parent}/{name}"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_what_was_given(name: str) -> None:
    assert recipient({"name": name, "address": "kim@example.com"})["emailAddress"]["name"] == name
    assert attachment({"name": name, "contentBytes": ""}, Folders()).properties["name"] == name
    assert headers({"x-name": name}) == {"x-name": name}
    assert folder(f"Inbox/{name}", Folders()) == f"inbox/{name}"


@pytest.mark.parametrize("name", BREAKING)
def test_what_would_break_a_line_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="line breaks or control characters"):
        recipient({"name": name, "address": "kim@example.com"})
    with pytest.raises(ValueError, match="line breaks or control characters"):
        attachment({"name": name, "contentBytes": ""}, Folders())
    with pytest.raises(InvalidInput, match="must be one line"):
        headers({"x-name": name})
    with pytest.raises(ValueError, match="must be a folder's id"):
        folder(f"Inbox/{name}", Folders())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('"Akers, Kim" <kim@example.com>', "Akers, Kim"),
        (r'"Kim \"the boss\" \\ Akers" <kim@example.com>', r'Kim "the boss" \ Akers'),
        ("Kim Akers <kim@example.com>", "Kim Akers"),
        ('Kim "the boss" <kim@example.com>', 'Kim "the boss"'),
    ],
)
def test_a_quoted_name_in_a_text_comes_without_its_quotes(text: str, name: str) -> None:
    assert recipient(text) == {"emailAddress": {"address": "kim@example.com", "name": name}}
