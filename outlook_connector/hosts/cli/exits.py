"""What the process's exit code tells, in one table."""

from enum import IntEnum

from ...errors import (
    AuthError,
    ConfigError,
    ConnectorError,
    GraphError,
    InvalidInput,
    OperationDenied,
    OutcomeUnknown,
    UnknownOperation,
)


class Exit(IntEnum):
    """The exit codes; ``OTHER`` is for whatever has none of its own, such as a network that is down."""

    DONE = 0
    OTHER = 1
    WRONG_INPUT = 2
    SIGN_IN = 3
    REFUSED = 4
    OUTCOME_UNKNOWN = 5
    INTERRUPTED = 130


TABLE: tuple[tuple[type[ConnectorError], Exit], ...] = (
    (InvalidInput, Exit.WRONG_INPUT),
    (UnknownOperation, Exit.WRONG_INPUT),
    (ConfigError, Exit.WRONG_INPUT),
    (OperationDenied, Exit.WRONG_INPUT),
    (AuthError, Exit.SIGN_IN),
    (GraphError, Exit.REFUSED),
    (OutcomeUnknown, Exit.OUTCOME_UNKNOWN),
)


def exit_code(error: ConnectorError) -> Exit:
    """The exit code of an error; ``OTHER`` where the table has no class of it."""
    return next((code for kind, code in TABLE if isinstance(error, kind)), Exit.OTHER)


HELP = """\b
Exit codes:
  0  done
  1  anything else, such as a network that is down
  2  wrong input: arguments, configuration, or not allowed
  3  a sign-in or a consent is needed
  4  Microsoft Graph refused
  5  the outcome is unknown: look before repeating
  130  interrupted"""
