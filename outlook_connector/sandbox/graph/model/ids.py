"""Ids as Exchange makes them: opaque, case-sensitive, and safe in a path.

They are base64 in which `-` stands for `/` and `_` for `+`, the padding kept; Exchange's other interfaces write
the same ids with `/` and `+`: https://learn.microsoft.com/graph/api/user-translateexchangeids. Change keys are
plain base64. A message has two ids: the default id changes whenever the message moves, the immutable one stays.
https://learn.microsoft.com/graph/outlook-immutable-id
Each id is a digest of what it names, so that the same seed and the same calls give the same ids.
"""

import base64
import hashlib
import re

_WELL_FORMED = re.compile(
    r"A[AQ][A-Za-z0-9]kA[A-Za-z0-9+/_-]{40,220}={0,2}|AAkALg[A-Za-z0-9+/_-]{40,220}={0,2}"
)
_IMMUTABLE = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A"
_TO_REST = str.maketrans("/+", "-_")
_FROM_REST = str.maketrans("-_", "/+")


def is_well_formed(text: str) -> bool:
    """Whether a text could be an id of some item, folder or attachment, however it is written."""
    return _WELL_FORMED.fullmatch(text) is not None


def in_rest(base64_id: str) -> str:
    """An id as Graph writes it, from plain base64 or from Graph's own form."""
    return base64_id.translate(_TO_REST)


def in_ews(rest_id: str) -> str:
    """An id as Exchange Web Services and Outlook's add-ins write it: plain base64."""
    return rest_id.translate(_FROM_REST)


def digest(*parts: object, size: int) -> str:
    """Base64 of a digest of the parts, without padding where `size` (bytes) is a multiple of three."""
    text = "\x1f".join(str(part) for part in parts).encode()
    return base64.b64encode(hashlib.shake_256(text).digest(size)).decode()


def _awkward(text: str) -> str:
    # Real ids often hold these two; here each does, so that no client gets away with taking them for base64.
    return in_rest(f"{text[:11]}/{text[12:23]}+{text[24:]}")


def _located(mailbox: str) -> str:
    return f"AAMkAD{in_rest(digest('mailbox', mailbox, size=24))}"


def default_id(mailbox: str, key: str, generation: int) -> str:
    """The id of a message until it moves: `generation` counts its moves."""
    return f"{_located(mailbox)}BGAAAAAA{_awkward(digest('item', mailbox, key, generation, size=45))}AAA="


def immutable_id(mailbox: str, key: str) -> str:
    """The id that a message keeps for as long as it stays in its mailbox."""
    return f"{_IMMUTABLE}{_awkward(digest('immutable', mailbox, key, size=33))}AAA="


def folder_id(mailbox: str, key: str) -> str:
    """The id of a folder: one, that survives moves."""
    return f"{_located(mailbox)}AuAAAAAA{_awkward(digest('folder', mailbox, key, size=33))}AAAA=="


def attachment_id(owner: str, key: str) -> str:
    """The id of an attachment: it begins as its message's id does, of whichever kind that is."""
    return f"{owner[:-4]}{in_rest(digest('attachment', in_ews(owner), key, size=24))}BEgAQAA=="


def conversation_id(conversation: str) -> str:
    """The id of a thread."""
    place = in_rest(digest("conversation-place", size=24))
    return f"AAQkAD{place}AQA{_awkward(digest('conversation', conversation, size=27))}="


def change_key(key: str, version: int) -> str:
    """A message's change key, another after every change."""
    return f"CQAAABYAAAD{digest('change', key, version, size=21)}"


def upload_token(key: str) -> str:
    """The opaque part of an upload session's address."""
    return digest("upload", key, size=48).replace("+", "-").replace("/", "_")
