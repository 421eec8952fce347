"""The text of a `$filter` to odata-query's tree."""

import re
from typing import Any

from odata_query.exceptions import ODataException

from outlook_connector.sandbox.graph.problem import parse_uri

_CAMEL = re.compile(r"'(?:[^']|'')*'|\b(startsWith|endsWith|toLower|toUpper|indexOf)\b")


def parse(text: str) -> Any:
    """The tree of a filter. Raises 400 for what cannot be read."""
    # Imported on first use: the grammar takes 0.2 s to build its tables.
    from odata_query.grammar import ODataLexer, ODataParser

    try:
        tree = ODataParser().parse(ODataLexer().tokenize(_lowered(text)))
    except (ODataException, ValueError, TypeError, AttributeError):
        tree = None
    if tree is None:
        raise parse_uri(f"Syntax error in filter expression '{text}'.")
    return tree


def _lowered(text: str) -> str:
    """Function names in lower case, outside quotes: the grammar knows no others."""
    return _CAMEL.sub(lambda found: found.group().lower() if found.group(1) else found.group(), text)
