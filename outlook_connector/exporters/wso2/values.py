"""Values in a template: FreeMarker turns each, which is a text there, into JSON.

A text is escaped, a number and a truth are read and written anew, so that none of them can become more than the one
value. A list or an object is a JSON text that is taken as it is.
"""

from collections.abc import Mapping

from ..inputs import Input

TEXTS = r"""<#function texts value>
<#local list=value?trim>
<#if !list?starts_with("[")><#return "[\"" + list?json_string + "\"]"></#if>
<#return list?replace("^\\[\\s*\\[", "[", "r")?replace("\\]\\s*\\]$", "]", "r")
  ?replace("\"\\s*\\]\\s*,\\s*\\[\\s*\"", "\",\"", "r")>
</#function>
"""
"""A FreeMarker function for lists of texts: one text is a list of one; a designer's table of one column, which is a
list of rows, ``[["a"],["b"]]``, is ``["a","b"]``; and a list is itself."""

FORMS: Mapping[str, str] = {
    "text": '"${VALUE?json_string}"',
    "number": "${VALUE?number?c}",
    "truth": "${VALUE?boolean?c}",
    "json": "${VALUE}",
    "texts": "${texts(VALUE)}",
}
"""FreeMarker for each kind of value; ``VALUE`` stands for its expression."""


def value(one: Input) -> str:
    """FreeMarker that writes the input's value, which the message's property ``outlook_NAME`` holds."""
    return FORMS[one.kind].replace("VALUE", f"ctx.outlook_{one.name}")
