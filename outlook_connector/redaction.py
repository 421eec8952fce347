"""What nobody but its owner may read, taken out of texts that others wrote and that go into logs and errors.

The connector's own records and errors hold nothing of the kind. Libraries log whole addresses, whose queries hold
searched words and the keys of uploads (https://learn.microsoft.com/graph/outlook-large-attachments), and a server may
quote in its error what was sent to it.
"""

import logging
import re
from functools import cache

GONE = "…"

_JWT = r"(?<![\w-])eyJ[\w-]+(?:\.[\w-]*)*"
_SCHEME = r"(?i)\b(Bearer|Basic|PoP)\s+[\w.~+/=-]+"
_NAMED = (
    r"(?i)(?<![A-Za-z])(access_?token|refresh_?token|id_?token|client_?secret|client_?assertion|assertion|authtoken"
    r"|client_?state|code_?verifier|password|passwd|pwd|cookie)([\"']?\s?[:=]\s?[\"']?|\s[\"'])[^\s\"'&,;}]+"
)
_STATE = r"(?<![\w-])[0-9a-f]{32}\.[\w-]{8,}"
"""What a watch's notifications prove themselves by: its name and its secret."""
_QUERY = r"\?[^\s\"']+"
_PERSON = r"(?i)/users/[^/\s\"'?]+"


@cache
def _compiled(form: str) -> re.Pattern[str]:
    """When something is logged or refused: compiling them is 3 ms that a first call can do without."""
    return re.compile(form)


def redacted(text: str) -> str:
    """The text without tokens, secrets and the queries of addresses."""
    for form, shown in (
        (_JWT, GONE),
        (_SCHEME, rf"\1 {GONE}"),
        (_NAMED, rf"\1\2{GONE}"),
        (_STATE, GONE),
        (_QUERY, f"?{GONE}"),
    ):
        text = _compiled(form).sub(shown, text)
    return text


def one_line(text: str) -> str:
    """What somebody else wrote, redacted, and without what would begin a new line or steer a terminal."""
    return redacted("".join(char if char.isprintable() else " " for char in text))


class Redaction(logging.Filter):
    """Lets every record pass, redacted. Of the libraries' ones, an exception is told by the name of its class."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)
        if record.name.partition(".")[0] == __package__:
            record.msg, record.args = redacted(text), ()
            return True
        if record.exc_info and record.exc_info[0]:
            text += f" ({record.exc_info[0].__name__})"
        record.msg, record.args = _compiled(_PERSON).sub(f"/users/{GONE}", one_line(text)), ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


LIBRARIES = (
    *("urllib3.connection", "urllib3.connectionpool", "urllib3.poolmanager", "urllib3.response"),
    *("urllib3.util.retry", "msal.application", "msal.authority", "msal.managed_identity", "msal.region"),
    *("msal.oauth2cli.oauth2", "msal.oauth2cli.oidc", "msal.telemetry", "msal.token_cache"),
)
"""Loggers of the libraries that see requests; a filter holds for its own logger only, and for none below it."""

_FILTER = Redaction()


def redact_libraries() -> None:
    """What the libraries log goes out redacted from now on, whoever listens."""
    for name in LIBRARIES:
        logging.getLogger(name).addFilter(_FILTER)
