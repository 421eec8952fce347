"""Values in a template: FreeMarker turns each, which is a text there, into JSON.

A text is escaped, a number and a truth are read and written anew, so that none of them can become more than the one
value. A list or an object is a JSON text that is taken as it is. It may stand in single quotes, as the designer writes
an object, since the Micro Integrator takes what stands in braces for an expression.
"""

from collections.abc import Mapping

from ..inputs import Input

TEXTS = r"""<#function texts value>
<#local list=value?trim?replace("^'(\\[.*\\])'$", "$1", "rs")>
<#if list?starts_with("[")><#return list></#if>
<#return "[\"" + list?json_string + "\"]">
</#function>
"""
"""A FreeMarker function for lists of texts: a list is itself, and one text is a list of one."""

FORMS: Mapping[str, str] = {
    "text": '"${VALUE?json_string}"',
    "number": "${VALUE?number?c}",
    "truth": "${VALUE?boolean?c}",
    "json": """${VALUE?trim?replace("^'(.*)'$", "$1", "rs")}""",
    "texts": "${texts(VALUE)}",
}
"""FreeMarker for each kind of value; ``VALUE`` stands for its expression."""


def value(one: Input) -> str:
    """FreeMarker that writes the input's value, which the message's property ``outlook_NAME`` holds."""
    return FORMS[one.kind].replace("VALUE", f"ctx.outlook_{one.name}")
