"""Which of the addresses that Graph hands out are used. Pure.

They are compared letter by letter or held against one narrow form, and never taken apart: what two readers of an
address could understand in two ways (case, ``@``, backslashes, tabs, dots, numbers in place of a name) is no address
of a service. https://owasp.org/www-community/attacks/Server_Side_Request_Forgery
"""

import re
from urllib.parse import unquote

_SERVICE = r"https://([A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*(:443)?/.*"


def same_place(graph_url: str, link: str) -> bool:
    """Whether a link leads to the API of ``graph_url`` itself, so that the token may go with it: it begins exactly as
    the endpoint does, and no later part leads out of it."""
    path = link.partition("?")[0]
    return (
        link.startswith(graph_url + "/")
        and _is_plain(link)
        and not {".", ".."} & set(unquote(path).split("/"))
    )


def may_take_upload(graph_url: str, address: str) -> bool:
    """Whether a file may be sent to ``address``, without a token: an https address of Graph's own host, or of a host
    with a name on the usual port. Numbers and single names, which machines of one's own network have, are none.

    Exchange, not Graph, takes uploads: https://learn.microsoft.com/graph/outlook-large-attachments
    """
    origin = "/".join(graph_url.split("/")[:3])
    own = [origin + "/"]
    if not re.fullmatch(
        _SERVICE, origin + "/"
    ):  # a Graph on this machine, such as the sandbox, calls it localhost
        own.append(f"https://localhost:{origin.rpartition(':')[2]}/")
    known = address.startswith(tuple(own)) or re.fullmatch(_SERVICE, address) is not None
    return known and _is_plain(address) and " " not in address


def _is_plain(address: str) -> bool:
    return address.isascii() and address.isprintable() and "\\" not in address
